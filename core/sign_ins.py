"""Who is signed in at the web pages: a row for each browser that showed the token, until it leaves or is left alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

KEPT: Final = timedelta(days=7)
SEEN_EVERY: Final = timedelta(minutes=1)
"""How exactly it is known when a browser was last seen; each request would be a write otherwise."""


class SignIn(Base):
    """One browser; ``id`` is its session's, ``ended_at`` when somebody left."""

    __tablename__ = "sign_ins"
    id: Mapped[str] = mapped_column(primary_key=True)
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


def open_sign_in(session: Session, identity: str, *, now: datetime) -> None:
    """A browser showed the token; rows that are long over go."""
    session.execute(delete(SignIn).where(SignIn.began_at < now - KEPT))
    session.add(SignIn(id=identity, began_at=now, seen_at=now))


def end_sign_in(session: Session, identity: str, *, now: datetime) -> None:
    """Somebody left: nothing that this browser kept opens a page again."""
    session.execute(update(SignIn).where(SignIn.id == identity, SignIn.ended_at.is_(None)).values(ended_at=now))


def is_signed_in(session: Session, identity: str, *, now: datetime, idle: timedelta) -> bool:
    """Whether a browser is signed in, and was seen not too long ago."""
    row = session.get(SignIn, identity)
    return row is not None and row.ended_at is None and now - row.seen_at < idle


def has_to_be_noted(session: Session, identity: str, *, now: datetime) -> bool:
    """Whether it is time to note that a browser was seen."""
    seen = session.scalar(select(SignIn.seen_at).where(SignIn.id == identity))
    return seen is not None and now - seen >= SEEN_EVERY


def note_seen(session: Session, identity: str, *, now: datetime) -> None:
    """Note that a browser was seen."""
    session.execute(update(SignIn).where(SignIn.id == identity).values(seen_at=now))
