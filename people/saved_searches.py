"""Searches that people keep: a name for a query, theirs alone or for all. Whoever runs one sees what they may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, or_, select, update

from people.errors import SavedSearchError
from people.models import Account, SavedSearch

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

ROOMS: Final = ("events", "documents", "records")
MOST: Final = 100
LONGEST_NAME: Final = 60
LONGEST_QUERY: Final = 2000


@dataclass(frozen=True, slots=True)
class SavedView:
    """A saved search as its reader sees it."""

    id: int
    name: str
    query: str
    owner: str
    is_own: bool
    shared: bool
    is_default: bool


def list_saved(session: Session, login: str, room: str) -> list[SavedView]:
    """Somebody's own searches of a room, then those that others share, by name."""
    rows = session.execute(
        select(SavedSearch, Account.login)
        .join(Account, Account.id == SavedSearch.account_id)
        .where(SavedSearch.room == room, or_(Account.login == login, SavedSearch.shared))
        .order_by(SavedSearch.name, SavedSearch.id)
    )
    views = [
        SavedView(row.id, row.name, row.query, owner, owner == login, row.shared, row.is_default and owner == login)
        for row, owner in rows
    ]
    return sorted(views, key=lambda view: not view.is_own)


def default_query(session: Session, login: str, room: str) -> str:
    """What somebody's page of a room begins with; empty for nothing."""
    return next((view.query for view in list_saved(session, login, room) if view.is_default), "")


def save_search(
    session: Session, login: str, room: str, name: str, query: str, *, shared: bool, is_default: bool, now: datetime
) -> None:
    """Keep a search; one of the same name is replaced.

    Raises:
        SavedSearchError: It has no name or too long a one, or somebody keeps too many.
    """
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or len(query) > LONGEST_QUERY or room not in ROOMS:
        raise SavedSearchError("saved_name", limit=LONGEST_NAME)
    account_id = session.scalars(select(Account.id).where(Account.login == login)).one()
    own = SavedSearch.account_id == account_id
    known = session.scalar(select(SavedSearch).where(own, SavedSearch.room == room, SavedSearch.name == name))
    if known is None and len(session.scalars(select(SavedSearch.id).where(own)).all()) >= MOST:
        raise SavedSearchError("saved_many", limit=MOST)
    if is_default:
        session.execute(update(SavedSearch).where(own, SavedSearch.room == room).values(is_default=False))
    if known is None:
        known = SavedSearch(account_id=account_id, room=room, name=name)
        session.add(known)
    known.query, known.shared, known.is_default, known.saved_at = query, shared, is_default, now


def forget_search(session: Session, login: str, number: int) -> bool:
    """Delete a search of one's own; False if there is none of that number."""
    account_id = select(Account.id).where(Account.login == login).scalar_subquery()
    gone = session.scalars(
        delete(SavedSearch)
        .where(SavedSearch.id == number, SavedSearch.account_id == account_id)
        .returning(SavedSearch.id)
    )
    return gone.first() is not None
