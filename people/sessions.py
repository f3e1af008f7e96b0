"""Who is signed in at the pages: a row a browser, until somebody leaves, is idle too long, or is shown out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, select, update

from incidents.timeline.events import add_event
from people.accounts import as_actor
from people.models import Account, WebSession
from people.sign_in.digests import digest_of, new_secret

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from core.actors import Actor
    from core.sections.people import PeopleSettings

SIGNED_IN, SIGNED_OUT, SHOWN_OUT = "signed-in", "signed-out", "session-ended"
KEPT: Final = timedelta(days=90)
SEEN_EVERY: Final = timedelta(minutes=1)
"""How exactly it is known when a browser was last seen; each request would be a write otherwise."""
_SHOWN: Final = 12
_AGENT: Final = 200


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """How long a session lasts when nothing is done, and at most."""

    idle: timedelta
    whole: timedelta


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A browser that is signed in, and who is at it."""

    id: str
    actor: Actor
    language: str
    how: str
    has_second: bool
    is_seen_anew: bool

    def is_bare(self, settings: PeopleSettings) -> bool:
        """Whether a second factor is required of them that they do not have."""
        return settings.second_factor == "required" and not self.has_second


def begin_session(
    session: Session, account: Account, how: str, *, client: str, agent: str, now: datetime
) -> tuple[str, str]:
    """Somebody was authenticated: what the cookie holds, and the session's number; rows that are long over go."""
    session.execute(delete(WebSession).where(WebSession.began_at < now - KEPT))
    secret = new_secret()
    identity = digest_of(new_secret())[:_SHOWN]
    session.add(
        WebSession(
            digest=digest_of(secret),
            id=identity,
            account_id=account.id,
            how=how,
            client=client,
            agent=agent[:_AGENT],
            began_at=now,
            seen_at=now,
            ended_why="",
        )
    )
    actor = as_actor(session, account, how, now)
    add_event(session, SIGNED_IN, actor=actor, now=now, data={"client": client, "how": how, "session": identity})
    return secret, identity


def read_session(session: Session, secret: str, limits: SessionLimits, *, now: datetime) -> SignedIn | None:
    """Who is at a browser, as they are now: a role that was taken away is gone with the next page."""
    if not secret:
        return None
    found = select(WebSession, Account).join(Account, Account.id == WebSession.account_id)
    row = session.execute(found.where(WebSession.digest == digest_of(secret))).one_or_none()
    if row is None:
        return None
    one, account = row
    is_over = one.ended_at is not None or account.disabled_at is not None
    if is_over or now - one.seen_at >= limits.idle or not timedelta() <= now - one.began_at < limits.whole:
        return None
    actor = as_actor(session, account, one.how, now)
    has_second = account.totp is not None or one.how not in {"password", "link"}
    return SignedIn(one.id, actor, account.language, one.how, has_second, now - one.seen_at >= SEEN_EVERY)


def note_seen(session: Session, identity: str, *, now: datetime) -> None:
    """Note that a browser was seen."""
    session.execute(update(WebSession).where(WebSession.id == identity).values(seen_at=now))


def end_session(session: Session, identity: str, *, actor: Actor, now: datetime, why: str, client: str = "") -> bool:
    """Nothing that this browser kept opens a page again; whether it was signed in.

    Args:
        session: A writing session.
        identity: The session's number.
        actor: Who ends it.
        now: When.
        why: ``left`` or ``revoked``.
        client: Where somebody left from.
    """
    ended = (
        update(WebSession)
        .where(WebSession.id == identity, WebSession.ended_at.is_(None))
        .values(ended_at=now, ended_why=why)
        .returning(WebSession.account_id)
    )
    account_id = session.execute(ended).scalar()
    if account_id is None:
        return False
    login = session.get_one(Account, account_id).login
    kind = SIGNED_OUT if why == "left" else SHOWN_OUT
    data = {"client": client} if why == "left" else {"login": login, "session": identity}
    add_event(session, kind, actor=actor, now=now, data=data)
    return True


def open_sessions(
    session: Session, limits: SessionLimits, *, now: datetime, account_id: int | None = None
) -> Sequence[tuple[WebSession, Account]]:
    """The browsers that are signed in, seen last first."""
    found = select(WebSession, Account).join(Account, Account.id == WebSession.account_id)
    here = (
        WebSession.ended_at.is_(None),
        WebSession.seen_at > now - limits.idle,
        WebSession.began_at > now - limits.whole,
    )
    if account_id is not None:
        found = found.where(WebSession.account_id == account_id)
    rows = session.execute(found.where(*here).order_by(WebSession.seen_at.desc())).all()
    return [(one, account) for one, account in rows]
