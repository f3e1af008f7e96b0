"""The scheduler: when jobs are due, and that several schedulers on one database share them."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import Mock

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from core.clock import SystemClock
from core.database import DatabaseError
from core.due import due_instant
from core.errors import OutsideError
from core.leases import Claim, take_lease
from core.processes.child import Ended
from crawler.errors import CrawlError
from crawler.run import DIED
from home import Home
from jobs.interface import LANES, CutOffError, Job, Workbench
from jobs.keeping.bodies import BodyTerms
from jobs.sweep import SweepSources
from jobs.trail_check import TrailCheckJob
from scheduler import AGAIN, Scheduler, all_jobs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from core.clock import SetClock
    from core.database import Database
    from core.errors import HinomiError
    from core.settings import Settings
    from jobs.interface import SingleJob

CHILD = Path(__file__).parent / "servers" / "scheduler_child.py"
TIMES = st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(job=st.text(), every_s=st.sampled_from([5.0, 60.0, 900.0, 3600.0, 86400.0]), now=TIMES)
def test_a_due_instant_lies_within_one_interval_before_now_and_stays_for_all_of_it(
    job: str, every_s: float, now: datetime
) -> None:
    due = due_instant(job, every_s, now)
    assert timedelta(0) <= now - due < timedelta(seconds=every_s)
    assert due_instant(job, every_s, due) == due
    assert due_instant(job, every_s, due + timedelta(seconds=every_s)) == due + timedelta(seconds=every_s)


@contextmanager
def scheduler_process(settings: Settings, record: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, str(CHILD), str(settings.home), settings.database_url, str(record)]
    child = subprocess.Popen(command, cwd=CHILD.parent.parent.parent)
    try:
        yield child
    finally:
        if child.poll() is None:
            child.kill()
        child.wait()


def wait_until(record: Path, lines: int) -> list[str]:
    for _ in range(4000):
        found = record.read_text(encoding="utf-8").splitlines() if record.exists() else []
        if len(found) >= lines:
            return found
        time.sleep(0.05)
    raise AssertionError(f"fewer than {lines} runs in time: {found}")


def test_two_schedulers_run_each_due_instant_once_and_stop_cleanly(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    record = tmp_path / "record"
    with scheduler_process(settings, record) as one, scheduler_process(settings, record) as two:
        wait_until(record, 60)
        for child in (one, two):
            child.terminate()
        assert [child.wait(120) for child in (one, two)] == [0, 0]
    runs = Counter(line.split()[0] for line in record.read_text(encoding="utf-8").splitlines())
    with database.read() as session:
        done = select(Claim.job, func.count()).where(Claim.done_at.is_not(None)).group_by(Claim.job)
        claims = {str(job): int(count) for job, count in session.execute(done).all()}
        unfinished = session.scalars(select(Claim).where(Claim.done_at.is_(None))).all()
    assert runs.pop("slow") >= 1
    assert runs == claims
    assert "slow" in {claim.job for claim in unfinished}
    assert all(claim.until_at <= datetime.now(UTC) for claim in unfinished)  # handed back, what was never begun as well


def test_a_killed_schedulers_job_goes_to_the_next_one(database: Database, settings: Settings, tmp_path: Path) -> None:
    record = tmp_path / "record"
    with scheduler_process(settings, record) as first:
        while "slow" not in record.read_text(encoding="utf-8") if record.exists() else True:
            time.sleep(0.05)
        first.kill()
        first.wait()
    with scheduler_process(settings, record) as second:
        for _ in range(4000):
            lines = record.read_text(encoding="utf-8").splitlines()
            if f"slow {second.pid}" in lines:
                break
            time.sleep(0.05)
        second.terminate()
        assert second.wait(120) == 0
    assert [line.split()[1] for line in lines if line.startswith("slow")] == [str(first.pid), str(second.pid)]
    with database.read() as session:
        claim = session.scalars(select(Claim).where(Claim.job == "slow")).one()
    assert claim.done_at is None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_failing_job_is_its_own_outcome_and_the_rest_goes_on(
    database: Database, settings: Settings, clock: SetClock
) -> None:
    ran: list[str] = []

    def fail() -> str:
        raise ZeroDivisionError

    def work() -> str:
        ran.append("good")
        return "done"

    jobs = [
        Job("bad", 60, fail),
        Job("good", 60, work),
        Job("idle", 60, work, is_wanted=lambda: False),
    ]
    scheduler = Scheduler(Home.of(settings, database=database, clock=clock), lambda: jobs)
    scheduler.start()
    deadline = time.monotonic() + 200
    outcomes: dict[str, str | None] = {}
    while len(outcomes) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
        with database.read() as session:
            rows = session.execute(select(Claim.job, Claim.outcome).where(Claim.done_at.is_not(None))).all()
            outcomes = {str(job): outcome for job, outcome in rows}
    scheduler.stop()
    assert outcomes == {"bad": "failed", "good": "done"}
    assert ran == ["good"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("error", [CutOffError("its process died"), DatabaseError("cut off")])
@pytest.mark.parametrize("times", [1, AGAIN, AGAIN + 1])
def test_what_is_cut_off_is_begun_anew_before_its_next_instant_a_few_times(
    database: Database, settings: Settings, clock: SetClock, error: HinomiError, times: int
) -> None:
    ran: list[str] = []

    def work() -> str:
        ran.append("daily")
        if len(ran) <= times:
            raise error
        return "done"

    scheduler = Scheduler(Home.of(settings, database=database, clock=clock), lambda: [Job("daily", 86_400, work)])
    scheduler.start()
    deadline = time.monotonic() + 200
    outcome = None
    while outcome is None and time.monotonic() < deadline:
        time.sleep(0.05)
        with database.read() as session:
            outcome = session.scalar(select(Claim.outcome).where(Claim.done_at.is_not(None)))
    scheduler.tick()
    scheduler.stop()
    assert len(ran) == min(times, AGAIN) + 1
    assert outcome == ("done" if times <= AGAIN else f"failed: {error}")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_sweep_whose_process_died_is_cut_off_and_one_that_failed_is_not(
    database: Database, settings: Settings, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.sources_path.write_text(
        '[sources.s]\nengine = "paste-list"\nurl = "http://127.0.0.1/"\n[sources.s.options]\nentries = "li"\n', "utf-8"
    )
    swept = Mock()
    monkeypatch.setattr("jobs.sweep.run_sweep_process", swept)
    home = Home.of(settings, database=database, clock=clock)
    (job,) = SweepSources(Workbench(home, Mock(), threading.Event())).jobs()
    swept.return_value = Mock(state="failed", reason=DIED)
    with pytest.raises(CutOffError, match=DIED):
        job.work()
    swept.side_effect = CrawlError("it did not begin")
    with pytest.raises(CutOffError, match="it did not begin"):
        job.work()
    swept.side_effect = None
    swept.return_value = Mock(state="failed", reason="the site does not answer")
    assert job.work() == "failed: the site does not answer"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("kind", [TrailCheckJob, BodyTerms])
def test_a_daily_command_that_a_signal_or_the_outside_ended_is_cut_off_and_one_that_failed_is_not(
    database: Database, settings: Settings, clock: SetClock, monkeypatch: pytest.MonkeyPatch, kind: type[SingleJob]
) -> None:
    ran = Mock()
    monkeypatch.setattr("jobs.interface.run_hinomi", ran)
    job = kind(Workbench(Home.of(settings, database=database, clock=clock), Mock(), threading.Event()))
    for code, why in ((-9, "SIGKILL"), (-11, "SIGSEGV"), (-40, "signal 40"), (OutsideError.exit_code, "exit code 3")):
        ran.return_value = Ended("exited", code, 1.0)
        with pytest.raises(CutOffError, match=why):
            job.work()
    ends: dict[Ended, str | None] = {
        Ended("exited", 0, 1.0): "done",
        Ended("exited", 1, 1.0): "failed: exit code 1",
        Ended("exited", -15, 1.0): "failed: SIGTERM",
        Ended("limit", -15, 86_400.0): "failed: ended after 86400 s",
        Ended("stopped", -15, 1.0): None,
    }
    for ended, outcome in ends.items():
        ran.return_value = ended
        assert job.work() == outcome


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_stopping_in_the_middle_of_a_tick_ends_and_hands_back_what_it_claimed(
    database: Database, settings: Settings, clock: SetClock
) -> None:
    begun, stopping = threading.Event(), threading.Event()

    def is_wanted() -> bool:
        begun.set()
        stopping.wait(60)
        time.sleep(0.5)  # the stop is under way by now
        return True

    late = Job("late", 60, lambda: "done", is_wanted)
    scheduler = Scheduler(Home.of(settings, database=database, clock=clock), lambda: [late])
    scheduler.start()
    assert begun.wait(60)
    stop = threading.Thread(target=scheduler.stop, daemon=True)
    stop.start()
    stopping.set()
    stop.join(60)
    assert not stop.is_alive()
    with database.read() as session:
        claims = session.scalars(select(Claim)).all()
    assert [claim.done_at for claim in claims] == [None]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_handed_back_while_leases_are_renewed_stays_handed_back(
    database: Database, settings: Settings, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    working, leave = threading.Event(), threading.Event()

    def work() -> None:
        working.set()
        leave.wait(60)

    def slow_lease(*given: object, **named: object) -> bool:
        leave.set()  # the job ends between the look at what is in hand and the renewal
        time.sleep(0.5)
        return take_lease(*given, **named)  # type: ignore[arg-type]  # handed through

    scheduler = Scheduler(Home.of(settings, database=database, clock=clock), lambda: [Job("one", 60, work)])
    scheduler.start()
    assert working.wait(60)
    monkeypatch.setattr("scheduler.take_lease", slow_lease)
    scheduler._renew()  # noqa: SLF001  # as its own clock does
    monkeypatch.undo()
    scheduler.stop()
    with database.read() as session:
        claim = session.scalars(select(Claim)).one()
    assert claim.until_at <= clock.now()


class LetOthersFirst:
    """A lock that the thread which made it gets only after everybody else is through with it."""

    def __init__(self, wait: Callable[[], None]) -> None:
        self._lock, self._wait, self._mine = threading.Lock(), wait, threading.get_ident()

    def __enter__(self) -> None:
        """Wait for the others, then as usual."""
        if threading.get_ident() == self._mine:
            self._wait()
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        """As usual."""
        self._lock.release()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_ended_before_its_renewal_came_is_free_for_others(
    database: Database, settings: Settings, clock: SetClock
) -> None:
    working, leave = threading.Event(), threading.Event()

    def work() -> str:
        working.set()
        leave.wait(60)
        return "done"

    def let_it_end() -> None:
        leave.set()
        deadline = time.monotonic() + 60
        while not is_done() and time.monotonic() < deadline:
            time.sleep(0.02)

    def is_done() -> bool:
        with database.read() as session:
            return session.scalars(select(Claim.done_at)).one() is not None

    scheduler = Scheduler(Home.of(settings, database=database, clock=clock), lambda: [Job("one", 3600, work)])
    scheduler.start()
    assert working.wait(60)
    scheduler._writing = LetOthersFirst(let_it_end)  # type: ignore[assignment]  # noqa: SLF001  # the moment in between
    scheduler._renew()  # noqa: SLF001  # as its own clock does
    scheduler.stop()
    with database.write() as session:
        assert take_lease(session, "job:one", worker="another", now=clock.now(), for_s=60)


def blocked(count: int, begun: threading.Semaphore, leave: threading.Event) -> list[Job]:
    """Sweeps that hang until they may leave."""

    def hang() -> str:
        begun.release()
        leave.wait(60)
        return "done"

    return [Job(f"sweep:{number}", 3600, hang, lane="sweep") for number in range(count)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_hanging_sweeps_keep_nobody_waiting_but_sweeps(database: Database, settings: Settings) -> None:
    begun, leave = threading.Semaphore(0), threading.Event()
    ran: Counter[str] = Counter()
    enough = threading.Event()

    def count(lane: str) -> str:
        ran[lane] += 1
        if all(ran[lane] >= 3 for lane in others):
            enough.set()
        return "done"

    others = [lane for lane in LANES if lane != "sweep"]
    jobs = blocked(2 * LANES["sweep"], begun, leave)
    jobs += [Job(f"{lane}-job", 0.05, lambda lane=lane: count(lane), lane=lane) for lane in others]  # type: ignore[misc]
    home = Home.of(quick(settings), database=database, clock=SystemClock())
    scheduler = Scheduler(home, lambda: jobs)
    scheduler.start()
    try:
        for _ in range(LANES["sweep"]):
            assert begun.acquire(timeout=60)
        assert enough.wait(60)  # each of them several times, while all workers of the sweeps hang
        assert not begun.acquire(blocking=False)
    finally:
        leave.set()
        scheduler.stop()


def test_what_one_scheduler_has_no_worker_for_is_done_by_another(database: Database, settings: Settings) -> None:
    begun, leave = threading.Semaphore(0), threading.Event()
    jobs = blocked(2 * LANES["sweep"], begun, leave)
    home = Home.of(quick(settings), database=database, clock=SystemClock())
    schedulers = [Scheduler(home, lambda: jobs) for _ in range(2)]
    schedulers[0].start()
    try:
        for _ in range(LANES["sweep"]):
            assert begun.acquire(timeout=60)
        with database.read() as session:
            assert len(session.scalars(select(Claim)).all()) == LANES["sweep"]  # no more than it can begin
        schedulers[1].start()
        for _ in range(LANES["sweep"]):
            assert begun.acquire(timeout=60)
    finally:
        leave.set()
        for scheduler in schedulers:
            scheduler.stop()
    with database.read() as session:
        claims = session.scalars(select(Claim)).all()
    assert sorted(claim.job for claim in claims) == [job.name for job in jobs]
    assert len({claim.worker for claim in claims}) == 2


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_worker_that_comes_free_goes_on_with_what_waited_longest(database: Database, settings: Settings) -> None:
    order: list[str] = []
    done = threading.Semaphore(0)

    def note(name: str) -> str:
        order.append(name)
        done.release()
        return "done"

    names = [f"match:{number}" for number in range(12)]
    jobs = [Job(name, 3600, lambda name=name: note(name), lane="match") for name in names]  # type: ignore[misc]
    scheduler = Scheduler(Home.of(quick(settings, tick_s=3600), database=database, clock=SystemClock()), lambda: jobs)
    scheduler.start()
    for _ in names:
        assert done.acquire(timeout=60)  # after one tick: each end makes room for the next
    scheduler.stop()
    assert sorted(order) == sorted(names)


def quick(settings: Settings, *, tick_s: float = 0.05) -> Settings:
    return settings.model_copy(update={"scheduler": settings.scheduler.model_copy(update={"tick_s": tick_s})})


def test_a_source_whose_table_breaks_goes_on_as_it_was_and_the_others_change(
    database: Database, settings: Settings, clock: SetClock
) -> None:
    def write(every: str, engine: str) -> None:
        table = "[sources.{}]\nengine = '{}'\nurl = 'http://{}.example/'\nevery = '{}'\noptions.dialect = 'bepasty'\n"
        text = table.format("first", "paste-list", "first", every) + table.format("second", engine, "second", every)
        settings.sources_path.write_text(text, encoding="utf-8")

    def sweeps() -> dict[str, float]:
        return {job.name: job.every_s for job in jobs() if job.name.startswith("sweep:")}

    jobs = all_jobs(Home.of(settings, database=database, clock=clock), threading.Event())
    write("15m", "paste-list")
    assert sweeps() == {"sweep:first": 900.0, "sweep:second": 900.0}
    write("1h", "no-such-engine")
    assert sweeps() == {"sweep:first": 3600.0, "sweep:second": 900.0}
    settings.sources_path.write_text("[sources", encoding="utf-8")
    assert sweeps() == {"sweep:first": 3600.0, "sweep:second": 900.0}
