"""From rows that wait to leaves in order: each row once, none left out, however many processes do it and die.

One transaction at a time gives out positions (SQLite has one writer; PostgreSQL an advisory lock), takes the rows
out of the line and writes their leaves. Whatever dies before its commit leaves the line as it was.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, func, insert, select

from core.database import serialise
from transparency.entries import read_entries
from transparency.kinds import KINDS
from transparency.merkle import leaf_hash
from transparency.models import LogLeaf, LogWaiting

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from core.clock import Clock
    from core.database import Database

AT_ONCE: Final = 5000
ORDERING: Final = "transparency.sequencer"


def is_waiting(session: Session) -> bool:
    """Whether any row waits for its leaf."""
    return session.scalar(select(LogWaiting.id).limit(1)) is not None


def count_waiting(session: Session) -> int:
    """How many rows wait for their leaf."""
    return session.scalar(select(func.count()).select_from(LogWaiting)) or 0


def tree_size(session: Session) -> int:
    """How many leaves there are."""
    last = session.scalar(select(func.max(LogLeaf.position)))
    return 0 if last is None else last + 1


def append_waiting(database: Database, clock: Clock) -> int:
    """Make leaves of all rows that wait; how many that were."""
    made = 0
    while True:
        with database.write() as session:
            taken, leaves = _append_some(session, clock.now())
        made += leaves
        if taken < AT_ONCE:
            return made


def _append_some(session: Session, now: datetime) -> tuple[int, int]:
    """Take the first rows in line; how many, and how many of them were still there."""
    serialise(session, ORDERING)
    waiting = session.execute(
        select(LogWaiting.id, LogWaiting.kind, LogWaiting.row_id).order_by(LogWaiting.id).limit(AT_ONCE)
    ).all()
    if not waiting:
        return 0, 0
    entries = _entries(session, [(kind, row_id) for _, kind, row_id in waiting])
    there = [(kind, row_id) for _, kind, row_id in waiting if (kind, row_id) in entries]
    start = tree_size(session)
    leaves = [
        {"position": start + at, "kind": key[0], "row_id": key[1], "hash": leaf_hash(entries[key]), "at": now}
        for at, key in enumerate(there)
    ]
    if leaves:
        session.execute(insert(LogLeaf), leaves)
    ids = [row[0] for row in waiting]
    session.execute(delete(LogWaiting).where(LogWaiting.id.in_(ids)))
    return len(waiting), len(leaves)


def _entries(session: Session, wanted: Sequence[tuple[str, int]]) -> dict[tuple[str, int], bytes]:
    ids: dict[str, list[int]] = defaultdict(list)
    for kind, row_id in wanted:
        ids[kind].append(row_id)
    return {
        (name, row_id): entry
        for name, of_kind in ids.items()
        for row_id, entry in read_entries(session, KINDS[name], of_kind).items()
    }
