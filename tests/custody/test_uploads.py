"""Files that were handed in run as jobs, and none is left behind, however its run ends."""

from __future__ import annotations

import threading
from datetime import date
from typing import TYPE_CHECKING

import pytest

from core.processes.child import Ended
from core.processes.names import worker_name
from custody.enrolment.enroller import Enroller
from custody.enrolment.uploads import DONE, FAILED, NEW, RUNNING, WAITING, Uploads
from custody.errors import EnrolmentError, TooManyRejectedError
from custody.register.ledger import Lending
from fingerprints.secrets.keys import create_key
from home import Home
from jobs.enrolments import MOST_RUNS, EnrolmentJob
from jobs.interface import Workbench
from tests.custody.test_enrolment import write_csv
from tests.fingerprints.people import customers

if TYPE_CHECKING:
    from pathlib import Path

    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings
    from custody.enrolment.uploads import Upload

LENDING = Lending("calls", date(2026, 4, 1), "Callers", by="owner")


@pytest.fixture
def uploads(home: Path, clock: SetClock) -> Uploads:
    return Uploads(home, clock)


@pytest.fixture
def enroller(settings: Settings, database: Database, clock: SetClock) -> Enroller:
    return Enroller(settings, create_key(settings.home / "a.key"), database, clock)


@pytest.fixture
def job(settings: Settings, database: Database, clock: SetClock) -> EnrolmentJob:
    home = Home.of(settings, database=database, clock=clock)
    return EnrolmentJob(Workbench(home, None, threading.Event()))  # type: ignore[arg-type]  # it sends nothing


def hand_in(uploads: Uploads, count: int = 12) -> Upload:
    name, folder = uploads.begin()
    write_csv(folder / "calls.csv", customers(range(count)))
    return uploads.add(name, "calls.csv", LENDING)


def test_what_was_noted_is_read_again(uploads: Uploads) -> None:
    upload = hand_in(uploads)
    changed = uploads.change(upload, mapping=(("phone", "#3"), ("name", "")), sheet="x")
    assert uploads.get(upload.id) == changed
    assert uploads.listed() == [changed]
    assert uploads.get("../" + upload.id) is None


def test_a_run_tells_how_far_it_is_and_removes_the_file(uploads: Uploads, enroller: Enroller) -> None:
    upload = hand_in(uploads)
    done = uploads.run(upload, enroller)
    assert (done.state, done.result["subjects"]) == (DONE, 12)
    assert uploads.progress_of(done) > 0.9
    assert not uploads.file_of(done).exists()
    with pytest.raises(EnrolmentError, match="done already"):
        uploads.run(done, enroller)


def test_a_run_that_fails_says_why_and_removes_the_file(uploads: Uploads, enroller: Enroller) -> None:
    upload = uploads.change(hand_in(uploads, 30), mapping=(("phone", "氏名"),))
    with pytest.raises(TooManyRejectedError):
        uploads.run(upload, enroller)
    left = uploads.get(upload.id)
    assert left is not None
    assert (left.state, "taken for phone" in left.message) == (FAILED, True)
    assert not uploads.file_of(left).exists()


def test_the_job_runs_what_waits_and_nothing_else(
    uploads: Uploads, job: EnrolmentJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = []

    def died(said: list[str], **_: object) -> Ended:
        ran.append(said)
        return Ended("exited", 1, 0.1)

    monkeypatch.setattr("jobs.interface.run_hinomi", died)
    upload = hand_in(uploads)
    assert not job.is_wanted()
    uploads.change(upload, state=WAITING)
    assert job.is_wanted()
    job.work()
    assert ran == [["uploads", "run", upload.id]]
    left = uploads.get(upload.id)
    assert left is not None
    assert (left.state, left.message) == (FAILED, "the run was cut off")
    assert not uploads.file_of(left).exists()


def test_a_run_that_the_services_end_cut_off_is_taken_up_again(
    uploads: Uploads, job: EnrolmentJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = uploads.change(hand_in(uploads), state=WAITING)

    def stopped(_said: list[str], **_: object) -> Ended:
        uploads.change(upload, state=RUNNING)
        return Ended("stopped", -15, 0.1)

    monkeypatch.setattr("jobs.interface.run_hinomi", stopped)
    assert job.work() is None
    left = uploads.get(upload.id)
    assert left is not None
    assert left.state == WAITING
    assert uploads.file_of(left).exists()


def test_a_file_that_waits_for_a_person_is_not_run(uploads: Uploads) -> None:
    assert hand_in(uploads).state == NEW
    assert uploads.waiting() is None


def test_a_run_whose_service_died_is_begun_again_and_not_for_ever(
    uploads: Uploads, enroller: Enroller, job: EnrolmentJob
) -> None:
    upload = uploads.change(hand_in(uploads), state=RUNNING, worker=worker_name(), runs=1)
    assert uploads.waiting() is None, "somebody who lives runs it"
    assert not job.is_wanted()
    dead = worker_name().split("/")
    dead[1] = "999999999"
    upload = uploads.change(upload, worker="/".join(dead))
    assert job.is_wanted()
    found = uploads.waiting()
    assert found == upload
    done = uploads.run(found, enroller)
    assert (done.state, done.runs, done.result["subjects"]) == (DONE, 2, 12)
    again = uploads.change(hand_in(uploads), state=RUNNING, worker="/".join(dead), runs=MOST_RUNS)
    assert job.work() == "failed: cut off"
    left = uploads.get(again.id)
    assert left is not None
    assert (left.state, uploads.file_of(left).exists()) == (FAILED, False)


def test_a_run_tells_its_rows_and_stages(uploads: Uploads, enroller: Enroller) -> None:
    done = uploads.run(hand_in(uploads), enroller)
    steps = uploads.steps_of(done)
    assert (steps[0].share, steps[0].rows, steps[0].stage) == (0.0, 0, "read")
    assert (steps[-1].rows, steps[-1].stage) == (12, "write")
    assert [step.share for step in steps] == sorted(step.share for step in steps)
