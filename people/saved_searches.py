"""Searches that people keep: a name for a query, theirs alone or for all. Whoever runs one sees what they may see.

What is put on record of them stays for good, while people type customers' numbers: whoever calls says how a line is
shown there (``shown``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import or_, select, update

from core.database import serialise
from core.query.terms import MOST_CHARACTERS
from incidents.timeline.events import add_event
from people.errors import SavedSearchError
from people.models import Account, SavedSearch

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from core.actors import Actor

ROOMS: Final = ("events", "documents")
MOST: Final = 100
LONGEST_NAME: Final = 60
_SERIALISED: Final = "saved searches"


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
    session: Session,
    actor: Actor,
    room: str,
    name: str,
    query: str,
    *,
    shared: bool,
    is_default: bool,
    now: datetime,
    shown: Callable[[str], str],
) -> None:
    """Keep a search; one of the same name is replaced.

    Raises:
        SavedSearchError: It has no name or too long a one, is too long itself, or somebody keeps too many.
    """
    if room not in ROOMS:
        raise ValueError(f"{room!r} is no room")
    name = _checked_name(name)
    if len(query) > MOST_CHARACTERS:
        raise SavedSearchError("saved_long", limit=MOST_CHARACTERS)
    serialise(session, _SERIALISED)
    account_id = session.scalars(select(Account.id).where(Account.login == actor.name)).one()
    own = SavedSearch.account_id == account_id
    known = session.scalar(select(SavedSearch).where(own, SavedSearch.room == room, SavedSearch.name == name))
    if known is None:
        if len(session.scalars(select(SavedSearch.id).where(own)).all()) >= MOST:
            raise SavedSearchError("saved_many", limit=MOST)
        known = SavedSearch(
            account_id=account_id, room=room, name=name, query=query, shared=False, is_default=False, saved_at=now
        )
        session.add(known)
        _tell(session, "search-kept", known, actor, now, shown)
    elif known.query != query:
        known.query = query
        _tell(session, "search-rewritten", known, actor, now, shown)
    known.saved_at = now
    _set(session, known, shared=shared, is_default=is_default, actor=actor, now=now, shown=shown)


def change_search(
    session: Session,
    actor: Actor,
    number: int,
    *,
    name: str,
    shared: bool,
    is_default: bool,
    now: datetime,
    shown: Callable[[str], str],
) -> SavedView | None:
    """Give a search of one's own another name, share it or not, let a page begin with it or not; None if there is none.

    Raises:
        SavedSearchError: It has no name or too long a one, or another one has that name.
    """
    name = _checked_name(name)
    serialise(session, _SERIALISED)
    found = _own(session, actor, number)
    if found is None:
        return None
    if found.name != name:
        same = (SavedSearch.account_id == found.account_id, SavedSearch.room == found.room, SavedSearch.name == name)
        if session.scalar(select(SavedSearch.id).where(*same)) is not None:
            raise SavedSearchError("saved_twice", name=name)
        before, found.name = found.name, name
        _tell(session, "search-renamed", found, actor, now, shown, name_before=shown(before))
    _set(session, found, shared=shared, is_default=is_default, actor=actor, now=now, shown=shown)
    return SavedView(found.id, name, found.query, actor.name, is_own=True, shared=shared, is_default=is_default)


def forget_search(session: Session, actor: Actor, number: int, *, now: datetime, shown: Callable[[str], str]) -> bool:
    """Delete a search of one's own; False if there is none of that number."""
    found = _own(session, actor, number)
    if found is None:
        return False
    _tell(session, "search-deleted", found, actor, now, shown)
    session.delete(found)
    return True


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise SavedSearchError("saved_name", limit=LONGEST_NAME)
    return name


def _own(session: Session, actor: Actor, number: int) -> SavedSearch | None:
    account_id = select(Account.id).where(Account.login == actor.name).scalar_subquery()
    return session.scalar(select(SavedSearch).where(SavedSearch.id == number, SavedSearch.account_id == account_id))


def _set(
    session: Session, search: SavedSearch, *, shared: bool, is_default: bool, actor: Actor, now: datetime,
    shown: Callable[[str], str],
) -> None:  # fmt: skip
    if search.shared != shared:
        search.shared = shared
        _tell(session, "search-shared" if shared else "search-unshared", search, actor, now, shown)
    if search.is_default == is_default:
        return
    if is_default:
        own = (SavedSearch.account_id == search.account_id, SavedSearch.room == search.room)
        session.execute(update(SavedSearch).where(*own).values(is_default=False))
    search.is_default = is_default
    _tell(session, "search-default" if is_default else "search-no-default", search, actor, now, shown)


def _tell(
    session: Session, kind: str, search: SavedSearch, actor: Actor, now: datetime, shown: Callable[[str], str],
    **more: str,
) -> None:  # fmt: skip
    """Put a change on record; what is searched for is told of shared ones alone, since others run those."""
    query = {"query": shown(search.query)} if kind == "search-shared" or search.shared else {}
    data = {"room": search.room, "name": shown(search.name)}
    add_event(session, kind, actor=actor, now=now, data=data | query | more)
