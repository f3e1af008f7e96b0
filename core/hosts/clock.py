"""The one clock that leases count by: the database server's, where there is one, since machines disagree on the time.

A lease that ends by its holder's clock and is judged by another one's is lost early, or held too long, by as much as
the two are apart. A clock that was set (tests, replays) stays what it is: all who share a database share that one too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from core.clock import SystemClock

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from core.clock import Clock
    from core.database import Database


class ServerClock:
    """The clock of the database server; each look is a question to it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def now(self) -> datetime:
        """The present moment by the server, aware, in UTC.

        Raises:
            DatabaseError: It cannot be asked.
        """
        with self._database.read() as session:
            return _server_now(session)


def shared_clock(database: Database, clock: Clock) -> Clock:
    """The clock that all who work on a database share; ``clock`` is this machine's, or one that was set."""
    if not database.is_sqlite and isinstance(clock, SystemClock):
        return ServerClock(database)
    return clock


def shared_now(session: Session, clock: Clock) -> datetime:
    """What `shared_clock` shows, within a session."""
    if session.get_bind().dialect.name == "postgresql" and isinstance(clock, SystemClock):
        return _server_now(session)
    return clock.now()


def _server_now(session: Session) -> datetime:
    now: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return now
