"""Whether a service can do its work at this moment, for whoever sends it requests: few looks, none of them long."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import SQLAlchemyError

from core.errors import HinomiError
from fingerprints.errors import NoIndexError
from migrations import revisions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from home import Home

KEPT_S: Final = 2.0
"""Anybody may ask, and nobody may keep the database busy by asking."""
DATABASE, MIGRATIONS, KEY, INDEX, SCHEDULER = "database", "migrations", "key", "index", "scheduler"


class Readiness:
    """The last answer, for as long as it is fresh.

    Args:
        home: What is served.
        is_ticking: Whether the scheduler does; none where this process has none.

    Attributes:
        matches: Whether this machine has the role that takes key and index.
    """

    def __init__(self, home: Home, is_ticking: Callable[[], bool] | None = None) -> None:
        self._home = home
        self.is_ticking = is_ticking
        self.matches = True
        self._lock = threading.Lock()
        self._until = 0.0
        self._reasons: tuple[str, ...] = ()

    def reasons(self) -> tuple[str, ...]:
        """Why it is not ready, in a word each; nothing where it is."""
        with self._lock:
            if time.monotonic() >= self._until:
                self._reasons = tuple(self._look())
                self._until = time.monotonic() + KEPT_S
            return self._reasons

    def _look(self) -> Iterator[str]:
        yield from self._look_at_database()
        if self.is_ticking is None:
            return
        if not self.is_ticking():
            yield SCHEDULER
        if not self.matches or self._home.settings.key.command:
            return  # a command that prints the key is not run for anybody who asks
        try:
            self._home.load_key()
        except HinomiError:
            yield KEY
            return
        try:
            self._home.open_index()
        except NoIndexError:
            return  # a new home: there is nothing to match with, and nothing is wrong
        except HinomiError:
            yield INDEX

    def _look_at_database(self) -> Iterator[str]:
        try:
            found, wanted = revisions(self._home.database)
        except (HinomiError, SQLAlchemyError, OSError):
            yield DATABASE
            return
        if found != wanted:
            yield MIGRATIONS
