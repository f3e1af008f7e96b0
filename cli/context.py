"""What every command is handed: settings, clock, database, key, index and archive, each made when first asked for."""

from __future__ import annotations

import json
import sys
from functools import cached_property
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape

from core.clock import SystemClock
from core.errors import HinomiError, UsageError
from core.settings import SETTINGS_FILE, find_home, load_settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from archive.store import Archive
    from core.clock import Clock
    from core.database import Database
    from core.settings import Settings
    from crawler.sources import Source
    from fingerprints.index.generation import Index
    from fingerprints.secrets.digests import Digester
    from fingerprints.secrets.keys import Key


class Context:
    """The world of one command; imports what it needs only when it is needed, so that `--help` is quick."""

    def __init__(self, home: str | None = None, clock: Clock | None = None) -> None:
        self._given_home = home
        self.clock: Clock = clock or SystemClock()
        self.talk = Console(stderr=True, highlight=False)

    @property
    def home(self) -> Path:
        """The home folder, whether or not it exists."""
        return find_home(self._given_home)

    @cached_property
    def settings(self) -> Settings:
        """The settings of a home folder that `hinomi init` made."""
        if not (self.home / SETTINGS_FILE).is_file():
            raise UsageError(
                f"{self.home} is no Hinomi home: it holds no {SETTINGS_FILE}",
                hint="Run `hinomi init` once, or say where the home is with --home or HINOMI_HOME.",
            )
        return load_settings(self.home)

    @cached_property
    def database(self) -> Database:
        """The database, checked to be of this program's version."""
        from core.database import Database
        from migrations import check_current

        database = Database(self.settings.database_url, busy_timeout_s=self.settings.database.busy_timeout_s)
        check_current(database)
        return database

    @cached_property
    def key(self) -> Key:
        """The master key."""
        from fingerprints.secrets.keys import load_key

        return load_key(self.settings.key, self.settings.home)

    @cached_property
    def digester(self) -> Digester:
        """Digests under the master key."""
        from fingerprints.secrets.digests import Digester

        return Digester(self.key)

    @cached_property
    def index(self) -> Index:
        """The index generation that is current now."""
        from fingerprints.index.generation import Index

        index = Index.open_good(self.settings.index_dir, self.key)
        if index.damage:
            self.talk.print(f"warning: {index.damage}; generation {index.generation} serves", markup=False)
        return index

    @cached_property
    def sources(self) -> dict[str, Source]:
        """The sources that can be swept, by name; what is wrong with the others is told."""
        from crawler.sources import survey_sources

        found = survey_sources(self.settings.sources_path)
        if found.complaint:
            self.talk.print(f"[yellow]warning:[/] {escape(str(found.complaint))}")
        return found.sources

    @cached_property
    def archive(self) -> Archive:
        """The archive of captured documents."""
        from archive.store import Archive

        return Archive(self.settings, self.database, self.clock)

    def append_to_log(self) -> None:
        """Make leaves of the rows that this command wrote; a failure is told, since they wait for the next command."""
        if "database" not in vars(self):
            return
        from transparency.sequencer import append_waiting, is_waiting

        try:
            with self.database.read() as session:
                waits = is_waiting(session)
            if waits:
                append_waiting(self.database, self.clock)
        except HinomiError as error:
            self.talk.print(f"note: the transparency log waits for the next command: {error}", markup=False)

    def emit(self, record: Mapping[str, Any]) -> None:
        """Print one JSON object as one line on stdout."""
        sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")
        sys.stdout.flush()
