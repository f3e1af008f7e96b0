"""Files that were handed in to be checked: judged once, gone on with after a cut, opened on request, gone in a day."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from typing import TYPE_CHECKING

import pytest

from core.processes.names import worker_name
from home import Home
from incidents.models import Event, Incident
from jobs.handed_in.scans import ScanJob
from jobs.interface import Workbench
from judging.child import ChildJudge, JudgingError
from judging.scans.run import ScanWork, run_scan
from judging.scans.store import (
    CHECK,
    DONE,
    FAILED,
    KEPT,
    LIST,
    MOST_RUNS,
    RUNNING,
    WAITING,
    ListOrigin,
    Scan,
    Scans,
    scanner_of,
)
from tests.actors import by
from tests.small_carrier import CALM_TEXT, VALUES, leak_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from archive.store import Archive
    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings
    from judging.bench import Bench
    from judging.child import Question
    from judging.judge import Judged

SUZUKI = by("鈴木", account=7, extracts=("calls-*",))


@pytest.fixture
def database_url(home: Path, sqlite_template: Path) -> str:
    """Where the command finds it too."""
    file = home / "hinomi.db"
    file.write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{file}"


@pytest.fixture
def scans(home: Path, clock: SetClock) -> Scans:
    return Scans(home, clock)


def handed_in(scans: Scans, *contents: bytes, purpose: str = CHECK, origin: ListOrigin | None = None) -> Scan:
    name, folder = scans.begin()
    files = [(f"{number}.txt", f"{number}-x.txt") for number in range(len(contents))]
    for (_told, kept), content in zip(files, contents, strict=True):
        (folder / kept).write_bytes(content)
    return scans.add(name, files, SUZUKI, purpose, origin or ListOrigin())


class CountingJudge:
    """Passes on to a real one, and remembers what it was asked; fails where it is told to."""

    def __init__(self, judge: ChildJudge, dies_at: int = -1) -> None:
        self.asked: list[str] = []
        self._judge, self._dies_at = judge, dies_at

    def judge(self, question: Question) -> Judged:
        """Its verdict."""
        if len(self.asked) == self._dies_at:
            raise KeyboardInterrupt
        self.asked.append(question.name)
        return self._judge.judge(question)


@pytest.fixture
def judge(bench: Bench, home: Path) -> Iterator[ChildJudge]:
    with ChildJudge(bench, reads=[home / "scans"]) as judge:
        yield judge


@pytest.fixture
def work(scans: Scans, judge: ChildJudge, archive: Archive, database: Database, clock: SetClock) -> ScanWork:
    return ScanWork(scans, CountingJudge(judge), archive, database, clock)


@pytest.fixture
def job(settings: Settings, database: Database, clock: SetClock) -> ScanJob:
    home = Home.of(settings, database=database, clock=clock)
    return ScanJob(Workbench(home, None, threading.Event()))  # type: ignore[arg-type]  # it sends nothing


def test_each_file_has_its_verdict_and_nothing_says_who(scans: Scans, work: ScanWork, home: Path) -> None:
    done = run_scan(work, handed_in(scans, leak_text().encode(), CALM_TEXT.encode()))
    assert done.state == DONE
    leak, calm = (scans.result_of(done, number) for number in range(2))
    assert (leak["verdict"], leak["subjects"], leak["extracts"][0]["extract"]) == ("leak", 6, "calls-2026-04")
    assert (calm["verdict"], calm["subjects"]) == ("clear", 0)
    kept = " ".join(path.read_text("utf-8") for path in (home / "scans" / done.id / "results").iterdir())
    kept += (home / "scans" / done.id / "state.json").read_text("utf-8")
    assert not [value for value in VALUES if value in kept]
    for path in (home / "scans" / done.id / "results").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_check_opens_nothing_and_is_on_the_record_under_who_asked(
    scans: Scans, work: ScanWork, database: Database
) -> None:
    run_scan(work, handed_in(scans, leak_text().encode(), CALM_TEXT.encode()))
    with database.read() as session:
        assert session.query(Incident).count() == 0
        events = session.query(Event).where(Event.kind == "scanned").order_by(Event.id).all()
        assert [(event.actor, event.data["documents"], event.data["leaks"]) for event in events] == [
            ("鈴木", 1, 1), ("鈴木", 1, 0),
        ]  # fmt: skip


def test_no_result_is_kept_before_it_is_on_the_record(
    scans: Scans, work: ScanWork, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded: list[int] = []

    def keep(*_given: object) -> None:
        with database.read() as session:
            recorded.append(session.query(Event).where(Event.kind == "scanned").count())
        raise OSError("the disk is full")

    monkeypatch.setattr(scans, "keep_result", keep)
    with pytest.raises(OSError, match="full"):
        run_scan(work, handed_in(scans, leak_text().encode()))
    assert recorded == [1]


def test_an_incident_is_opened_when_somebody_asks_and_once(scans: Scans, work: ScanWork, database: Database) -> None:
    done = run_scan(work, handed_in(scans, leak_text().encode()))
    asked = scans.change(done, state=WAITING, to_open=(0,))
    opened = run_scan(work, asked)
    result = scans.result_of(opened, 0)
    assert (result["opened"], result["verdict"]) == (True, "leak")
    run_scan(work, scans.change(opened, state=WAITING))
    with database.read() as session:
        assert [incident.id for incident in session.query(Incident)] == [result["incident"]]
        assert session.query(Event).where(Event.kind == "scanned").count() == 1


def test_a_list_becomes_an_incident_with_what_is_known_of_it(scans: Scans, work: ScanWork, database: Database) -> None:
    origin = ListOrigin("売買の掲示板", "警察", "2026-11-20T10:30", "2026-11-20T10:30:00+09:00")
    scan = handed_in(scans, leak_text().encode(), CALM_TEXT.encode(), purpose=LIST, origin=origin)
    done = run_scan(work, scan)
    first, second = (scans.result_of(done, number) for number in range(2))
    assert first["opened"]
    assert second["incident"] is None
    with database.read() as session:
        (note,) = session.query(Event).where(Event.kind == "note")
        assert (note.incident_id, note.actor) == (first["incident"], "鈴木")
        assert all(word in note.data["text"] for word in ("売買の掲示板", "警察", "2026-11-20T10:30"))
        incident = session.get_one(Incident, first["incident"])
        assert incident.first_seen_at.isoformat() == "2026-11-20T01:30:00+00:00"


def test_a_run_that_was_cut_off_goes_on_with_the_next_file(scans: Scans, work: ScanWork, judge: ChildJudge) -> None:
    scan = handed_in(scans, CALM_TEXT.encode(), leak_text().encode(), b"third")
    dying = CountingJudge(judge, dies_at=1)
    with pytest.raises(KeyboardInterrupt):
        run_scan(ScanWork(scans, dying, work.archive, work.database, work.clock), scan)
    left = scans.get(scan.id)
    assert left is not None
    assert (left.state, bool(scans.result_of(left, 0)), scans.result_of(left, 1)) == (RUNNING, True, {})
    done = run_scan(work, left)
    assert isinstance(work.judge, CountingJudge)
    assert work.judge.asked == ["1.txt", "2.txt"]
    assert done.state == DONE


def test_hostile_files_end_as_unread_and_the_others_are_judged_all_the_same(
    scans: Scans, work: ScanWork, bench: Bench
) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("zeros.txt", bytes(bench.document_bytes * 8))
    done = run_scan(work, handed_in(scans, bomb.getvalue(), b"\x00\xff" * 5000, leak_text().encode()))
    results = [scans.result_of(done, number) for number in range(3)]
    assert results[0]["verdict"] == "unread"
    assert results[0]["limits"]
    assert results[1]["verdict"] in {"unread", "clear"}
    assert results[2]["verdict"] == "leak"


def test_what_cannot_be_judged_says_why(scans: Scans, work: ScanWork) -> None:
    class Refusing:
        def judge(self, question: Question) -> Judged:
            raise JudgingError(f"it took longer than {len(question.name)} s")

    done = run_scan(ScanWork(scans, Refusing(), work.archive, work.database, work.clock), handed_in(scans, b"x"))
    assert scans.result_of(done, 0)["limits"] == ["it took longer than 5 s"]


def test_after_a_day_nothing_is_left(scans: Scans, work: ScanWork, clock: SetClock, home: Path, job: ScanJob) -> None:
    run_scan(work, handed_in(scans, leak_text().encode()))
    assert not scans.stale()
    clock.advance(KEPT * 1.01)
    assert job.is_wanted()
    assert job.work() == "done: 1 removed"
    assert not list((home / "scans").iterdir())


def test_a_service_that_died_is_followed_by_one_that_goes_on(scans: Scans, job: ScanJob) -> None:
    scan = scans.change(handed_in(scans, b"x"), state=RUNNING, worker=worker_name())
    assert scans.waiting() is None, "somebody who lives runs it"
    dead = worker_name().split("/")
    dead[1] = "999999999"
    scans.change(scan, state=RUNNING, worker="/".join(dead), runs=1)
    found = scans.waiting()
    assert found is not None
    assert found.id == scan.id
    scans.change(found, runs=MOST_RUNS)
    assert job.work() == "failed: cut off"
    assert scans.listed()[0].state == FAILED


def test_what_was_noted_is_read_again(scans: Scans, home: Path) -> None:
    scan = handed_in(scans, b"x", b"yy", purpose=LIST, origin=ListOrigin("a", "b", "c"))
    assert scans.get(scan.id) == scan
    assert scans.listed() == [scan]
    assert scanner_of(scan) == SUZUKI
    assert scan.size_bytes == 3
    for name in ("", "..", "../" + scan.id, scan.id.upper(), "0" * 16):
        assert scans.get(name) is None
    assert json.loads((home / "scans" / scan.id / "state.json").read_text("utf-8"))["by"]["account"] == 7


def test_the_job_runs_the_command_to_the_end(scans: Scans, job: ScanJob, database: Database) -> None:
    scan = handed_in(scans, leak_text().encode())
    database.close()
    assert job.is_wanted()
    assert job.work() == "done"
    done = scans.get(scan.id)
    assert done is not None
    assert done.state == DONE
    assert scans.result_of(done, 0)["verdict"] == "leak"
    assert not job.is_wanted()
