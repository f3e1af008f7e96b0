"""The page of long work: what runs, what waits, how it ended, and nothing of it to whom it does not concern."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

import jobs
from core.actors import Role
from core.leases import close_claim, take_claim, take_lease
from core.plugins import load_plugins
from core.processes.names import worker_name
from core.texts import load_texts
from crawler.models import Sweep
from crawler.sources import sweep_job_name
from custody.enrolment.uploads import RUNNING, Uploads
from custody.register.ledger import Lending
from jobs.interface import JobKind
from tests.web.people import another
from tests.web.scene import add_watch

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.testclient import TestClient

    from core.clock import SetClock
    from core.database import Database


def test_what_runs_is_told_with_how_long_it_usually_takes(
    browser: TestClient, home: Path, database: Database, clock: SetClock
) -> None:
    add_watch(home, database, clock)
    worker, now = worker_name(), clock.now()
    with database.write() as session:
        for number in range(4, 0, -1):
            at = now - timedelta(hours=number)
            take_claim(session, "verify", at, worker=worker, now=at, for_s=600)
            close_claim(session, "verify", at, worker=worker, now=at + timedelta(seconds=30 + number), outcome="done")
        take_claim(session, "verify", now, worker=worker, now=now, for_s=600)
        take_claim(session, "retention", now, worker=worker, now=now, for_s=600)
        close_claim(session, "retention", now, worker=worker, now=now, outcome="failed: exit code 3")
        session.add(
            Sweep(source="my-paste", started_at=now, state="running", reason="", requests=7, responses=7, documents=5,
                  new_documents=2, bytes=1, pid=1, worker=worker)
        )  # fmt: skip
        take_lease(session, sweep_job_name("my-paste"), worker=worker, now=now, for_s=600)
    page = browser.get("/jobs").text
    assert "Verification of the record" in page
    assert "usually 31 to 34 s" in page
    assert "7 requests, 5 documents (2 new)" in page
    assert "exit code 3" in page
    clock.advance(timedelta(seconds=60))
    assert "longer than usual (34 s at most so far)" in browser.get("/jobs").text


def test_an_enrolment_tells_how_far_it_is(browser: TestClient, home: Path, clock: SetClock) -> None:
    uploads = Uploads(home, clock)
    name, folder = uploads.begin()
    (folder / "a.csv").write_text("x", encoding="utf-8")
    upload = uploads.add(name, "a.csv", Lending("sales-1", clock.now().date()))
    upload = uploads.change(upload, state=RUNNING, worker=worker_name())
    lines = [
        f"{(clock.now() + timedelta(seconds=10 * n)).isoformat()} read {0.08 * n:.3f} {20_000 * n}" for n in range(6)
    ]
    (home / "uploads" / name / "progress").write_text("\n".join(lines) + "\n", encoding="ascii")
    clock.advance(timedelta(seconds=50))
    page = browser.get(f"/enrol/{upload.id}").text
    for told in ("100,000 of about 200,000", "2,000 rows a second", "reading rows"):
        assert told in page, told
    assert re.search("(59|60) to 9[01] s", page)
    page = browser.get("/jobs").text
    assert "Enrolment: sales-1" in page
    assert re.search("(59|60) to 9[01] s", page)
    clock.advance(timedelta(hours=1))
    assert "cannot be told yet" in browser.get(f"/enrol/{upload.id}").text


def test_a_data_owner_is_told_of_their_own_alone(
    browser: TestClient, home: Path, database: Database, clock: SetClock
) -> None:
    add_watch(home, database, clock)
    uploads = Uploads(home, clock)
    for extract in ("sales-1", "billing-1"):
        name, _folder = uploads.begin()
        uploads.change(uploads.add(name, "a.csv", Lending(extract, clock.now().date())), state=RUNNING)
    app: Any = browser.app
    own = another(app, database, clock, "own", Role.DATA_OWNER, extracts=("sales-*",))
    page = own.get("/jobs").text
    assert "sales-1" in page
    assert "billing-1" not in page
    assert "my-paste" not in page
    keeper = another(app, database, clock, "管理", Role.ADMINISTRATOR)
    page = keeper.get("/jobs").text
    assert "sales-1" not in page


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_kind_of_job_has_a_name_that_people_read(language: str) -> None:
    texts = load_texts("web", language)
    kinds = load_plugins(jobs, JobKind)  # type: ignore[type-abstract]
    assert [name for name in kinds if name != "sweep" and f"job_name.{name}" not in texts] == []
