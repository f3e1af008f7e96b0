"""Sealing: events become blocks, small ones as events come in, large ones when there are enough of them.

Only events that nobody can come before any more are sealed. SQLite has one writer at a time, so an id that is committed
is followed by larger ones alone. On PostgreSQL ids come into sight in any order: whoever writes an event holds a
shared lock until its transaction ends, and the highest id is taken while nobody holds it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from sqlalchemy import delete, func, insert, select, text

from core.database import serialise
from incidents.blocks import columns
from incidents.blocks.columns import WordColumn
from incidents.blocks.leaves import buckets_for, write_leaves
from incidents.blocks.letters import holders
from incidents.blocks.models import EventBlock, EventLeaf
from incidents.blocks.rows import EventRows, read_rows
from incidents.models import Event

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from core.database import Database

SMALL: Final = 4096
LARGE: Final = 65_536
_LOCK: Final = 0x68696E6F6D69  # of PostgreSQL, held by whoever writes events
_TRIES: Final = 40
_PAUSE_S: Final = 0.05
_LOCKED: Final = "events_locked"


def before_writing(session: Session) -> None:
    """To be called before an event is written: lets nobody seal beyond it until the transaction ends."""
    if session.get_bind().dialect.name != "postgresql":
        return
    transaction = session.get_transaction()
    if session.info.get(_LOCKED) is not transaction:
        session.execute(text("SELECT pg_advisory_xact_lock_shared(:lock)"), {"lock": _LOCK})
        session.info[_LOCKED] = transaction


def after_writing(session: Session, event_id: int) -> None:
    """To be called after an event was written: seals what came in, in the same transaction, now and then."""
    if event_id % SMALL == 0 and session.get_bind().dialect.name == "sqlite":
        seal_rows(session, event_id, SMALL)


def seal(database: Database, told: Callable[[int], None] = lambda _: None) -> int:
    """Seal what can be sealed, and make large blocks of small ones; gives how many blocks were written.

    Args:
        database: Where events are.
        told: Hears, after each large block, up to which id events are in one.
    """
    horizon, written = _horizon(database), 0
    while True:
        with database.read() as session:
            end = _end_of_large(session)
            rows = read_rows(session, after=end, until=horizon, limit=LARGE)
        if len(rows) < LARGE:
            break
        made = _made(rows)
        with database.write() as session:
            serialise(session, "event blocks")
            if _end_of_large(session) == end:
                last = int(rows.ids[-1])
                small = EventBlock.first_id > end, EventBlock.first_id <= last
                session.execute(delete(EventLeaf).where(EventLeaf.block.in_(select(EventBlock.id).where(*small))))
                session.execute(delete(EventBlock).where(*small))
                _write(session, made)
                written += 1
        told(int(rows.ids[-1]))
    with database.write() as session:
        serialise(session, "event blocks")
        while seal_rows(session, horizon, SMALL):
            written += 1
    return written


def is_worth_sealing(session: Session) -> bool:
    """Whether there are events enough outside of blocks, or in small ones."""
    last = session.scalar(select(func.max(Event.id))) or 0
    return last - sealed_to(session) >= SMALL or sealed_to(session) - _end_of_large(session) >= LARGE


def sealed_to(session: Session) -> int:
    """Up to which id every event is in a block."""
    return session.scalar(select(func.max(EventBlock.last_id))) or 0


def seal_rows(session: Session, horizon: int, size: int) -> bool:
    """Seal the next ``size`` events up to an id; False if there are not so many."""
    rows = read_rows(session, after=sealed_to(session), until=horizon, limit=size)
    if len(rows) < size:
        return False
    _write(session, _made(rows))
    return True


def _end_of_large(session: Session) -> int:
    return session.scalar(select(func.max(EventBlock.last_id)).where(EventBlock.size >= LARGE)) or 0


def _horizon(database: Database) -> int:
    """The id below which every event is in sight for good."""
    with database.write() as session:
        # Asked for again and again, never waited for: who waits for this lock would keep every writer waiting too.
        for _ in range(0 if database.is_sqlite else _TRIES):
            if session.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": _LOCK}):
                break
            session.execute(text("SELECT pg_sleep(:pause)"), {"pause": _PAUSE_S})
        else:
            if not database.is_sqlite:
                return sealed_to(session)
        return session.scalar(select(func.max(Event.id))) or 0


def _made(rows: EventRows) -> tuple[dict[str, int], list[tuple[int, bytes]]]:
    """A block of rows: what its own row says, and its leaves."""
    kind, actor, source = (WordColumn.of(values) for values in (rows.kinds, rows.actors, rows.sources))
    order = np.lexsort((rows.ids, rows.happened, actor.codes, source.codes, kind.codes))
    size, buckets = len(rows), buckets_for(len(rows))
    leaves = list(write_leaves(*holders([rows.texts[at] for at in order]), size, buckets))
    numbers = {
        columns.IDS: rows.ids, columns.HAPPENED: rows.happened, columns.LEARNED: rows.learned,
        columns.INCIDENTS: rows.incidents,
    }  # fmt: skip
    leaves += [(bucket, columns.write_numbers(values[order], bucket)) for bucket, values in numbers.items()]
    for bucket, column in ((columns.KIND, kind), (columns.ACTOR, actor), (columns.SOURCE, source)):
        leaves.append((bucket, WordColumn(column.words, column.codes[order]).to_bytes()))
    block = {
        "first_id": int(rows.ids[0]), "last_id": int(rows.ids[-1]), "size": size, "buckets": buckets,
        "oldest": int(rows.happened.min()), "newest": int(rows.happened.max()),
    }  # fmt: skip
    return block, leaves


def _write(session: Session, made: tuple[dict[str, int], list[tuple[int, bytes]]]) -> None:
    block, leaves = made
    number = session.scalar(insert(EventBlock).values(**block).returning(EventBlock.id))
    session.execute(insert(EventLeaf), [{"block": number, "bucket": bucket, "body": body} for bucket, body in leaves])
