"""Which job runs when: sweeps by each source's schedule, matching as documents arrive, delivery, retention.

Due times live in our tables; APScheduler only ticks. At each tick every scheduler looks at what is due and claims it
(`core.leases`): with several schedulers on one database each due instant runs once. Jobs run in lanes
(`jobs.interface.LANES`), so that slow sweeps keep neither matching nor alerts waiting, and a claim is taken only when
its lane has a worker free, so that what one scheduler cannot begin is there for another. Sweeps and matching run as
child processes, so that a hanging site or a hostile file cannot take the service down; a claim whose scheduler died is
taken over when its lease ends, and what lost the database, or a sweep its child, is begun anew. Stopping is
clean: no new work, children asked to finish, what they left handed back.
"""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from apscheduler.executors.pool import ThreadPoolExecutor as TickExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from alerts.delivery import open_post
from core.database import DatabaseError
from core.due import due_instant
from core.errors import HinomiError
from core.hosts.clock import shared_clock, shared_now
from core.hosts.roles import ROLES
from core.leases import (
    Claim,
    close_claim,
    give_back_lease,
    latest_claims,
    renew_claim,
    take_claim,
    take_lease,
)
from core.logs import get_logger
from core.processes.names import worker_name
from core.telemetry.spans import span
from jobs import load_jobs
from jobs.interface import LANES, CutOffError, Workbench

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from home import Home
    from jobs.interface import Job

RENEWALS_A_LEASE = 4
TICK, RENEWAL = "tick", "renewal"
LATE_S, LATE_TICKS = 60.0, 6
"""A scheduler that did not look for so long, or for so many ticks, is not ticking."""
CUT_OFF, AGAIN = (DatabaseError, CutOffError), 3
"""What ends a job from outside, and how often in a row it is handed back then: its next instant may be a day off."""
NEVER = datetime.min.replace(tzinfo=UTC)

log = get_logger()


@dataclass(frozen=True, slots=True)
class Held:
    """A claim in hand: for which instant, and in which lane it is worked on."""

    due_at: datetime
    lane: str


class Scheduler:
    """Runs the jobs of one home folder until it is stopped."""

    def __init__(
        self,
        home: Home,
        jobs: Callable[[], Iterable[Job]] | None = None,
        *,
        without: Collection[str] = (),
        roles: Collection[str] = ROLES,
    ) -> None:
        self._lease_s = home.settings.scheduler.lease_s
        self._tick_s = home.settings.scheduler.tick_s
        self._database = home.database
        self._clock = shared_clock(home.database, home.clock)
        self._home_clock = home.clock
        self._worker = worker_name(os.urandom(3).hex())
        self._stop = threading.Event()
        self._jobs = jobs or all_jobs(home, self._stop, without, roles)
        self._ticked_s = time.monotonic()
        self._in_hand: dict[str, Held] = {}
        self._cut_off: Counter[str] = Counter()
        self._ticking = threading.Lock()
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._lanes = {lane: ThreadPoolExecutor(size, f"lane-{lane}") for lane, size in LANES.items()}
        self._ticker = BackgroundScheduler(executors={"default": TickExecutor(2)}, timezone=UTC)

    def start(self) -> None:
        """Begin to tick; returns at once."""
        every = {"trigger": "interval", "coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        self._ticker.add_job(self.tick, seconds=self._tick_s, next_run_time=datetime.now(UTC), id=TICK, **every)
        self._ticker.add_job(self._renew, seconds=self._lease_s / RENEWALS_A_LEASE, id=RENEWAL, **every)
        self._ticker.start()
        log.info("scheduler.started", worker=self._worker)

    def is_ticking(self) -> bool:
        """Whether it looked at what is due of late; one that hangs, or cannot reach the database, does not."""
        return time.monotonic() - self._ticked_s < max(LATE_S, LATE_TICKS * self._tick_s)

    def stop(self) -> None:
        """Take no new work, let children finish or hand their work back, then return."""
        if not self._ticker.running:
            return
        self._stop.set()
        self._ticker.remove_job(TICK)
        with self._ticking:  # what a tick under way claims is in its lane before the lanes close
            pass
        for lane in self._lanes.values():
            lane.shutdown(wait=True)
        self._ticker.shutdown(wait=True)  # until here leases are renewed: children take their time to finish
        log.info("scheduler.stopped", worker=self._worker)

    def tick(self) -> None:
        """Claim what is due, as far as lanes have workers free, and begin it."""
        with self._ticking:
            self._hand_out()

    def _hand_out(self) -> None:
        if self._stop.is_set():
            return
        try:
            jobs = list(self._jobs())
            with self._database.read() as session:
                claims, now = latest_claims(session), shared_now(session, self._home_clock)
        except HinomiError as error:
            log.warning("scheduler.tick_failed", error=type(error).__name__, reason=str(error))
            return
        self._ticked_s = time.monotonic()
        # Within a lane whoever ran longest ago comes first: none starves while others come round again and again.
        for job in sorted(jobs, key=lambda job: claims[job.name].due_at if job.name in claims else NEVER):
            if self._stop.is_set():
                return
            try:
                if self._may_begin(job, claims.get(job.name), now) and self._claim(job):
                    self._lanes[job.lane].submit(self._run, job)
            except Exception:  # the edge of a job: one that cannot even be asked keeps no other from its turn
                log.exception("scheduler.job_not_started", job=job.name)

    def _may_begin(self, job: Job, claim: Claim | None, now: datetime) -> bool:
        """Whether a worker is free for it, it is due, and there is something to do; asked in the order of cost."""
        with self._lock:
            busy = sum(held.lane == job.lane for held in self._in_hand.values())
            if job.name in self._in_hand or busy >= LANES[job.lane]:
                return False
        if claim is not None and claim.due_at >= due_instant(job.name, job.every_s, now):
            over = claim.done_at is not None or claim.until_at > now
            if over:
                return False
        return job.is_wanted()

    def _claim(self, job: Job) -> bool:
        """Claim the job's instant, and the right to be the only one that runs this job now."""
        now = self._clock.now()
        due_at = due_instant(job.name, job.every_s, now)
        with self._database.write() as session:
            if not take_lease(session, _lease(job.name), worker=self._worker, now=now, for_s=self._lease_s):
                return False
            if not take_claim(session, job.name, due_at, worker=self._worker, now=now, for_s=self._lease_s):
                give_back_lease(session, _lease(job.name), worker=self._worker)
                return False
        with self._lock:
            self._in_hand[job.name] = Held(due_at, job.lane)
        return True

    def _run(self, job: Job) -> None:
        """Do one claimed job and say how it went; an error of one job is that job's outcome alone."""
        outcome: str | None = "failed"
        try:
            with span("job", job=job.name):
                outcome = None if self._stop.is_set() else job.work()
        except HinomiError as error:
            outcome = f"failed: {error}"
            if isinstance(error, CUT_OFF) and self._cut_off[job.name] < AGAIN:
                self._cut_off[job.name] += 1
                outcome = None
            log.warning("job.failed", job=job.name, error=type(error).__name__, reason=str(error))
        except Exception:  # the edge of a job
            log.exception("job.failed", job=job.name)
        finally:
            self._close(job.name, outcome)
        if outcome is not None:
            self._cut_off.pop(job.name, None)
        self.tick()  # its lane has a worker free again, and what it did may be work for another lane

    def _close(self, name: str, outcome: str | None) -> None:
        """Say how a claim ended; no outcome hands it back."""
        with self._writing:
            with self._lock:
                held = self._in_hand.pop(name)
            now = self._clock.now()
            with self._database.write() as session:
                close_claim(session, name, held.due_at, worker=self._worker, now=now, outcome=outcome)
                give_back_lease(session, _lease(name), worker=self._worker)
        log.info("job.ended", job=name, state="handed back" if outcome is None else outcome)

    def _renew(self) -> None:
        """Hold on to what is in hand."""
        with self._lock:
            held = dict(self._in_hand)
        try:
            for name, claim in held.items():
                with self._writing:  # what was closed a moment ago is not held on to again
                    if self._in_hand.get(name) == claim:
                        self._renew_one(name, claim.due_at)
        except HinomiError as error:
            log.warning("scheduler.renew_failed", error=type(error).__name__, reason=str(error))

    def _renew_one(self, name: str, due_at: datetime) -> None:
        now = self._clock.now()
        with self._database.write() as session:
            take_lease(session, _lease(name), worker=self._worker, now=now, for_s=self._lease_s)
            renew_claim(session, name, due_at, worker=self._worker, now=now, for_s=self._lease_s)


def all_jobs(
    home: Home, stop: threading.Event, without: Collection[str] = (), roles: Collection[str] = ROLES
) -> Callable[[], list[Job]]:
    """What gives all jobs of a home folder as of now; their children are asked to finish once ``stop`` is set.

    Args:
        home: The home folder.
        stop: Ends what is under way.
        without: Lanes that are somebody else's.
        roles: Which of `core.hosts.roles` this machine has.
    """
    made = load_jobs(Workbench(home, open_post(home.settings, home.database, home.clock), stop))
    kinds = [kind for kind in made if kind.lane not in without and kind.role in roles]
    return lambda: [job for kind in kinds for job in kind.jobs()]


def _lease(job: str) -> str:
    return f"job:{job}"
