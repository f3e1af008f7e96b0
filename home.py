"""A home folder, opened piece by piece: settings, database, key, index, archive, each when it is first asked for.

Every entry point stands on this one: the commands, the web, the scheduler and its jobs, the child that judges, the
demo. So there is one answer to what is opened how, and one to a newest index generation that is damaged: the last good
one serves, and whoever asked is told (`Home.open_index`). Whoever *writes* an index goes on from the newest one or not
at all, and does not come by here.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

from core.clock import SystemClock
from core.errors import UsageError
from core.settings import SETTINGS_FILE, find_home, load_settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from archive.store import Archive
    from core.clock import Clock
    from core.database import Database
    from core.settings import Settings
    from fingerprints.index.generation import Index
    from fingerprints.secrets.digests import Digester
    from fingerprints.secrets.keys import Key


class NoHomeError(UsageError):
    """A folder is no home of ours."""


class Home:
    """One home folder; imports what it opens only when that is asked for, so that `--help` is quick."""

    def __init__(
        self, folder: str | Path | None = None, clock: Clock | None = None, warn: Callable[[str], None] | None = None
    ) -> None:
        self._given_folder = folder
        self._warn = warn
        self.clock: Clock = clock or SystemClock()

    @classmethod
    def of(cls, settings: Settings, *, database: Database | None = None, clock: Clock | None = None) -> Self:
        """The home of settings that were read already, on a database that was opened already if there is one."""
        home = cls(settings.home, clock)
        home.settings = settings
        if database is not None:
            home.database = database
        return home

    @property
    def folder(self) -> Path:
        """The home folder, whether or not it exists."""
        return find_home(self._given_folder)

    @cached_property
    def settings(self) -> Settings:
        """The settings of a home folder that `hinomi init` made.

        Raises:
            NoHomeError: The folder holds no settings.
        """
        if not (self.folder / SETTINGS_FILE).is_file():
            raise NoHomeError(
                f"{self.folder} is no Hinomi home: it holds no {SETTINGS_FILE}",
                hint="Run `hinomi init` once, or say where the home is with --home or HINOMI_HOME.",
            )
        return load_settings(self.folder)

    @cached_property
    def database(self) -> Database:
        """The database, checked to be of this program's version."""
        from core.database import Database, DatabaseError
        from migrations import check_current

        database = Database(self.settings.database_url, busy_timeout_s=self.settings.database.busy_timeout_s)
        try:
            check_current(database)
        except DatabaseError:
            database.close()
            raise
        return database

    @cached_property
    def archive(self) -> Archive:
        """The archive of captured documents."""
        from archive.store import Archive

        return Archive(self.settings, self.database, self.clock)

    @cached_property
    def key(self) -> Key:
        """The master key."""
        return self.load_key()

    @cached_property
    def digester(self) -> Digester:
        """Digests under the master key."""
        from fingerprints.secrets.digests import Digester

        return Digester(self.key)

    @cached_property
    def index(self) -> Index:
        """The index generation that served when it was first asked for: one command, one generation."""
        return self._opened(self.key)

    def load_key(self) -> Key:
        """The master key as it is now: what runs for long asks anew, since keys are changed."""
        from fingerprints.secrets.keys import load_key

        return load_key(self.settings.key, self.settings.home)

    def open_index(self) -> Index:
        """The index generation that serves now: what runs for long asks anew, since enrolments switch it.

        A damaged newest generation gives way to the last good one; ``damage`` of what is given says so then.

        Raises:
            NoIndexError: Nothing was enrolled yet.
            WrongKeyError: It was made under another key.
            DamagedIndexError: Nothing is left to fall back on.
        """
        return self._opened(self.load_key())

    def _opened(self, key: Key) -> Index:
        from fingerprints.index.generation import Index

        index = Index.open_good(self.settings.index_dir, key)
        if index.damage and self._warn:
            self._warn(f"{index.damage}; generation {index.generation} serves")
        return index
