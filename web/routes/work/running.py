"""Every long work that runs or waits, how far it is, and how each kind ended last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select

from archive.models import DocumentRow
from core.hosts.beats import HostRow, list_hosts
from core.hosts.clock import shared_now
from core.leases import Claim, latest_claims
from core.processes.names import is_dead
from crawler.health import cut_off_sweeps, watched_sources
from crawler.models import Sweep
from crawler.software.inquiries import WAITING as SITE_WAITS
from crawler.software.inquiries import Inquiries
from crawler.sources import sweep_job_name
from custody.enrolment.uploads import RUNNING, WAITING, Uploads
from incidents.models import FindingRow
from incidents.ownership import is_named
from judging.scans.store import RUNNING as SCANNED
from judging.scans.store import WAITING as SCAN_WAITS
from judging.scans.store import Scans
from people.roles import Permission, may
from transparency.last_verification import last_verification
from web.access.guarded import Guarded
from web.access.own import own_names
from web.routes.work.estimates import TimeLeft, WorkStep, time_left
from web.routes.work.scans import run_of, sees_scan
from web.world import actor_of, world_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session
    from starlette.requests import Request
    from starlette.responses import Response

    from home import Home

PACE: Final = timedelta(minutes=10)
"""How long back the pace of matching is looked at."""
USUAL_RUNS: Final = 10
LEAST_RUNS: Final = 3
"""Fewer runs say nothing about how long one usually takes."""
_REFRESH_S: Final = 10
SWEEP: Final = sweep_job_name("")
"""How the names of jobs that sweep begin."""
OUTCOMES: Final = ("done", "failed", "partial")


@dataclass(frozen=True, slots=True)
class WorkShown:
    """Something that runs.

    Attributes:
        key: Of its name in the texts, with ``values``.
        began_at: Since when; none where it has not begun.
        share: How much of it is done, 0 to 1; none where nobody can tell.
        left: How long it still takes, from its own pace.
        usual: How many seconds the shortest and the longest of its last runs took.
        is_long: It has taken longer than any of those.
        notes: What else is known, as keys of the texts with their values.
        link: Where there is more of it.
    """

    key: str
    values: dict[str, Any]
    began_at: datetime | None
    share: float | None = None
    left: TimeLeft | None = None
    usual: tuple[float, float] | None = None
    is_long: bool = False
    notes: tuple[tuple[str, dict[str, Any]], ...] = ()
    link: str = ""


@dataclass(frozen=True, slots=True)
class LastRun:
    """How a kind of job ended last; ``state`` is of `OUTCOMES`, ``running``, ``handed_back`` or ``cut_off``."""

    name: str
    source: str
    state: str
    said: str
    began_at: datetime
    took_s: float | None
    next_at: datetime | None
    host: str = ""


@dataclass(frozen=True, slots=True)
class HostShown:
    """A machine whose service runs.

    Attributes:
        apart_s: How far its clock is from the others', in seconds, ahead or behind.
        is_silent: Whether it gave no sign for too long.
    """

    name: str
    roles: Sequence[str]
    version: str
    seen_at: datetime
    apart_s: float
    is_silent: bool

    @classmethod
    def of(cls, row: HostRow, now: datetime) -> HostShown:
        """As the page shows a row."""
        return cls(row.name, row.roles, row.version, row.seen_at, row.clock_ms / 1000, row.is_silent(now))


def page(request: Request) -> Response:
    """What runs, what waits, how it ended last; as far as whoever asks may know of it."""
    world = world_of(request)
    home, now = world.home, world.home.clock.now()
    sees_sources = may(actor_of(request), Permission.SEE_SOURCES)
    running: list[WorkShown] = [*_enrolments(request, home, now), *_scans(request, home)]
    with home.database.read() as session:
        claims, now = latest_claims(session), shared_now(session, home.clock)
        hosts = [HostShown.of(host, now) for host in list_hosts(session)] if sees_sources else []
        runs: list[LastRun] = []
        if sees_sources:
            next_at = {one.name: one.next_at for one in watched_sources(home.settings, home.database, now).sources}
            running += [*_sweeps(session, now), *_jobs(session, claims.values(), now)]
            runs = [_last(claim, now, next_at) for claim in claims.values()]
        waits = _waits(request, session, home, sees_sources=sees_sources)
    response = world.pages.render(
        request, "jobs.html", hosts=hosts, running=running, waits=waits, sees_all=sees_sources,
        runs=sorted(runs, key=lambda run: (run.state not in {"failed", "cut_off"}, -run.began_at.timestamp())),
    )  # fmt: skip
    if running or waits:
        response.headers["Refresh"] = str(_REFRESH_S)
    return response


def _enrolments(request: Request, home: Home, now: datetime) -> list[WorkShown]:
    if not may(actor_of(request), Permission.SEE_REGISTER):
        return []
    uploads, names = Uploads(home.settings.home, home.clock), own_names(request, Permission.SEE_REGISTER)
    shown = []
    for upload in uploads.listed():
        extract = str(upload.lending["extract"])
        if upload.state != RUNNING or (names is not None and not is_named(extract, names)):
            continue
        steps = uploads.steps_of(upload)
        left = time_left([WorkStep(step.at, step.share) for step in steps], now)
        began_at, share = (steps[0].at, steps[-1].share) if steps else (upload.changed_at, 0.0)
        link = f"/enrol/{upload.id}" if may(actor_of(request), Permission.ENROL) else ""
        shown.append(WorkShown("jobs.enrolment", {"name": extract}, began_at, share, left, link=link))
    return shown


def _scans(request: Request, home: Home) -> list[WorkShown]:
    if not may(actor_of(request), Permission.SCAN):
        return []
    shown = []
    for scan in Scans(home.settings.home, home.clock).listed():
        if scan.state == SCANNED and sees_scan(request, scan):
            run = run_of(request, scan)
            values = {"n": len(scan.files)}
            shown.append(
                WorkShown("jobs.scan", values, run["began_at"], run["share"], run["left"], link=f"/scan/{scan.id}")
            )
    return shown


def _sweeps(session: Session, now: datetime) -> list[WorkShown]:
    """Sweeps that run: nobody knows how much a site has, so what is told is what was read, and how long it takes."""
    cut = cut_off_sweeps(session, now)
    rows = session.scalars(select(Sweep).where(Sweep.state == "running").order_by(Sweep.id))
    shown = []
    for sweep in rows:
        if sweep.id in cut:
            continue
        done = select(Sweep.started_at, Sweep.finished_at).where(
            Sweep.source == sweep.source, Sweep.state == "done", Sweep.finished_at.is_not(None)
        )
        took = [
            (finished - began).total_seconds()
            for began, finished in session.execute(done.order_by(Sweep.id.desc()).limit(USUAL_RUNS))
            if finished is not None
        ]
        counts = {"requests": sweep.requests, "documents": sweep.documents, "new": sweep.new_documents}
        usual, is_long = _usual(took, sweep.started_at, now)
        shown.append(
            WorkShown(
                "job.sweep", {"name": sweep.source}, sweep.started_at, usual=usual, is_long=is_long,
                notes=(("jobs.sweep_counts", counts),), link=f"/sources/{sweep.source}",
            )
        )  # fmt: skip
    return shown


def _jobs(session: Session, claims: Iterable[Claim], now: datetime) -> list[WorkShown]:
    """Other jobs that are in hand, but those that have their own lines."""
    shown = []
    for claim in claims:
        own = claim.job.startswith(SWEEP) or claim.job in {"enrol", "scan"}
        if own or _state(claim, now) != "running":
            continue
        ended = select(Claim.claimed_at, Claim.done_at).where(Claim.job == claim.job, Claim.done_at.is_not(None))
        took = [
            (done - began).total_seconds()
            for began, done in session.execute(ended.order_by(Claim.due_at.desc()).limit(USUAL_RUNS))
            if done is not None
        ]
        usual, is_long = _usual(took, claim.claimed_at, now)
        notes = ((("jobs.attempt", {"n": claim.attempt}),) if claim.attempt > 1 else ()) + _matching(
            session, claim.job, now
        )
        key = f"job_name.{claim.job.partition('@')[0]}"
        shown.append(WorkShown(key, {}, claim.claimed_at, usual=usual, is_long=is_long, notes=notes))
    return shown


def _matching(session: Session, job: str, now: datetime) -> tuple[tuple[str, dict[str, Any]], ...]:
    if job.partition("@")[0] != "match":
        return ()
    judged = session.scalar(select(func.count(FindingRow.id)).where(FindingRow.made_at > now - PACE)) or 0
    return (("jobs.documents_pace", {"n": judged}),)


def _usual(took: list[float], began_at: datetime, now: datetime) -> tuple[tuple[float, float] | None, bool]:
    """How long it usually takes, and whether it has taken longer; nothing where too few runs say it."""
    if len(took) < LEAST_RUNS:
        return None, False
    return (min(took), max(took)), (now - began_at).total_seconds() > max(took)


def _waits(
    request: Request, session: Session, home: Home, *, sees_sources: bool
) -> list[tuple[str, dict[str, Any], str]]:
    """What waits: a key of the texts, its values, where there is more of it."""
    actor = actor_of(request)
    waits: list[tuple[str, dict[str, Any], str]] = []
    documents = session.scalar(select(func.count(DocumentRow.id)).where(DocumentRow.state == "waiting")) or 0
    if documents and may(actor, Permission.SEE_CASES):
        waits.append(("jobs.documents_wait", {"n": documents}, ""))
    if may(actor, Permission.ENROL):
        count = sum(one.state == WAITING for one in Uploads(home.settings.home, home.clock).listed())
        waits += [("jobs.uploads_wait", {"n": count}, "/enrol")] if count else []
    if may(actor, Permission.SCAN):
        scans = Scans(home.settings.home, home.clock).listed()
        count = sum(one.state == SCAN_WAITS and sees_scan(request, one) for one in scans)
        waits += [("jobs.scans_wait", {"n": count}, "/scan")] if count else []
    if sees_sources:
        count = sum(one.state == SITE_WAITS for one in Inquiries(home.settings.home, home.clock).listed())
        link = "/sources/new" if may(actor, Permission.CHANGE_SOURCES) else ""
        waits += [("jobs.sites_wait", {"n": count}, link)] if count else []
    if last_verification(session).is_asked:
        waits.append(("jobs.verify_asked", {}, "/log"))
    return waits


def _state(claim: Claim, now: datetime) -> str:
    if claim.done_at is not None:
        said = (claim.outcome or "").partition(":")[0]
        return said if said in OUTCOMES else "done"
    if claim.until_at > now:
        return "cut_off" if is_dead(claim.worker) else "running"
    return "handed_back" if claim.attempt == 0 else "cut_off"


def _last(claim: Claim, now: datetime, next_at: dict[str, datetime | None]) -> LastRun:
    source = claim.job.removeprefix(SWEEP) if claim.job.startswith(SWEEP) else ""
    took = (claim.done_at - claim.claimed_at).total_seconds() if claim.done_at else None
    state, said = _state(claim, now), (claim.outcome or "").partition(":")[2].strip()
    name, _, host = claim.job.partition("@")
    told = "" if state == "done" else said
    return LastRun(name, source, state, told, claim.claimed_at, took, next_at.get(source), host)


ROUTES = [Guarded("/jobs", page, needs=Permission.SEE_HEALTH)]
