"""Turns at a host: one request at a time, a pause after each, whoever asks, from whatever source, process or machine.

A turn is held from before a request is sent until its answer is there, and the next one begins no sooner than a pause
after that: so the server sees its requests at least that far apart, however long they take on their way.
"""

from __future__ import annotations

import secrets
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Protocol

from sqlalchemy import delete, func, select

from core.database import insert_into
from core.processes.names import is_dead, worker_name
from crawler.models import HostTurn

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.orm import Session

    from core.clock import Clock
    from core.database import Database

LOOK_AGAIN_S: Final = 0.2
"""Whoever waits for somebody else's answer looks so often whether it is there."""
WISH_HOLDS: Final = timedelta(days=1)
"""A source that does not ask a host any more slows others down for no longer than that."""


class Turns(Protocol):
    """Who may ask a host now."""

    def ask(self, keys: Sequence[str], delay_s: float, hold_s: float) -> float:
        """Seconds to wait before asking again; none: the turn is ours until `end`, for at most ``hold_s``."""
        ...

    def end(self, keys: Sequence[str]) -> None:
        """The answer is there, or none will be."""
        ...

    def put_off(self, key: str, seconds: float) -> None:
        """The host wants to be left alone by everybody for so long."""
        ...


def forget_turns(session: Session, *, before: datetime) -> None:
    """Drop the rows of hosts that nobody has to wait for any more: whoever asks one again makes them anew."""
    idle = (HostTurn.next_at < before, HostTurn.slow_until_at < before)
    unheld = HostTurn.held_until_at.is_(None) | (HostTurn.held_until_at < before)
    session.execute(delete(HostTurn).where(*idle, unheld))


class HostTurns:
    """Turns of everybody who works on one database; one object a sweep."""

    def __init__(self, source: str, database: Database, clock: Clock) -> None:
        self._source = source
        self._database = database
        self._clock = clock
        self._me = worker_name(secrets.token_hex(4))
        self._held: set[str] = set()

    def ask(self, keys: Sequence[str], delay_s: float, hold_s: float) -> float:
        """Take the turn at all of the keys, or say how long to wait."""
        with self._database.write() as session:
            now = self._now(session)
            rows = self._rows(session, keys, now)
            for row in rows:
                self._wish(row, delay_s, now)
            wait = max(self._wait(row, now) for row in rows)
            if wait > 0:
                return wait
            for row in rows:
                row.holder, row.held_until_at = self._me, now + timedelta(seconds=hold_s)
                row.next_at = now + timedelta(seconds=row.delay_s)
        self._held.update(keys)
        return 0.0

    def end(self, keys: Iterable[str]) -> None:
        """Give the turn back; the pause begins."""
        mine = sorted(set(keys) & self._held)
        if not mine:
            return
        with self._database.write() as session:
            now = self._now(session)
            for row in self._rows(session, mine, now):
                if row.holder == self._me:
                    _free(row, now)
        self._held.difference_update(mine)

    def end_all(self) -> None:
        """Give back whatever is held: the sweep is over."""
        self.end(list(self._held))

    def put_off(self, key: str, seconds: float) -> None:
        """Nobody asks this host for so long."""
        with self._database.write() as session:
            now = self._now(session)
            (row,) = self._rows(session, [key], now)
            row.next_at = max(row.next_at, now + timedelta(seconds=seconds))

    def _rows(self, session: Session, keys: Sequence[str], now: datetime) -> list[HostTurn]:
        """The rows of the keys, locked, in one order for everybody, so that nobody waits in a circle."""
        wanted = sorted(set(keys))
        new = [{"key": key, "next_at": now, "delay_s": 0.0, "slow_until_at": now} for key in wanted]
        session.execute(insert_into(session, HostTurn).values(new).on_conflict_do_nothing())
        found = select(HostTurn).where(HostTurn.key.in_(wanted)).order_by(HostTurn.key).with_for_update()
        return list(session.scalars(found))

    def _wish(self, row: HostTurn, delay_s: float, now: datetime) -> None:
        """The slowest source of a host sets its pace."""
        if row.slowest == self._source or delay_s >= row.delay_s or row.slow_until_at <= now:
            row.delay_s, row.slowest, row.slow_until_at = delay_s, self._source, now + WISH_HOLDS

    def _wait(self, row: HostTurn, now: datetime) -> float:
        if row.holder and row.holder != self._me:
            if row.held_until_at is None or row.held_until_at <= now or is_dead(row.holder):
                _free(row, now)  # when its request was seen nobody can say any more
            else:
                return max(LOOK_AGAIN_S, (row.next_at - now).total_seconds())
        return (row.next_at - now).total_seconds()

    def _now(self, session: Session) -> datetime:
        """By one clock for all: the database server's, where there is one, since machines do not agree on the time."""
        if session.get_bind().dialect.name == "postgresql":
            now: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
            return now
        return self._clock.now()


class LoneTurns:
    """Turns of one process that has no database: a trial."""

    def __init__(self) -> None:
        self._next_at: dict[str, float] = {}
        self._delay_s: dict[str, float] = {}

    def ask(self, keys: Sequence[str], delay_s: float, hold_s: float) -> float:
        """How long to wait."""
        del hold_s
        for key in keys:
            self._delay_s[key] = delay_s
        return max(0.0, max(self._next_at.get(key, 0.0) for key in keys) - time.monotonic())

    def end(self, keys: Sequence[str]) -> None:
        """The pause begins."""
        for key in keys:
            self.put_off(key, self._delay_s.get(key, 0.0))

    def put_off(self, key: str, seconds: float) -> None:
        """Not before so many seconds."""
        self._next_at[key] = max(self._next_at.get(key, 0.0), time.monotonic() + seconds)


def _free(row: HostTurn, now: datetime) -> None:
    row.holder, row.held_until_at = "", None
    row.next_at = max(row.next_at, now + timedelta(seconds=row.delay_s))
