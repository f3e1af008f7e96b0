"""A home with something of every kind in its log, and hands that alter it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from custody.models import Enrolment, Processor
from custody.register.history import Act
from custody.register.holdings import add_extract, lend
from fingerprints.identifiers import load_kinds
from fingerprints.identifiers.customer_number import NUMBER_KIND
from fingerprints.secrets.digests import Digester
from fingerprints.secrets.keys import load_key
from incidents.timeline.events import add_event
from tests.actors import by
from tests.small_carrier import PEOPLE, archive, bench, enrolled_home, home
from trails.imports import plan_import, run_import
from trails.number_digests import KeyedDoor
from transparency.heads import publish
from transparency.keys import create_log_key
from transparency.sequencer import append_waiting
from transparency.verify.verification import verify

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sqlalchemy.orm import Session

    from archive.store import Archive
    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings
    from transparency.verify.damage import Damage, Report

__all__ = ["archive", "bench", "enrolled_home", "home"]
TRAIL = "日時,作業者ID,端末,操作,お客様番号\n"


class LogHome:
    """One home, its log, and whoever has hands on its database and files."""

    def __init__(self, settings: Settings, database: Database, archive: Archive, clock: SetClock) -> None:
        self.settings = settings
        self.database = database
        self.archive = archive
        self.clock = clock
        create_log_key(settings.log_key_path)

    @property
    def heads_file(self) -> Path:
        """Where signed heads go, outside the database."""
        return self.settings.head_paths[0]

    def note(self, words: str = "a note", count: int = 1) -> None:
        """Write some events."""
        with self.database.write() as session:
            for number in range(count):
                add_event(session, "note", actor=by("鈴木"), now=self.clock.now(), data={"text": f"{words} {number}"})

    def publish(self) -> int:
        """Sign a head, a moment later than before; how large the tree is."""
        self.clock.advance(timedelta(seconds=1))
        done = publish(self.settings, self.database, self.clock)
        assert done.head
        return done.head.size

    def append(self) -> int:
        """Make leaves of what waits."""
        return append_waiting(self.database, self.clock)

    def verify(self, **given: Any) -> Report:
        """Look at everything."""
        return verify(self.settings, self.database, self.clock, **given)

    def damage(self, **given: Any) -> Damage:
        """The first damage, which there has to be."""
        report = self.verify(**given)
        assert report.worst
        return report.worst

    def sql(self, statement: str, values: Mapping[str, Any] | None = None) -> None:
        """What somebody with the database's password does, going round the program."""
        with self.database.engine.begin() as connection:
            connection.execute(text(statement), dict(values or {}))

    def import_trail(self, day: int) -> None:
        """Take in a small access log."""
        path = self.settings.home / "access.csv"
        path.write_text(f"{TRAIL}2026/04/{day:02d} 10:00:00,op-1,T-1,照会,{PEOPLE[0][0]}\n", encoding="utf-8")
        door = KeyedDoor(Digester(load_key(self.settings.key, self.settings.home)), load_kinds()[NUMBER_KIND])
        plan = plan_import(path, "callcenter", self.settings.trails_dir, is_number=door.is_number)
        run_import(plan, self.settings.trails_dir, self.database, door, self.clock)

    def write_register(self) -> None:
        """An enrolment that ended, and an extract that was lent."""
        act = Act("田中", self.clock.now(), date(2026, 4, 1))
        with self.database.write() as session:
            processor = Processor(name="Callers", contract_kind="A", added_at=self.clock.now())
            session.add(processor)
            session.flush()
            lend(session, add_extract(session, "calls", {}, act), processor, act)
            self._enrol(session)

    def _enrol(self, session: Session) -> None:
        now = self.clock.now()
        run = Enrolment(extract_name="calls", file_name="c.csv", sha256="0" * 64, request={}, started_at=now)
        session.add(run)
        session.flush()
        run.state, run.finished_at = "done", now


@pytest.fixture
def log_home(settings: Settings, database: Database, archive: Archive, clock: SetClock) -> LogHome:
    """A home with a signing key and an empty log."""
    return LogHome(settings, database, archive, clock)


@pytest.fixture
def full_home(log_home: LogHome) -> LogHome:
    """A home whose log holds something of every kind, under two signed heads."""
    log_home.archive.hand_in("名簿 one".encode(), "one.txt", media_type="text/plain")
    log_home.archive.hand_in("名簿 two".encode(), "two.txt", media_type="text/plain")
    log_home.note("before", 3)
    log_home.publish()
    log_home.import_trail(1)
    log_home.write_register()
    log_home.note("after", 4)
    log_home.publish()
    return log_home
