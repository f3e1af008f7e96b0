"""Whether the watch is kept: sources, their sweeps and when they run next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from core.due import due_instant
from core.leases import Lease, latest_claims
from crawler.conditions import OVERDUE_INTERVALS, OVERDUE_SLACK, ails
from crawler.errors import SourcesError
from crawler.models import Sweep
from crawler.sources import survey_sources, sweep_job_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from sqlalchemy.orm import Session

    from core.database import Database
    from core.leases import Claim
    from core.settings import Settings
    from crawler.conditions import Condition
    from crawler.sources import Source

RECENT_SWEEPS = 20
SHOWN_SWEEPS = 50
BAR_HEIGHT = 22
LEAST_BAR = 3


@dataclass(frozen=True, slots=True)
class WatchedSource:
    """A source and how its sweeps went, the newest last.

    ``health`` is the state of the last sweep, ``never``, ``overdue`` when none went well for too long, ``cut-off``
    when its lease is gone though nobody has closed it; ``off`` when the source is switched off.
    """

    name: str
    url: str
    engine: str
    every: str
    legal_basis: str
    health: str
    last_good_at: datetime | None
    next_at: datetime | None
    sweeps: tuple[Sweep, ...]
    conditions: tuple[Condition, ...] = ()
    note: str = ""
    purpose: str = ""

    @property
    def last(self) -> Sweep | None:
        """The last sweep."""
        return self.sweeps[-1] if self.sweeps else None

    @property
    def bars(self) -> list[tuple[Sweep, float]]:
        """Each recent sweep with the height of its bar: how much was new, against the best of them."""
        most = max((sweep.new_documents for sweep in self.sweeps), default=0) or 1
        scale = BAR_HEIGHT - LEAST_BAR
        return [(sweep, round(LEAST_BAR + scale * sweep.new_documents / most, 1)) for sweep in self.sweeps]


@dataclass(frozen=True, slots=True)
class Watched:
    """The sources that can be swept, and what is wrong with the file."""

    sources: tuple[WatchedSource, ...]
    error: str = ""


def watched_sources(settings: Settings, database: Database, now: datetime) -> Watched:
    """Every source with its health, in the order of the file."""
    try:
        found = survey_sources(settings.sources_path)
    except SourcesError as error:
        return Watched((), str(error))
    sources = found.sources
    with database.read() as session:
        claims = latest_claims(session)
        good = {name: _last_good_at(session, name) for name in sources}
        recent = {name: _recent_sweeps(session, name) for name in sources}
        cut = cut_off_sweeps(session, now)
        ailing = {name: tuple(ails(source, session, now)) for name, source in sources.items()}
    return Watched(
        tuple(
            _watched(
                source,
                recent[source.name],
                good.get(source.name),
                claims.get(sweep_job_name(source.name)),
                now,
                ailing[source.name],
                cut,
            )
            for source in sources.values()
        ),
        str(found.complaint or ""),
    )


def source_names(settings: Settings) -> list[str]:
    """The names of the sources that can be swept, in the order of the file; none when it cannot be read."""
    try:
        return list(survey_sources(settings.sources_path).sources)
    except SourcesError:
        return []


def cut_off_sweeps(session: Session, now: datetime) -> frozenset[int]:
    """Sweeps that stand as running though their process is gone, which nobody has closed yet.

    A sweep is gone when nobody holds its source's lease any more, or somebody else does.
    """
    lease = select(Lease).where(Lease.name == "sweep:" + Sweep.source, Lease.worker == Sweep.worker)
    held = lease.where(Lease.until_at > now).exists()
    return frozenset(session.scalars(select(Sweep.id).where(Sweep.state == "running", ~held)))


def latest_sweeps(session: Session) -> Sequence[Sweep]:
    """The latest sweeps of all sources, newest first."""
    return session.scalars(select(Sweep).order_by(Sweep.id.desc()).limit(SHOWN_SWEEPS)).all()


def _last_good_at(session: Session, source: str) -> datetime | None:
    done = (Sweep.source == source, Sweep.state == "done")
    return session.scalar(select(Sweep.finished_at).where(*done).order_by(Sweep.id.desc()).limit(1))


def _recent_sweeps(session: Session, source: str) -> tuple[Sweep, ...]:
    found = select(Sweep).where(Sweep.source == source).order_by(Sweep.id.desc()).limit(RECENT_SWEEPS)
    return tuple(reversed(session.scalars(found).all()))


def next_sweep(source: Source, last_due_at: datetime | None, now: datetime) -> datetime:
    """When a source is swept next, by the instant it was last claimed for (None when it never was)."""
    due = due_instant(sweep_job_name(source.name), source.every.total_seconds(), now)
    return due if last_due_at is None or last_due_at < due else due + source.every


def _watched(
    source: Source,
    sweeps: tuple[Sweep, ...],
    good_at: datetime | None,
    claim: Claim | None,
    now: datetime,
    conditions: tuple[Condition, ...],
    cut: frozenset[int],
) -> WatchedSource:
    next_at = next_sweep(source, claim.due_at if claim else None, now) if source.enabled else None
    return WatchedSource(
        source.name, source.url, source.engine, interval_text(source.every), source.legal_basis,
        _health(source, sweeps, good_at, now, cut), good_at, next_at, sweeps, conditions, source.note, source.purpose,
    )  # fmt: skip


def _health(
    source: Source, sweeps: tuple[Sweep, ...], good_at: datetime | None, now: datetime, cut: frozenset[int]
) -> str:
    if not source.enabled:
        return "off"
    if not sweeps:
        return "never"
    if sweeps[-1].id in cut:
        return "cut-off"
    last_sign = good_at or sweeps[0].started_at
    if sweeps[-1].state == "done" and now - last_sign > OVERDUE_INTERVALS * source.every + OVERDUE_SLACK:
        return "overdue"
    return sweeps[-1].state


def interval_text(every: timedelta) -> str:
    """As it is written in the file of sources."""
    seconds = int(every.total_seconds())
    for unit, size in (("d", 86_400), ("h", 3600), ("m", 60)):
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
