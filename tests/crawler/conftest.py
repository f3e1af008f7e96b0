"""What the crawler's tests share: real sites, and a home whose child processes see the test's database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from archive.models import Capture, DocumentRow
from archive.store import Archive
from core.clock import SystemClock
from core.database import Database
from core.settings import SETTINGS_FILE, load_settings
from crawler.run import SweepResult, run_sweep_process
from crawler.sources import load_sources
from tests.targets.bepasty import Bepasty, bepasty_server
from tests.targets.misbehaving import Misbehaving, misbehaving_server
from tests.targets.spirit import Spirit, spirit_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.settings import Settings


@pytest.fixture(scope="session")
def bepasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bepasty]:
    """A real bepasty, empty at first, shared by the tests of one process."""
    with bepasty_server(tmp_path_factory.mktemp("bepasty")) as site:
        yield site


@pytest.fixture(scope="session")
def spirit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spirit]:
    """A real Spirit, empty at first, shared by the tests of one process."""
    with spirit_server(tmp_path_factory.mktemp("spirit")) as site:
        yield site


@pytest.fixture(scope="session")
def misbehaving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Misbehaving]:
    """A server with one address for each way to misbehave."""
    with misbehaving_server(tmp_path_factory.mktemp("misbehaving")) as site:
        yield site


@dataclass
class Seen:
    """A capture as the tests compare it."""

    capture: Capture
    document: DocumentRow
    content: bytes

    @property
    def text(self) -> str:
        """The content as UTF-8."""
        return self.content.decode()


class Crawl:
    """A home with sources, swept in child processes as the program does it."""

    def __init__(self, home: Path, database_url: str) -> None:
        self.home = home
        self.clock = SystemClock()
        self._url = database_url
        self.configure()

    def configure(self, **crawler: float) -> None:
        """Write the settings file anew, with limits that suit a test."""
        limits = {"delay_s": 0.0, "timeout_s": 2.0, "sweep_limit_s": 30.0, "max_retry_after_s": 5.0} | crawler
        lines = ["[database]", f'url = "{self._url}"', "[crawler]", *(f"{k} = {v}" for k, v in limits.items())]
        (self.home / SETTINGS_FILE).write_text("\n".join(lines), encoding="utf-8")
        self.settings: Settings = load_settings(self.home)
        self.database = Database(self.settings.database_url)

    def add(self, toml: str) -> None:
        """Add to the file of sources."""
        with self.settings.sources_path.open("a", encoding="utf-8") as file:
            file.write(toml + "\n")

    def sweep(self, name: str, limit_s: float | None = None) -> SweepResult:
        """Sweep in a child process."""
        source = load_sources(self.settings.sources_path)[name]
        return run_sweep_process(source, self.settings, self.database, self.clock, limit_s=limit_s)

    def captures(self, source: str) -> list[Seen]:
        """Everything captured from a source, in order."""
        archive = Archive(self.settings, self.database, self.clock)
        with self.database.read() as session:
            found = session.scalars(select(Capture).where(Capture.source == source).order_by(Capture.id)).all()
            return [Seen(one, one.document, archive.read(one.document)) for one in found]

    def log(self, source: str) -> str:
        """What the children of a source printed."""
        return (self.home / "logs" / f"sweep-{source}.log").read_text(encoding="utf-8")


@pytest.fixture
def crawl(home: Path, database_url: str) -> Iterator[Crawl]:
    """A home to sweep into."""
    made = Crawl(home, database_url)
    yield made
    made.database.close()


@pytest.fixture
def sqlite_crawl(home: Path, sqlite_template: Path) -> Iterator[Crawl]:
    """The same on SQLite alone, for tests of what the network does."""
    (home / "hinomi.db").write_bytes(sqlite_template.read_bytes())
    made = Crawl(home, f"sqlite:///{home / 'hinomi.db'}")
    yield made
    made.database.close()
