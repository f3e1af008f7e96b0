"""The page of one source: what it shows, and what its buttons do without asking anybody from the web process."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from core.due import due_instant
from core.leases import close_claim, latest_claims, take_claim, take_lease
from crawler.health import cut_off_sweeps, watched_sources
from crawler.models import HostTurn, Sweep
from crawler.polite.turns import forget_turns
from crawler.software.inquiries import FAILED, WAITING, Inquiries
from crawler.sources import load_sources
from tests.web.scene import SOURCES, form_mark

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.testclient import TestClient

    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings

JOB = "sweep:my-paste"


@pytest.fixture(autouse=True)
def sources(settings: Settings) -> None:
    settings.sources_path.write_text(SOURCES, encoding="utf-8")


def press(browser: TestClient, what: str) -> str:
    mark = {"form_mark": form_mark(browser, "/sources/my-paste")}
    answer = browser.post("/sources/my-paste", data={"do": what, **mark})
    assert answer.status_code == 200, answer.text
    return answer.text


def test_a_source_is_switched_off_and_on(browser: TestClient, settings: Settings) -> None:
    assert 'value="on"' in press(browser, "off")
    assert [one.enabled for one in load_sources(settings.sources_path).values()] == [False, True]
    assert 'value="off"' in press(browser, "on")
    assert [one.enabled for one in load_sources(settings.sources_path).values()] == [True, True]


def test_a_source_that_is_off_is_not_asked_for(browser: TestClient) -> None:
    press(browser, "off")
    mark = {"form_mark": form_mark(browser, "/sources/my-paste")}
    assert browser.post("/sources/my-paste", data={"do": "now", **mark}).status_code == 409


def test_a_sweep_that_is_asked_for_is_there_for_the_first_scheduler_that_comes(
    browser: TestClient, database: Database, clock: SetClock
) -> None:
    now = clock.now()
    due = due_instant(JOB, 900, now)
    with database.write() as session:
        assert take_claim(session, JOB, due, worker="elsewhere/1/1", now=now, for_s=60)
    press(browser, "now")  # it is being swept: nothing is opened anew
    with database.write() as session:
        assert not take_claim(session, JOB, due, worker="elsewhere/2/2", now=now, for_s=60)
        close_claim(session, JOB, due, worker="elsewhere/1/1", now=now, outcome="done")
    with database.write() as session:
        assert not take_claim(session, JOB, due, worker="elsewhere/2/2", now=now, for_s=60)
    press(browser, "now")
    with database.write() as session:
        assert take_claim(session, JOB, due, worker="elsewhere/2/2", now=now, for_s=60)
        assert latest_claims(session)[JOB].outcome is None


def test_a_trial_waits_for_the_scheduler(browser: TestClient, home: Path, clock: SetClock) -> None:
    press(browser, "try")
    (made,) = Inquiries(home, clock).listed()
    assert (made.source, made.state) == ("my-paste", WAITING)


def test_a_site_that_could_not_be_asked_is_asked_again(browser: TestClient, home: Path, clock: SetClock) -> None:
    inquiries = Inquiries(home, clock)
    made = inquiries.add("https://board.example/", "山口", private=False)
    inquiries.change(made, state=FAILED, message="cut off", problems=["no answer"])
    mark = {"form_mark": form_mark(browser, f"/sources/new/{made.id}")}
    assert browser.post(f"/sources/new/{made.id}", data={"do": "again", **mark}).status_code == 200
    waiting = inquiries.get(made.id)
    assert waiting
    assert (waiting.state, waiting.message, waiting.problems) == (WAITING, "", [])


def test_a_sweep_whose_lease_is_gone_was_cut_off(
    browser: TestClient, settings: Settings, database: Database, clock: SetClock
) -> None:
    now, worker = clock.now(), "elsewhere/1/1"
    with database.write() as session:
        row = Sweep(source="my-paste", started_at=now, pid=1, worker=worker)
        session.add(row)
        assert take_lease(session, JOB, worker=worker, now=now, for_s=60)
        session.flush()
        number = row.id
    with database.read() as session:
        assert number not in cut_off_sweeps(session, now)
    clock.advance(timedelta(seconds=61))
    with database.read() as session:
        assert number in cut_off_sweeps(session, clock.now())
    assert watched_sources(settings, database, clock.now()).sources[0].health == "cut-off"
    assert "tag cut-off" in browser.get("/sources/my-paste").text


def test_turns_that_nobody_waits_for_are_forgotten(database: Database, clock: SetClock) -> None:
    now, day = clock.now(), timedelta(days=1)
    with database.write() as session:
        for key, at, wish in (("old", now - 2 * day, now - 2 * day), ("slow", now - 2 * day, now), ("new", now, now)):
            session.add(HostTurn(key=key, next_at=at, slow_until_at=wish))
    with database.write() as session:
        forget_turns(session, before=now - day)
    with database.read() as session:
        assert {row.key for row in session.query(HostTurn)} == {"slow", "new"}


def test_a_source_that_is_not_there_has_no_page(browser: TestClient) -> None:
    assert browser.get("/sources/nobody").status_code == 404
