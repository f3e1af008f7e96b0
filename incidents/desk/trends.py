"""How leaks come and how fast they are worked on: by week, source and extract; times to see, confirm and contain."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Text, cast, func, select

from core.clock import local
from incidents.models import Event, FindingRow, Incident, LeakExtract
from incidents.severity import LEVELS
from incidents.states import CONTAIN, DISMISSED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

DETECT, CONFIRM, CONTAINING = "detect", "confirm", "contain"
SPANS: Final = (DETECT, CONFIRM, CONTAINING)
TAIL: Final = 0.9
"""Beside the median, what nine in ten stay below."""


@dataclass(frozen=True, slots=True)
class Week:
    """How many leaks of each severity were opened in the week that begins on a Monday."""

    begins: date
    by_severity: dict[str, int]

    @property
    def leaks(self) -> int:
        """How many in all."""
        return sum(self.by_severity.values())


@dataclass(frozen=True, slots=True)
class Share:
    """How many leaks, with how many customers in sum, have to do with something that has a name."""

    name: str
    leaks: int
    subjects: int


@dataclass(frozen=True, slots=True)
class Span:
    """How long a step took, over the leaks opened in a month (its first day) for which it is known; in seconds."""

    month: date
    median_s: float
    tail_s: float
    leaks: int


@dataclass(frozen=True, slots=True)
class Trends:
    """Everything about the leaks that were opened in a span of days; those merged into another are part of it.

    ``dismissed`` were no leaks and count nowhere else. ``spans`` holds the months of each of `SPANS`.
    """

    first: date
    last: date
    leaks: int
    dismissed: int
    weeks: tuple[Week, ...]
    by_source: tuple[Share, ...]
    by_extract: tuple[Share, ...]
    spans: dict[str, tuple[Span, ...]]


def trends(
    session: Session, first: date, last: date, *, since: datetime, until: datetime, zone: str,
    only: Collection[int] | None = None,
) -> Trends:  # fmt: skip
    """The trends of a span of days.

    Args:
        session: For reading.
        first: The first day, in the zone.
        last: The last day, in the zone.
        since: The moment at which the first day begins.
        until: The moment at which the last day is over.
        zone: Where the carrier is.
        only: Only these incidents.
    """
    columns = (
        Incident.id, Incident.opened_at, Incident.first_seen_at, Incident.csirt_confirmed_at,
        Incident.owner_confirmed_at, Incident.severity, Incident.state, Incident.subjects,
    )  # fmt: skip
    own = [] if only is None else [Incident.id.in_(sorted(only))]
    opened = (Incident.opened_at >= since, Incident.opened_at < until, Incident.merged_into.is_(None), *own)
    rows = session.execute(select(*columns).where(*opened)).all()
    leaks = [row for row in rows if row.state != DISMISSED]
    return Trends(
        first, last, len(leaks), len(rows) - len(leaks), _weeks(leaks, first, last, zone),
        _by_source(session, [*opened, Incident.state != DISMISSED]),
        _by_extract(session, {row.id: row.subjects for row in leaks}), _spans(leaks, _contained(session), zone),
    )  # fmt: skip


def sum_by(shares: Iterable[Share], names: Mapping[str, str], otherwise: str) -> tuple[Share, ...]:
    """Shares put together under other names, such as those of the processors that hold extracts; largest first."""
    leaks: Counter[str] = Counter()
    subjects: Counter[str] = Counter()
    for share in shares:
        name = names.get(share.name, otherwise)
        leaks[name] += share.leaks
        subjects[name] += share.subjects
    return _largest_first(leaks, subjects)


def _weeks(leaks: Sequence[Any], first: date, last: date, zone: str) -> tuple[Week, ...]:
    counted: dict[date, Counter[str]] = defaultdict(Counter)
    for row in leaks:
        counted[_monday(local(row.opened_at, zone).date())][row.severity] += 1
    begins, found = _monday(first), []
    while begins <= last:
        found.append(Week(begins, {level: counted[begins][level] for level in LEVELS if counted[begins][level]}))
        begins += timedelta(days=7)
    return tuple(found)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _by_source(session: Session, opened: Sequence[ColumnElement[bool]]) -> tuple[Share, ...]:
    count: Counter[str] = Counter()
    subjects: Counter[str] = Counter()
    same = cast(Incident.sources, Text)  # many incidents have the same sources: these are read once
    columns = (func.min(Incident.id), func.count(), func.sum(Incident.subjects))
    grouped = session.execute(select(*columns).where(*opened).group_by(same)).all()
    firsts = (first for first, *_ in grouped)
    sources_of = dict(session.execute(select(Incident.id, Incident.sources).where(Incident.id.in_(firsts))).all())
    for first, leaks, concerned in grouped:
        for source in set(sources_of[first]):
            count[source] += leaks
            subjects[source] += int(concerned)
    return _largest_first(count, subjects)


def _by_extract(session: Session, subjects_of: Mapping[int, int]) -> tuple[Share, ...]:
    asked = select(LeakExtract.extract, FindingRow.incident_id).join(
        FindingRow, FindingRow.id == LeakExtract.finding_id
    )
    count: Counter[str] = Counter()
    subjects: Counter[str] = Counter()
    for extract, incident_id in session.execute(asked.distinct()):
        if incident_id is not None and incident_id in subjects_of:
            count[extract] += 1
            subjects[extract] += subjects_of[incident_id]
    return _largest_first(count, subjects)


def _largest_first(count: Counter[str], subjects: Counter[str]) -> tuple[Share, ...]:
    return tuple(Share(name, count[name], subjects[name]) for name in sorted(count, key=lambda n: (-count[n], n)))


def _contained(session: Session) -> dict[int, datetime]:
    asked = select(Event.incident_id, func.min(Event.happened_at)).where(Event.kind == CONTAIN)
    return {incident: at for incident, at in session.execute(asked.group_by(Event.incident_id)) if incident}


def _spans(leaks: Sequence[Any], contained: Mapping[int, datetime], zone: str) -> dict[str, tuple[Span, ...]]:
    taken: dict[str, dict[date, list[float]]] = {name: defaultdict(list) for name in SPANS}
    for row in leaks:
        month = local(row.opened_at, zone).date().replace(day=1)
        confirmed = [at for at in (row.csirt_confirmed_at, row.owner_confirmed_at) if at]
        taken[DETECT][month].append((row.opened_at - row.first_seen_at).total_seconds())
        if confirmed:
            taken[CONFIRM][month].append((min(confirmed) - row.opened_at).total_seconds())
        if row.id in contained:
            taken[CONTAINING][month].append((contained[row.id] - row.opened_at).total_seconds())
    return {
        name: tuple(Span(month, median(some), _tail(some), len(some)) for month, some in sorted(months.items()))
        for name, months in taken.items()
    }


def _tail(spans: Sequence[float]) -> float:
    ordered = sorted(spans)
    return ordered[min(len(ordered) - 1, int(TAIL * len(ordered)))]
