"""Tokens of other systems: shown once when they are made, good for their scopes, until they run out or are revoked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from core.actors import Role
from incidents.timeline.events import add_event
from people.accounts import as_actor
from people.errors import PeopleError
from people.models import Account, ServiceToken
from people.roles import SCOPES
from people.sign_in.digests import digest_of, new_secret

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime, timedelta

    from sqlalchemy.orm import Session

    from core.actors import Actor

PREFIX: Final = "hinomi_"
"""How a token begins, so that scanners of leaked secrets know it."""
TOKEN: Final = "token"  # noqa: S105  # how somebody was authenticated
MADE, REVOKED = "token-made", "token-revoked"


def make_token(
    session: Session, account: Account, scopes: Iterable[str], *, lifetime: timedelta, actor: Actor, now: datetime
) -> str:
    """A new token; it is shown this once.

    Raises:
        PeopleError: The account is a person's, or a scope is none.
    """
    wanted = list(dict.fromkeys(scopes))
    if Role.SERVICE not in account.roles:
        raise PeopleError("not_service", login=account.login)
    for scope in wanted:
        if scope not in SCOPES:
            raise PeopleError("no_scope", scope=scope, allowed=", ".join(SCOPES))
    if not wanted:
        raise PeopleError("no_scope", scope="", allowed=", ".join(SCOPES))
    secret = PREFIX + new_secret()
    token = ServiceToken(
        digest=digest_of(secret), account_id=account.id, scopes=wanted, made_at=now, expires_at=now + lifetime
    )
    session.add(token)
    session.flush()
    data = {"login": account.login, "token": token.id, "scopes": wanted}
    add_event(session, MADE, actor=actor, now=now, data=data)
    return secret


def revoke_token(session: Session, token_id: int, *, actor: Actor, now: datetime) -> bool:
    """End a token; whether it was good until now."""
    token = session.get(ServiceToken, token_id)
    if token is None or token.revoked_at is not None:
        return False
    token.revoked_at = now
    login = session.get_one(Account, token.account_id).login
    add_event(session, REVOKED, actor=actor, now=now, data={"login": login, "token": token.id})
    return True


def read_token(session: Session, secret: str, *, now: datetime) -> tuple[Actor, ServiceToken] | None:
    """Who shows a token, and the token; none when it is not good now."""
    found = select(ServiceToken, Account).join(Account, Account.id == ServiceToken.account_id)
    good = (ServiceToken.digest == digest_of(secret), ServiceToken.revoked_at.is_(None), ServiceToken.expires_at > now)
    row = session.execute(found.where(*good, Account.disabled_at.is_(None))).one_or_none()
    return (as_actor(session, row[1], TOKEN, now), row[0]) if row else None


def list_tokens(session: Session, *, account_id: int | None = None) -> Sequence[tuple[ServiceToken, Account]]:
    """Tokens, latest first, those that are over too."""
    found = select(ServiceToken, Account).join(Account, Account.id == ServiceToken.account_id)
    found = found.where(ServiceToken.account_id == account_id) if account_id is not None else found
    return [(token, account) for token, account in session.execute(found.order_by(ServiceToken.id.desc()))]
