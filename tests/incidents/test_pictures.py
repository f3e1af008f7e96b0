"""Pictures of a leak's places: each once, by a real browser, provable by their hash, and handed out on the record."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from archive.models import Capture
from core.settings import load_settings
from home import Home
from incidents.online.pictures import pictures_of, read_picture, unpictured
from scheduler import all_jobs
from tests.crawler.conftest import misbehaving
from tests.incidents.makers import Leaked, event_kinds, take

if TYPE_CHECKING:
    from pathlib import Path

    from core.clock import SetClock
    from core.database import Database
    from tests.targets.misbehaving import Misbehaving

__all__ = ["misbehaving"]
SOURCE = '[sources.my-paste]\nengine = "watched-page"\nurl = "{url}/calm/1"\n'


@pytest.mark.slow
def test_a_place_is_pictured_once_and_what_cannot_be_is_told(
    home: Path, database: Database, clock: SetClock, misbehaving: Misbehaving
) -> None:
    settings = load_settings(home, database={"url": str(database.engine.url)}, crawler={"pictures": True})
    settings.sources_path.write_text(SOURCE.format(url=misbehaving.url), encoding="utf-8")
    taken = take(database, Leaked("架空の名簿", (1, 2, 3)))
    take(database, Leaked("別の名簿", (7, 8, 9)), source="gone-source")
    assert taken.incident_id
    with database.write() as session:
        session.execute(update(Capture).where(Capture.source == "my-paste").values(address=f"{misbehaving.url}/calm/1"))
    (job,) = [
        job
        for job in all_jobs(Home.of(settings, database=database, clock=clock), threading.Event())()
        if job.name == "pictures"
    ]
    assert job.is_wanted()
    assert job.work() == "done: 1 of 2 taken"
    assert not job.is_wanted()
    assert (event_kinds(database).count("pictured"), event_kinds(database).count("not-pictured")) == (1, 1)
    with database.read() as session:
        assert unpictured(session, 5) == []
        (event,) = pictures_of(session, taken.incident_id)
        picture = b"".join(read_picture(settings.archive_dir, event))
    assert picture.startswith(b"\x89PNG")
    assert len(picture) == event.data["size_bytes"]
