"""Links that sign somebody in once: the first start, a new colleague, a lost password."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, select, update

from incidents.timeline.events import add_event
from people.errors import PeopleError, SignInError
from people.models import Account, SignInLink
from people.sign_in.digests import digest_of, new_secret

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from sqlalchemy.orm import Session

    from core.actors import Actor

LINK: Final = "link"
MADE: Final = "link-made"
LINK_FIELD: Final = "token"
"""The parameter of an address that holds the secret."""


def make_link(session: Session, account: Account, *, lifetime: timedelta, actor: Actor, now: datetime) -> str:
    """The secret of a link; the account's links that were never used end, so that one is good at a time.

    Raises:
        PeopleError: The account is disabled.
    """
    if account.disabled_at is not None:
        raise PeopleError("disabled", login=account.login)
    session.execute(delete(SignInLink).where(SignInLink.account_id == account.id, SignInLink.used_at.is_(None)))
    secret = new_secret()
    session.add(SignInLink(digest=digest_of(secret), account_id=account.id, made_at=now, expires_at=now + lifetime))
    add_event(session, MADE, actor=actor, now=now, data={"login": account.login})
    return secret


def use_link(session: Session, secret: str, *, now: datetime) -> Account:
    """Whom a link signs in; it is good for nothing from now on.

    Raises:
        SignInError: It is none, was used, or is too old.
    """
    good = (SignInLink.digest == digest_of(secret), SignInLink.used_at.is_(None), SignInLink.expires_at > now)
    used = session.execute(update(SignInLink).where(*good).values(used_at=now).returning(SignInLink.account_id))
    account_id = used.scalar()
    account = session.scalar(select(Account).where(Account.id == account_id, Account.disabled_at.is_(None)))
    if account is None:
        raise SignInError("link")
    return account
