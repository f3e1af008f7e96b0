"""A quarter of a calendar year, and everything that its report may say: values, no session.

Only what happened by the quarter's end is known to its report, however much later somebody asks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from core.clock import local
from custody.models import RegisterEvent
from custody.register.history import REGISTER
from custody.register.overview import register_on
from custody.supervision.changes import changes_in, over_before, seen_of
from custody.supervision.check_sheets import all_sheets
from custody.supervision.numbers import FIRST_MONTH, CountedPeriod, fiscal_year_of, numbers_of, year_to
from custody.supervision.overdue import duties_on
from deadlines.evaluation import is_over
from incidents.clocks.models import MET, RUNNING, WAIVED, DeadlineRow
from incidents.clocks.reading import MISSED
from incidents.clocks.replaying import replay_deadlines
from incidents.desk.past import incidents_before
from incidents.models import Event
from reports.errors import ReportError
from reports.models import FILED, ReportVersion

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy.orm import Session

    from core.settings import Settings
    from custody.supervision.changes import PeriodChanges
    from custody.supervision.check_sheets import Sheets
    from custody.supervision.numbers import NumberBehind
    from custody.supervision.overdue import Duty
    from incidents.clocks.replaying import PlayedDeadline
    from incidents.desk.past import PastLine

_WRITTEN: Final = re.compile(r"(FY)?(20[0-9]{2})-Q([1-4])")
MONTHS: Final = 3
QUARTERS: Final = 4
_BEFORE_FISCAL: Final = (FIRST_MONTH - 1) // MONTHS
"""Quarters of a calendar year that belong to the fiscal year before."""


@dataclass(frozen=True, slots=True)
class Quarter:
    """Three months of a calendar year, counted where the carrier is; written ``2026-Q3``.

    The carrier's fiscal year begins in April, so that this one is ``FY2026-Q2`` as well.
    """

    year: int
    number: int

    @property
    def written(self) -> str:
        """As it is kept."""
        return f"{self.year}-Q{self.number}"

    @property
    def fiscal(self) -> str:
        """As it is called by the fiscal year."""
        return f"FY{fiscal_year_of(self.first)}-Q{(self.number - 1 - _BEFORE_FISCAL) % QUARTERS + 1}"

    @property
    def before(self) -> Quarter:
        """The quarter before it."""
        return Quarter(self.year, self.number - 1) if self.number > 1 else Quarter(self.year - 1, QUARTERS)

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, MONTHS * self.number - MONTHS + 1, 1)

    @property
    def end(self) -> date:
        """The first day after it."""
        return date(self.year + 1, 1, 1) if self.number == QUARTERS else date(self.year, MONTHS * self.number + 1, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.end - timedelta(days=1)

    def span(self, zone: str) -> tuple[datetime, datetime]:
        """Its first moment, and the first after it."""
        first, end = (datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)) for day in (self.first, self.end))
        return first, end


def read_quarter(written: str) -> Quarter:
    """A quarter as it is written, of the calendar's year or, with ``FY``, of the fiscal year.

    Raises:
        ReportError: It is none.
    """
    found = _WRITTEN.fullmatch(written.strip())
    if not found:
        raise ReportError("no_quarter", given=written[:20])
    year, number = int(found[2]), int(found[3])
    if not found[1]:
        return Quarter(year, number)
    later, place = divmod(number - 1 + _BEFORE_FISCAL, QUARTERS)
    return Quarter(year + later, place + 1)


def quarter_of(day: date) -> Quarter:
    """The quarter that a day is in."""
    return Quarter(day.year, (day.month - 1) // MONTHS + 1)


@dataclass(frozen=True, slots=True)
class ClockCount:
    """How many deadlines of one name fell into a quarter, and how they stood at its end."""

    title: str
    met: int = 0
    late: int = 0
    missed: int = 0
    waived: int = 0
    running: int = 0


@dataclass(frozen=True, slots=True)
class NumberPair:
    """A number of the regulator's sheet, at a quarter's end and at the end of the one before."""

    number: NumberBehind
    now: int
    before: int


@dataclass(frozen=True, slots=True)
class QuarterFile:
    """What is known of a quarter.

    Attributes:
        quarter: Which.
        now: When that was asked.
        seen_on: The last day of it that had come.
        opened: Incidents that were opened in it, as they were at its end.
        ended: How many were closed, and how many dismissed.
        live: How many were open at its end.
        clocks: Deadlines that ended, or were settled, in it.
        changes: Changes of the register, by kind.
        supervision: What changed in the supervision of processors.
        duties: What was overdue of it at the end, longest first.
        numbers: The numbers of the sheet.
        sheets: The check sheets that some of them are about.
        filed: Reports that were filed: form, about what, number, when.
    """

    quarter: Quarter
    now: datetime
    seen_on: date
    opened: tuple[PastLine, ...]
    ended: Mapping[str, int]
    live: int
    clocks: tuple[ClockCount, ...]
    changes: Mapping[str, int]
    supervision: PeriodChanges
    duties: tuple[Duty, ...]
    numbers: tuple[NumberPair, ...]
    sheets: Sheets
    filed: tuple[tuple[str, str, int, datetime], ...]


def read_quarter_file(
    session: Session, quarter: Quarter, settings: Settings, *, language: str, now: datetime
) -> QuarterFile:
    """Gather what is known of a quarter, as it was at its end."""
    first, end = quarter.span(settings.zone)
    counted = select(Event.kind, func.count(func.distinct(Event.incident_id))).group_by(Event.kind)
    counted = counted.where(Event.happened_at >= first, Event.happened_at < end, Event.kind.in_(("close", "dismiss")))
    changed = select(RegisterEvent.kind, func.count()).group_by(RegisterEvent.kind).order_by(RegisterEvent.kind)
    changed = changed.where(
        RegisterEvent.happened_on >= quarter.first, RegisterEvent.happened_on < quarter.end,
        RegisterEvent.about.in_([kind.__tablename__ for kind in REGISTER]),
    )  # fmt: skip
    filed = select(ReportVersion).where(ReportVersion.state == FILED).order_by(ReportVersion.filed_at)
    filed = filed.where(ReportVersion.filed_at >= first, ReportVersion.filed_at < end)
    opened, live = incidents_before(session, first, end)
    period, today = CountedPeriod(quarter.first, quarter.last), local(now, settings.zone).date()
    seen_on, over, sheets = seen_of(period, today), over_before(period, today), all_sheets(settings.home)
    due = duties_on(session, seen_on, sheets=sheets, zone=settings.zone)
    return QuarterFile(
        quarter=quarter, now=now, seen_on=seen_on, opened=tuple(opened), ended=dict(session.execute(counted).all()),
        live=live, clocks=tuple(_clocks(session, first, end, language, now)),
        changes=dict(session.execute(changed).all()),
        supervision=changes_in(session, period, today, zone=settings.zone),
        duties=tuple(one for one in due if one.due_on < over),
        numbers=tuple(_numbers(session, seen_on, quarter.before.last, sheets)), sheets=sheets,
        filed=tuple((one.form, one.about, one.number, one.filed_at or now) for one in session.scalars(filed)),
    )  # fmt: skip


def _numbers(session: Session, day: date, day_before: date, sheets: Sheets) -> Iterator[NumberPair]:
    """Every number of the sheet on two days, whichever of them has it."""
    now, before = (
        {one.key: one for one in numbers_of(session, year_to(on), register_on(session, on), sheets=sheets)}
        for on in (day, day_before)
    )
    for key, one in (before | now).items():
        yield NumberPair(one, now[key].count if key in now else 0, before[key].count if key in before else 0)


def _clocks(session: Session, first: datetime, end: datetime, language: str, now: datetime) -> list[ClockCount]:
    """Deadlines whose end, or whose settling where they have none, falls into a span, as they were at its end."""
    counts: dict[str, dict[str, int]] = {}
    titles: dict[str, str] = {}
    met_at = dict(session.execute(select(DeadlineRow.id, DeadlineRow.met_at).where(DeadlineRow.met_at < end)).all())
    for number, row in replay_deadlines(session, before=end).items():
        at = row.last_at or row.settled_at or row.started_at
        name, kind = f"{row.regime}/{row.step}", _kind(row, met_at.get(number), min(now, end))
        if at is None or not first <= at < end or not kind:
            continue
        titles[name] = row.what.get(language, name)
        count = counts.setdefault(name, {})
        count[kind] = count.get(kind, 0) + 1
    return [ClockCount(titles[name], **counts[name]) for name in sorted(counts)]


def _kind(row: PlayedDeadline, met_at: datetime | None, moment: datetime) -> str:
    """How a deadline stood; what was done by then counts, also where it was written down later."""
    met_at = row.met_at if row.state == MET else met_at
    if row.state in {MET, RUNNING} and met_at is not None:
        return "late" if is_over(row.last_at, met_at, row.unit) else MET
    if row.state == RUNNING:
        return MISSED if is_over(row.last_at, moment, row.unit) else RUNNING
    return WAIVED if row.state == WAIVED else ""
