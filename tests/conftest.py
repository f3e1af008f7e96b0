"""What all tests share: loopback only, a clean environment, and a migrated database of either kind."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from core.clock import SetClock
from core.database import Database
from core.settings import DEFAULT_SETTINGS, SETTINGS_FILE, load_settings
from tests.profiles import load_profile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.settings import Settings

TESTS = Path(__file__).parent
GUARD = TESTS / "guard"


def _hold_this_process() -> None:
    """Put the network guard on pytest itself and on every Python that it starts."""
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(GUARD), os.environ.get("PYTHONPATH", "")]))
    spec = importlib.util.spec_from_file_location("hinomi_network_guard", GUARD / "sitecustomize.py")
    assert spec
    assert spec.loader
    spec.loader.exec_module(importlib.util.module_from_spec(spec))


_hold_this_process()
load_profile()
for _name in [name for name in os.environ if name.startswith("HINOMI_") and name != "HINOMI_SCREENSHOTS"]:
    del os.environ[_name]
os.environ["HINOMI_LANG"] = "en"  # what commands say is looked for in one language, whatever this machine's is


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Say what failed when it fails: a run that is cut off never comes to its summary."""
    if report.failed and os.environ.get("CI") and "PYTEST_XDIST_WORKER" not in os.environ:
        said = f"{report.nodeid}, {report.when}, after {report.duration:.0f} s"
        sys.stderr.write(f"\nfailed: {said}\n{report.longreprtext}\n")


@pytest.fixture
def clock() -> SetClock:
    """A clock that stands at noon of a November day until the test moves it."""
    return SetClock(datetime(2026, 11, 22, 3, 0, tzinfo=UTC))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home folder with default settings."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    (folder / SETTINGS_FILE).write_text(DEFAULT_SETTINGS, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, copied for each test."""
    from migrations import upgrade

    file = tmp_path_factory.mktemp("template") / "hinomi.db"
    database = Database(f"sqlite:///{file}")
    upgrade(database)
    database.close()
    return file


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A real PostgreSQL server, with a migrated database `template_hinomi` to copy from."""
    from migrations import upgrade
    from tests.servers.postgresql import postgresql_server

    with postgresql_server() as url:
        _in_postgres(url, "CREATE DATABASE template_hinomi")
        database = Database(f"{url}/template_hinomi")
        upgrade(database)
        database.close()
        yield url


DIALECTS_MATTER: Final = (
    "core", "archive", "incidents", "transparency", "migrations",
    "alerts/test_order", "alerts/test_crash", "crawler/test_run", "custody/test_holdings", "custody/test_register",
    "judging/test_extracts", "test_scheduler", "trails/test_gaps", "trails/test_imports", "trails/test_killed",
)  # fmt: skip
"""Tests of what the two databases do each in its own way: locks, conflicts, search, triggers, times, kills. Whatever
stands on these runs on SQLite alone, unless a test is marked ``both_databases``."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test of a database on each kind, where that can make a difference."""
    named = [mark.args[0] for mark in metafunc.definition.iter_markers("parametrize")]
    if "database_url" not in metafunc.fixturenames or "database_url" in named:
        return
    place = metafunc.definition.path.relative_to(TESTS).as_posix()
    both = place.startswith(DIALECTS_MATTER) or metafunc.definition.get_closest_marker("both_databases")
    metafunc.parametrize("database_url", ["sqlite", "postgresql"] if both else ["sqlite"], indirect=True)


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh, migrated database."""
    if request.param == "sqlite":
        file = tmp_path / "hinomi.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), file)
        yield f"sqlite:///{file}"
        return
    url = request.getfixturevalue("postgresql_url")
    name = f"t_{os.urandom(6).hex()}"
    _in_postgres(url, f"CREATE DATABASE {name} TEMPLATE template_hinomi")
    yield f"{url}/{name}"
    _in_postgres(url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh, migrated database."""
    made = Database(database_url)
    yield made
    made.close()


@pytest.fixture
def settings(home: Path, database_url: str) -> Settings:
    """Settings of the home folder over the test's database."""
    return load_settings(home, database={"url": database_url})


def _in_postgres(url: str, statement: str) -> None:
    import psycopg

    with psycopg.connect(f"{url}/postgres", autocommit=True) as connection:
        connection.execute(statement.encode())
