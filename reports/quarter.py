"""A quarter of a calendar year, and everything that its report may say: values, no session."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from custody.models import RegisterEvent
from deadlines.evaluation import is_over
from incidents import queries
from incidents.clocks.models import MET, RUNNING, WAIVED, DeadlineRow
from incidents.clocks.reading import MISSED
from incidents.models import Event, Incident
from incidents.states import CLOSED, DISMISSED
from reports.errors import ReportError
from reports.models import FILED, ReportVersion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from incidents.views import IncidentLine

_WRITTEN: Final = re.compile(r"(20[0-9]{2})-Q([1-4])")
MONTHS: Final = 3


@dataclass(frozen=True, slots=True)
class Quarter:
    """Three months of a calendar year, counted where the carrier is; written ``2026-Q3``."""

    year: int
    number: int

    @property
    def written(self) -> str:
        """As it is asked for."""
        return f"{self.year}-Q{self.number}"

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, MONTHS * self.number - MONTHS + 1, 1)

    @property
    def end(self) -> date:
        """The first day after it."""
        return date(self.year + 1, 1, 1) if self.number == 4 else date(self.year, MONTHS * self.number + 1, 1)  # noqa: PLR2004  # the last one

    def span(self, zone: str) -> tuple[datetime, datetime]:
        """Its first moment, and the first after it."""
        first, end = (datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)) for day in (self.first, self.end))
        return first, end


def read_quarter(written: str) -> Quarter:
    """A quarter as it is written.

    Raises:
        ReportError: It is none.
    """
    found = _WRITTEN.fullmatch(written.strip())
    if not found:
        raise ReportError("no_quarter", given=written[:20])
    return Quarter(int(found[1]), int(found[2]))


def quarter_of(day: date) -> Quarter:
    """The quarter that a day is in."""
    return Quarter(day.year, (day.month - 1) // MONTHS + 1)


@dataclass(frozen=True, slots=True)
class ClockCount:
    """How many deadlines of one name fell into a quarter, and how they stand."""

    title: str
    met: int = 0
    late: int = 0
    missed: int = 0
    waived: int = 0
    running: int = 0


@dataclass(frozen=True, slots=True)
class QuarterFile:
    """What is known of a quarter.

    Attributes:
        quarter: Which.
        now: When that was asked.
        opened: Incidents that were opened in it.
        ended: How many were closed, and how many dismissed.
        live: How many are open now.
        clocks: Deadlines that ended, or were settled, in it.
        changes: Changes of the register, by kind.
        filed: Reports that were filed: form, about what, number, when.
    """

    quarter: Quarter
    now: datetime
    opened: tuple[IncidentLine, ...]
    ended: Mapping[str, int]
    live: int
    clocks: tuple[ClockCount, ...]
    changes: Mapping[str, int]
    filed: tuple[tuple[str, str, int, datetime], ...]


def read_quarter_file(session: Session, quarter: Quarter, *, language: str, zone: str, now: datetime) -> QuarterFile:
    """Gather what is known of a quarter."""
    first, end = quarter.span(zone)
    ids = select(Incident.id).where(
        Incident.opened_at >= first, Incident.opened_at < end, Incident.merged_into.is_(None)
    )
    counted = select(Event.kind, func.count(func.distinct(Event.incident_id))).group_by(Event.kind)
    counted = counted.where(Event.happened_at >= first, Event.happened_at < end, Event.kind.in_(("close", "dismiss")))
    changed = select(RegisterEvent.kind, func.count()).group_by(RegisterEvent.kind).order_by(RegisterEvent.kind)
    changed = changed.where(RegisterEvent.happened_on >= quarter.first, RegisterEvent.happened_on < quarter.end)
    filed = select(ReportVersion).where(ReportVersion.state == FILED).order_by(ReportVersion.filed_at)
    filed = filed.where(ReportVersion.filed_at >= first, ReportVersion.filed_at < end)
    over = (CLOSED, DISMISSED)
    live = select(func.count(Incident.id)).where(Incident.state.not_in(over), Incident.merged_into.is_(None))
    return QuarterFile(
        quarter=quarter, now=now,
        opened=tuple(queries.list_incidents(session, language=language, only=list(session.scalars(ids)))),
        ended=dict(session.execute(counted).all()), live=session.scalar(live) or 0,
        clocks=tuple(_clocks(session, first, end, language, now)), changes=dict(session.execute(changed).all()),
        filed=tuple((one.form, one.about, one.number, one.filed_at or now) for one in session.scalars(filed)),
    )  # fmt: skip


def _clocks(session: Session, first: datetime, end: datetime, language: str, now: datetime) -> list[ClockCount]:
    """Deadlines whose end, or whose settling where they have none, falls into a span."""
    ends = func.coalesce(DeadlineRow.last_at, DeadlineRow.settled_at, DeadlineRow.started_at)
    asked = select(DeadlineRow).where(ends >= first, ends < end).order_by(DeadlineRow.regime, DeadlineRow.step)
    counts: dict[str, dict[str, int]] = {}
    titles: dict[str, str] = {}
    for row in session.scalars(asked):
        titles[row.name] = row.what.get(language, row.name)
        kind = _kind(row, now)
        if kind:
            count = counts.setdefault(row.name, {})
            count[kind] = count.get(kind, 0) + 1
    return [ClockCount(titles[name], **count) for name, count in counts.items()]


def _kind(row: DeadlineRow, now: datetime) -> str:
    if row.state == MET:
        return "late" if row.met_at is not None and is_over(row.last_at, row.met_at, row.unit) else MET
    if row.state == WAIVED:
        return WAIVED
    if row.state == RUNNING:
        return MISSED if is_over(row.last_at, now, row.unit) else RUNNING
    return ""
