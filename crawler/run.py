"""Running sweeps: one in this process, or one in a child process that cannot get stuck; and closing what died."""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import select, update

from archive.store import Archive
from core.errors import HinomiError
from core.hosts.clock import shared_now
from core.hosts.holding import renewed
from core.leases import give_back_lease, take_lease
from core.logs import get_logger
from core.processes.child import GRACE_S, run_hinomi
from core.processes.names import worker_name
from crawler.access.secrets import variable_of, vault_of
from crawler.engines._intake import intake_folder
from crawler.errors import CrawlError
from crawler.health import cut_off_sweeps
from crawler.models import Sweep
from crawler.record.recorder import Recorder

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator, Sequence

    from core.clock import Clock
    from core.database import Database
    from core.settings import CrawlerSettings, Settings
    from crawler.sources import Source

LEASE_S = 60.0
HARD_LIMIT_GRACE_S = 60.0
"""After its own time limit a sweep has that long to put its work in order; then it is killed."""
DIED = "its process ended without a word"
_KILLED = "it took too long and did not stop when asked: its process was killed"
_FINISHES = {
    "finished": "",
    "shutdown": "it was told to stop",
    "closespider_timeout": "the time limit was reached",
    "memusage_exceeded": "the memory limit was reached",
    "site_down": "the site does not answer any more: five requests in a row failed",
    "stopping": "",
    "fatal": "",
}


class GoOut(Protocol):
    """Fetches a source, and tells the recorder; gives Scrapy's word on how it ended."""

    def __call__(self, source: Source, settings: CrawlerSettings, pen: Recorder, *, deep: bool, past: bool) -> str:
        """Fetch."""
        ...


@dataclass(frozen=True, slots=True)
class SweepResult:
    """One sweep, as ``hinomi sweep --json`` prints it."""

    source: str
    state: str
    reason: str
    requests: int
    responses: int
    documents: int
    new_documents: int
    bytes: int
    seconds: float
    waiting: int = 0
    notes: str = ""

    def as_json(self) -> dict[str, Any]:
        """For ``--json``."""
        return asdict(self)


def sweep(
    source: Source,
    settings: Settings,
    database: Database,
    clock: Clock,
    *,
    again: bool = False,
    go_out: GoOut | None = None,
) -> SweepResult:
    """Sweep one source: this process keeps the pen, another one goes out (`crawler.fetcher`, unless told otherwise).

    With ``again``, everything that the lists and the ledger know is read, whatever was read before.

    Raises:
        CrawlError: Another worker sweeps it at this moment.
    """
    from crawler.fetcher import fetch

    recover_sweeps(settings, database, clock)
    with _lease(source.name, database, clock) as worker:
        sweep_id = _begin(source, worker, database, clock)
        archive = Archive(settings, database, clock)
        recorder = Recorder(archive, database, clock, source=source, sweep_id=sweep_id)
        finish = "fatal"
        try:
            if until := recorder.paused_until():
                recorder.stopping = f"the site asked for a pause until {until:%Y-%m-%d %H:%M} UTC"
            else:
                if recorder.ledger.begin(source.reads) or again:
                    recorder.ledger.leave({source.host, *(host.lower() for host in (*source.hosts, *source.follow))})
                    recorder.ledger.again()
                deep, past = recorder.begin_walk()
                fetching = go_out or partial(
                    fetch, vault=vault_of(source, settings.home), folder=intake_folder(settings.home, source.name)
                )
                finish = fetching(source, settings.crawler, recorder, deep=deep, past=past)
        except HinomiError as error:
            recorder.fatal = str(error)
        except Exception as error:  # noqa: BLE001  # the edge of a sweep: its row has to be closed, whatever failed
            get_logger().exception("sweep.crashed", source=source.name, sweep_id=sweep_id)
            recorder.fatal = f"the sweep itself failed ({type(error).__name__})"
        finally:
            result = _end(sweep_id, recorder, finish, database, clock)
    get_logger().info("sweep.finished", sweep_id=sweep_id, **{k: v for k, v in asdict(result).items() if k != "bytes"})
    return result


def run_sweep_process(
    source: Source,
    settings: Settings,
    database: Database,
    clock: Clock,
    *,
    limit_s: float | None = None,
    grace_s: float = GRACE_S,
    stop: threading.Event | None = None,
    again: bool = False,
) -> SweepResult:
    """Sweep one source in a child process with a hard time limit; returns however the child ended.

    Raises:
        CrawlError: The child ended before it began a sweep.
    """
    before = latest_sweep(database, source.name)
    log = settings.home / "logs" / f"sweep-{source.name}.log"
    hard = settings.crawler.sweep_limit_s + HARD_LIMIT_GRACE_S if limit_s is None else limit_s
    arguments = ["sweep", source.name, "--here", "--json", *(["--again"] if again else [])]
    ended = run_hinomi(
        arguments,
        home=settings.home,
        log=log,
        limit_s=hard,
        stop=stop,
        grace_s=grace_s,
        variables=[variable_of(name) for name in (*source.secrets, *source.login_secrets)],
        hidden=settings.key.variables,  # the crawl zone has no key
    )
    row = latest_sweep(database, source.name)
    if row is None or (before and row.id <= before.id):
        raise CrawlError(
            f"the sweep of {source.name!r} did not begin (its process ended with {ended.code})", hint=f"See {log}."
        )
    if row.state == "running":
        _close_dead(row.id, _KILLED if ended.how == "limit" else DIED, database, clock)
        Archive(settings, database, clock).recover()
        row = latest_sweep(database, source.name) or row
    return result_of(row)


def recover_sweeps(settings: Settings, database: Database, clock: Clock) -> int:
    """Close the sweeps whose process is gone, and their WARC files; how many there were."""
    with database.read() as session:
        dead = sorted(cut_off_sweeps(session, shared_now(session, clock)))
    for sweep_id in dead:
        _close_dead(sweep_id, DIED, database, clock)
    if dead:
        Archive(settings, database, clock).recover()
    return len(dead)


def latest_sweep(database: Database, source: str) -> Sweep | None:
    """The last sweep of a source that was begun."""
    with database.read() as session:
        return session.scalars(select(Sweep).where(Sweep.source == source).order_by(Sweep.id.desc()).limit(1)).first()


def result_of(row: Sweep) -> SweepResult:
    """A row as a result."""
    seconds = (row.finished_at - row.started_at).total_seconds() if row.finished_at else 0.0
    return SweepResult(
        row.source, row.state, row.reason, row.requests, row.responses, row.documents, row.new_documents, row.bytes,
        round(seconds, 3), row.waiting, row.notes,
    )  # fmt: skip


def _begin(source: Source, worker: str, database: Database, clock: Clock) -> int:
    with database.write() as session:
        row = Sweep(source=source.name, started_at=clock.now(), pid=os.getpid(), worker=worker)
        session.add(row)
        session.flush()
        return row.id


def _end(sweep_id: int, recorder: Recorder, finish: str, database: Database, clock: Clock) -> SweepResult:
    try:
        recorder.close()
    except HinomiError as error:
        recorder.fatal = recorder.fatal or str(error)
    ended = recorder.fatal or recorder.stopping or _FINISHES.get(finish, f"it ended with {finish!r}")
    missing, notes, waiting = recorder.end(ended)
    state, reason = state_of(recorder, ended, missing)
    if state != "failed" and finish == "finished":
        recorder.end_walk()
    values = recorder.columns() | {"finished_at": clock.now(), "state": state, "reason": reason}
    with database.write() as session:
        session.execute(
            update(Sweep).where(Sweep.id == sweep_id).values(**values, notes="; ".join(notes), waiting=waiting)
        )
    with database.read() as session:
        row = session.get_one(Sweep, sweep_id)
    return result_of(row)


def state_of(recorder: Recorder, ended: str, missing: Sequence[str]) -> tuple[str, str]:
    """State and reason of a sweep, by why it ended early (empty when it did not) and by what is missing."""
    reason = "; ".join(filter(None, [ended, *missing]))
    if recorder.fatal or not recorder.lists_read:
        return "failed", reason or "the site gave no list"
    return ("partial" if reason else "done"), reason


def _close_dead(sweep_id: int, reason: str, database: Database, clock: Clock) -> None:
    with database.write() as session:
        row = session.get_one(Sweep, sweep_id, with_for_update=True)
        if row.state == "running":
            row.state, row.reason, row.finished_at = "failed", reason, clock.now()
            give_back_lease(session, f"sweep:{row.source}", worker=row.worker)


@contextmanager
def _lease(source: str, database: Database, clock: Clock) -> Iterator[str]:
    """Hold the source for this process, renewed by a thread, since one slow page can keep the loop busy for long."""
    name, worker = f"sweep:{source}", worker_name(secrets.token_hex(4))
    with database.write() as session:
        if not take_lease(session, name, worker=worker, now=shared_now(session, clock), for_s=LEASE_S):
            raise CrawlError(f"{source!r} is being swept at this moment by another process", hint="Wait for its end.")
    try:
        with renewed(database, clock, name, worker=worker, for_s=LEASE_S):
            yield worker
    finally:
        with database.write() as session:
            give_back_lease(session, name, worker=worker)
