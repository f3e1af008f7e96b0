"""An app over a database with one leak in it, and a browser in which somebody is signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

from archive.store import Archive
from core.settings import load_settings
from home import Home
from tests.web.chromium import address, chromium
from tests.web.people import link_of, somebody
from tests.web.scene import Scene, make_scene
from web.app import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings


__all__ = ["address", "chromium"]


@pytest.fixture
def database_url(home: Path, sqlite_template: Path) -> str:
    """SQLite is enough here: the queries have their own tests on both kinds."""
    file = home / "hinomi.db"
    file.write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{file}"


@pytest.fixture
def settings(home: Path, database_url: str) -> Settings:
    """Who signed in before the scene was set, which takes two hours, is still signed in after it."""
    return load_settings(home, database={"url": database_url}, web={"idle_minutes": 180})


@pytest.fixture
def archive(settings: Settings, database: Database, clock: SetClock) -> Archive:
    """The archive of the home folder."""
    return Archive(settings, database, clock)


@pytest.fixture
def scene(database: Database, archive: Archive, clock: SetClock) -> Scene:
    """One incident with two places and a timeline."""
    return make_scene(database, archive, clock)


@pytest.fixture
def stranger(settings: Settings, database: Database, clock: SetClock) -> Iterator[TestClient]:
    """A browser that showed nothing yet."""
    app = create_app(Home.of(settings, database=database, clock=clock))
    with TestClient(app, base_url="http://127.0.0.1:8470", raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def browser(stranger: TestClient, database: Database, clock: SetClock) -> TestClient:
    """A browser in which somebody with every role is signed in; it prefers English."""
    stranger.headers["accept-language"] = "en"
    somebody(database, clock)
    assert stranger.get(link_of(database, clock)).status_code == 200
    return stranger
