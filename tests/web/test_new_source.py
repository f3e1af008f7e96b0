"""A source by the web page alone: its address, what it is, a trial, and the rest; by a browser that may be closed."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from crawler.software.inquiries import ADDED, FOUND, WAITING, Inquiries
from crawler.sources import load_sources
from home import Home
from scheduler import all_jobs
from tests.crawler.conftest import bepasty
from tests.web.scene import form_mark

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.testclient import TestClient

    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings
    from tests.targets.bepasty import Bepasty

__all__ = ["bepasty"]


def run_job(settings: Settings, database: Database, clock: SetClock) -> None:
    (job,) = [
        job
        for job in all_jobs(Home.of(settings, database=database, clock=clock), threading.Event())()
        if job.name == "inquiry"
    ]
    assert job.is_wanted()
    job.work()


@pytest.mark.slow
def test_an_address_becomes_a_source(
    browser: TestClient, bepasty: Bepasty, home: Path, settings: Settings, database: Database, clock: SetClock
) -> None:
    bepasty.paste("架空の貼り付け".encode(), "list.txt")
    mark = {"form_mark": form_mark(browser, "/sources/new")}
    asked = {"address": f"{bepasty.url}/+list", "private": "yes", **mark}
    page = browser.post("/sources/new", data=asked)
    assert page.status_code == 200
    assert "Refresh" in page.headers
    inquiries = Inquiries(home, clock)
    (inquiry,) = inquiries.listed()
    assert inquiry.state == WAITING
    run_job(settings, database, clock)
    (inquiry,) = inquiries.listed()
    assert (inquiry.state, inquiry.proposals[0]["engine"]) == (FOUND, "paste-list"), inquiry
    page = browser.get(f"/sources/new/{inquiry.id}")
    assert "bepasty" in page.text
    added = {"do": "add", "name": "pastes", "every": "30m", "zone": "UTC", "legal_basis": "our own server", **mark}
    assert browser.post(f"/sources/new/{inquiry.id}", data=added).status_code == 200
    source = load_sources(settings.sources_path)["pastes"]
    assert (source.engine, source.legal_basis, source.private) == ("paste-list", "our own server", True)
    (inquiry,) = inquiries.listed()
    assert (inquiry.state, inquiry.source) == (ADDED, "pastes")


@pytest.mark.parametrize("address", ["http://127.0.0.1/", "http://[::1]/", "localhost", "http://[x/"])
def test_an_address_of_ours_is_not_asked_unless_that_is_meant(
    browser: TestClient, home: Path, clock: SetClock, address: str
) -> None:
    mark = {"form_mark": form_mark(browser, "/sources/new")}
    assert browser.post("/sources/new", data={"address": address, **mark}).status_code == 400
    assert Inquiries(home, clock).listed() == []


def test_a_name_that_is_taken_is_said_and_nothing_is_lost(browser: TestClient, home: Path, clock: SetClock) -> None:
    inquiries = Inquiries(home, clock)
    made = inquiries.add("https://board.example/", "山口", private=False)
    proposal = {"engine": "feed", "address": "https://board.example/feed", "why": "feed", "shown": "/feed"}
    trial: dict[str, object] = dict.fromkeys(("entries", "documents", "authors", "times", "requests"), 1) | {
        "collected": []
    }
    inquiries.change(made, state=FOUND, proposals=[proposal | {"dialect": "", "options": {}}], trial=trial)
    taken = '[sources.taken]\nengine = "feed"\nurl = "https://a.example/"\n'
    (home / "sources.toml").write_text(taken, encoding="utf-8")
    mark = {"form_mark": form_mark(browser, f"/sources/new/{made.id}")}
    form = {"do": "add", "name": "taken", "every": "15m", "legal_basis": "x", **mark}
    assert "has a source &#39;taken&#39; already" in browser.post(f"/sources/new/{made.id}", data=form).text
    assert inquiries.listed()[0].state == FOUND


def test_what_cannot_be_looked_at_is_told(home: Path, settings: Settings, database: Database, clock: SetClock) -> None:
    inquiries = Inquiries(home, clock)
    made = inquiries.add("http://127.0.0.1:9/", "山口", private=True)
    run_job(settings, database, clock)
    found = inquiries.get(made.id)
    assert found
    assert (found.state, bool(found.problems)) == (FOUND, True)
