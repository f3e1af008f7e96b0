"""Which job runs when: sweeps by each source's schedule, matching as documents arrive, delivery, retention.

Due times live in our tables; APScheduler only ticks. At each tick every scheduler looks at what is due and claims it
(`core.leases`): with several schedulers on one database each due instant runs once. Sweeps and matching run as child
processes, so that a hanging site or a hostile file cannot take the service down; a claim whose scheduler died is taken
over when its lease ends. Stopping is clean: no new work, children asked to finish, and what they left handed back.
"""

from __future__ import annotations

import os
import socket
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from alerts.delivery import deliver, open_post
from alerts.head_notices import enqueue_head, enqueue_refusal
from alerts.outbox import has_due
from archive.store import Archive
from core.due import due_instant
from core.errors import HinomiError
from core.leases import (
    Claim,
    close_claim,
    forget_claims,
    give_back_lease,
    latest_claims,
    renew_claim,
    take_claim,
    take_lease,
)
from core.logs import get_logger
from core.processes.child import run_hinomi
from crawler.run import recover_sweeps, run_sweep_process
from crawler.sources import survey_sources, sweep_job_name
from trails.store.retention import expire as expire_trails
from transparency.errors import BrokenLogError
from transparency.heads import is_head_due, publish
from transparency.sequencer import append_waiting, is_waiting

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from core.clock import Clock
    from core.database import Database
    from core.settings import Settings
    from crawler.sources import Source

WORKERS = 4
"""Jobs of one scheduler at a time; each sweep is a process of about 84 MB."""
DAY_S = 86_400.0
RECOVERY_S = 60.0
HEAD_S = 60.0
KEEP_CLAIMS = timedelta(days=30)
RENEWALS_A_LEASE = 4

log = get_logger()


@dataclass(frozen=True, slots=True)
class Job:
    """Something that runs again and again.

    Attributes:
        name: Unique; the name of its claims.
        every_s: Seconds between two due instants.
        work: Does it; returns the outcome in a word or two, or None to hand the claim back unfinished.
        is_wanted: Whether there is anything to do; a job without work claims nothing.
    """

    name: str
    every_s: float
    work: Callable[[], str | None]
    is_wanted: Callable[[], bool] = lambda: True


class Scheduler:
    """Runs the jobs of one home folder until it is stopped."""

    def __init__(
        self, settings: Settings, database: Database, clock: Clock, jobs: Callable[[], list[Job]] | None = None
    ) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock
        self._worker = f"{socket.gethostname()}:{os.getpid()}:{os.urandom(3).hex()}"
        self._stop = threading.Event()
        self._jobs = jobs or Jobs(settings, database, clock, self._stop)
        self._in_hand: dict[str, datetime] = {}
        self._ticking = threading.Lock()
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._ticker = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(1), "work": ThreadPoolExecutor(WORKERS)}, timezone=UTC
        )

    def start(self) -> None:
        """Begin to tick; returns at once."""
        tick_s = self._settings.scheduler.tick_s
        every = {"trigger": "interval", "coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        self._ticker.add_job(self.tick, seconds=tick_s, next_run_time=datetime.now(UTC), **every)
        renew_s = self._settings.scheduler.lease_s / RENEWALS_A_LEASE
        self._ticker.add_job(self._renew, seconds=renew_s, **every)
        self._ticker.start()
        log.info("scheduler.started", worker=self._worker)

    def stop(self) -> None:
        """Take no new work, let children finish or hand their work back, then return."""
        if not self._ticker.running:
            return
        self._ticker.pause()
        self._stop.set()
        with (
            self._ticking
        ):  # a tick under way adds jobs, which waits for the lock that the shutdown holds until it ends
            pass
        self._ticker.shutdown(wait=True)
        for name in list(self._in_hand):  # claimed a moment ago, and never begun
            self._close(name, None)
        log.info("scheduler.stopped", worker=self._worker)

    def tick(self) -> None:
        """Claim what is due and hand it to the workers."""
        with self._ticking:
            self._hand_out()

    def _hand_out(self) -> None:
        if self._stop.is_set():
            return
        try:
            jobs = self._jobs()
            with self._database.read() as session:
                claims = latest_claims(session)
        except HinomiError as error:
            log.warning("scheduler.tick_failed", error=type(error).__name__, reason=str(error))
            return
        for job in jobs:
            if self._stop.is_set():
                return
            try:
                if self._may_be_due(job, claims.get(job.name)) and self._claim(job):
                    self._ticker.add_job(self._run, args=[job], executor="work", misfire_grace_time=None)
            except Exception:  # the edge of a job: one that cannot even be asked keeps no other from its turn
                log.exception("scheduler.job_not_started", job=job.name)

    def _may_be_due(self, job: Job, claim: Claim | None) -> bool:
        now = self._clock.now()
        with self._lock:
            if job.name in self._in_hand:
                return False
        if claim is not None and claim.due_at >= due_instant(job.name, job.every_s, now):
            over = claim.done_at is not None or claim.until_at > now
            if over:
                return False
        return job.is_wanted()

    def _claim(self, job: Job) -> bool:
        """Claim the job's instant, and the right to be the only one that runs this job now."""
        now, lease_s = self._clock.now(), self._settings.scheduler.lease_s
        due_at = due_instant(job.name, job.every_s, now)
        with self._database.write() as session:
            if not take_lease(session, _lease(job.name), worker=self._worker, now=now, for_s=lease_s):
                return False
            if not take_claim(session, job.name, due_at, worker=self._worker, now=now, for_s=lease_s):
                give_back_lease(session, _lease(job.name), worker=self._worker, now=now)
                return False
        with self._lock:
            self._in_hand[job.name] = due_at
        return True

    def _run(self, job: Job) -> None:
        """Do one claimed job and say how it went; an error of one job is that job's outcome alone."""
        outcome: str | None = "failed"
        try:
            outcome = None if self._stop.is_set() else job.work()
        except HinomiError as error:
            outcome = f"failed: {error}"
            log.warning("job.failed", job=job.name, error=type(error).__name__, reason=str(error))
        except Exception:  # the edge of a job
            log.exception("job.failed", job=job.name)
        finally:
            self._close(job.name, outcome)

    def _close(self, name: str, outcome: str | None) -> None:
        """Say how a claim ended; no outcome hands it back."""
        with self._writing:
            with self._lock:
                due_at = self._in_hand.pop(name)
            now = self._clock.now()
            with self._database.write() as session:
                close_claim(session, name, due_at, worker=self._worker, now=now, outcome=outcome)
                give_back_lease(session, _lease(name), worker=self._worker, now=now)
        log.info("job.ended", job=name, state="handed back" if outcome is None else outcome)

    def _renew(self) -> None:
        """Hold on to what is in hand."""
        with self._lock:
            held = dict(self._in_hand)
        try:
            for name, due_at in held.items():
                with self._writing:  # what was closed a moment ago is not held on to again
                    if self._in_hand.get(name) == due_at:
                        self._renew_one(name, due_at)
        except HinomiError as error:
            log.warning("scheduler.renew_failed", error=type(error).__name__, reason=str(error))

    def _renew_one(self, name: str, due_at: datetime) -> None:
        now, lease_s = self._clock.now(), self._settings.scheduler.lease_s
        with self._database.write() as session:
            take_lease(session, _lease(name), worker=self._worker, now=now, for_s=lease_s)
            renew_claim(session, name, due_at, worker=self._worker, now=now, for_s=lease_s)


class Jobs:
    """The jobs of a home folder: what `Scheduler` runs unless it is handed others."""

    def __init__(self, settings: Settings, database: Database, clock: Clock, stop: threading.Event) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock
        self._stop = stop
        self._last_sources: dict[str, Source] = {}
        self._sources_problem = ""
        self._archive = Archive(settings, database, clock)
        self._post = open_post(settings, database, clock)

    def __call__(self) -> list[Job]:
        """All jobs as of now; the sources are read anew, so that an added one needs no restart."""
        tick_s = self._settings.scheduler.tick_s
        return [
            Job("recover", RECOVERY_S, self._recover),
            Job("match", tick_s, self._match, self._has_documents),
            Job("deliver", tick_s, self._deliver, self._has_messages),
            Job("log", tick_s, self._append, self._has_rows),
            Job("log-head", HEAD_S, self._sign, self._is_head_due),
            Job("retention", DAY_S, self._expire),
            Job("trail-check", DAY_S, self._check_trails),
            *(self._sweep_job(source) for source in self._sources() if source.enabled),
        ]

    def _sources(self) -> Collection[Source]:
        """The sources as the file says now; one whose table is broken goes on as it was before."""
        try:
            found = survey_sources(self._settings.sources_path)
        except HinomiError as error:
            self._complain(error)
            return self._last_sources.values()
        before = {name: source for name, source in self._last_sources.items() if name in found.broken}
        self._last_sources = before | found.sources
        self._complain(found.complaint)
        return self._last_sources.values()

    def _complain(self, error: HinomiError | None) -> None:
        """Say what is wrong with the file of sources, once and not at every tick."""
        said = str(error) if error else ""
        if error and said != self._sources_problem:
            log.warning("sources.unreadable", error=type(error).__name__, reason=said)
        self._sources_problem = said

    def _sweep_job(self, source: Source) -> Job:
        return Job(sweep_job_name(source.name), source.every.total_seconds(), lambda: self._sweep(source))

    def _sweep(self, source: Source) -> str | None:
        result = run_sweep_process(source, self._settings, self._database, self._clock, stop=self._stop)
        if self._stop.is_set() and result.state != "done":
            return None
        return f"{result.state}: {result.reason}" if result.reason else result.state

    def _child(self, name: str, arguments: list[str], limit_s: float) -> str | None:
        file = self._settings.home / "logs" / f"{name.replace(':', '-')}.log"
        ended = run_hinomi(arguments, home=self._settings.home, log=file, limit_s=limit_s, stop=self._stop)
        if ended.how == "stopped":
            return None
        if ended.how == "limit":
            return f"failed: ended after {limit_s:.0f} s"
        return "done" if ended.code == 0 else f"failed: exit code {ended.code}"

    def _has_documents(self) -> bool:
        with self._database.read() as session:
            return bool(self._archive.waiting(session, 1) or self._archive.new_captures(session, 1))

    def _match(self) -> str | None:
        return self._child("match", ["match", "--json"], DAY_S)

    def _check_trails(self) -> str | None:
        """In a process of its own: it may need much memory, and the key."""
        return self._child("trail-check", ["trails", "check", "--json"], DAY_S)

    def _has_messages(self) -> bool:
        with self._database.read() as session:
            return has_due(session, self._post.channels, now=self._clock.now())

    def _deliver(self) -> str:
        return f"done: {deliver(self._post).sent} sent"

    def _has_rows(self) -> bool:
        with self._database.read() as session:
            return is_waiting(session)

    def _append(self) -> str:
        return f"done: {append_waiting(self._database, self._clock)} leaves"

    def _is_head_due(self) -> bool:
        with self._database.read() as session:
            return is_head_due(session, self._settings.log, self._clock.now())

    def _sign(self) -> str:
        try:
            done = publish(self._settings, self._database, self._clock)
        except BrokenLogError:
            with self._database.write() as session:
                enqueue_refusal(
                    session, self._post.channels[0], language=self._settings.language, now=self._clock.now()
                )
            raise
        with self._database.write() as session:
            enqueue_head(
                session, self._post.channels, language=self._settings.language,
                every_h=self._settings.log.post_every_h, now=self._clock.now(),
            )  # fmt: skip
        size = done.head.size if done.head else 0
        return f"failed: {len(done.unwritten)} files of heads" if done.unwritten else f"done: {size} leaves"

    def _recover(self) -> str:
        recover_sweeps(self._settings, self._database, self._clock)
        return "done"

    def _expire(self) -> str:
        now = self._clock.now()
        expired = self._archive.expire(now)
        trail_rows = expire_trails(
            self._database, self._settings.trails_dir, keep_days=self._settings.trails.keep_days, now=now
        )
        with self._database.write() as session:
            forget_claims(session, before=now - KEEP_CLAIMS)
        return f"done: {expired.documents} documents, {trail_rows} access records"


def _lease(job: str) -> str:
    return f"job:{job}"
