"""How leaks come and how fast they are worked on: by week, source and extract; times to see, confirm and contain."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import polars as pl
from sqlalchemy import BigInteger, Text, cast, func, select

from incidents.models import Event, FindingRow, Incident, LeakExtract
from incidents.severity import LEVELS
from incidents.states import CONTAIN, DISMISSED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy import ColumnElement, SQLColumnExpression
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
    own = [] if only is None else [Incident.id.in_(sorted(only))]
    opened = (Incident.opened_at >= since, Incident.opened_at < until, Incident.merged_into.is_(None), *own)
    every = _read(session, opened, zone)
    leaks = every.filter(pl.col("state") != DISMISSED)
    counted = [*opened, Incident.state != DISMISSED]
    return Trends(
        first, last, len(leaks), len(every) - len(leaks), _weeks(leaks, first, last), _by_source(session, counted),
        _by_extract(session, counted), _spans(leaks),
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


def _read(session: Session, opened: Sequence[ColumnElement[bool]], zone: str) -> pl.DataFrame:
    """The incidents as a table: severity, state, week (its Monday) and month of opening, and spans in seconds."""
    contained = select(Event.incident_id, func.min(Event.happened_at).label("at")).where(Event.kind == CONTAIN)
    first_contained = contained.group_by(Event.incident_id).subquery()
    moments = {
        "opened": Incident.opened_at, "seen": Incident.first_seen_at, "csirt": Incident.csirt_confirmed_at,
        "owner": Incident.owner_confirmed_at, "contained": first_contained.c.at,
    }  # fmt: skip
    asked = select(Incident.severity, Incident.state, *(_epoch(session, moment) for moment in moments.values()))
    rows = session.execute(
        asked.outerjoin(first_contained, first_contained.c.incident_id == Incident.id).where(*opened)
    ).all()
    schema = {"severity": pl.String, "state": pl.String, **dict.fromkeys(moments, pl.Int64)}
    here = pl.from_epoch("opened", "s").dt.replace_time_zone("UTC").dt.convert_time_zone(zone)
    confirmed = pl.min_horizontal("csirt", "owner")
    return pl.DataFrame([tuple(row) for row in rows], schema=schema, orient="row").select(
        "severity", "state",
        here.dt.truncate("1w").dt.date().alias("week"), here.dt.truncate("1mo").dt.date().alias("month"),
        (pl.col("opened") - pl.col("seen")).alias(DETECT), (confirmed - pl.col("opened")).alias(CONFIRM),
        (pl.col("contained") - pl.col("opened")).alias(CONTAINING),
    )  # fmt: skip


def _epoch(session: Session, moment: SQLColumnExpression[Any]) -> ColumnElement[int]:
    """A moment in whole seconds, counted by the database."""
    if session.get_bind().dialect.name == "postgresql":
        return cast(func.floor(func.extract("epoch", moment)), BigInteger)
    return cast(func.strftime("%s", moment), BigInteger)


def _weeks(leaks: pl.DataFrame, first: date, last: date) -> tuple[Week, ...]:
    counted: dict[date, dict[str, int]] = defaultdict(dict)
    for week, severity, count in leaks.group_by("week", "severity").len().iter_rows():
        counted[week][severity] = count
    begins, found = first - timedelta(days=first.weekday()), []
    while begins <= last:
        found.append(Week(begins, {level: counted[begins][level] for level in LEVELS if level in counted[begins]}))
        begins += timedelta(days=7)
    return tuple(found)


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


def _by_extract(session: Session, opened: Sequence[ColumnElement[bool]]) -> tuple[Share, ...]:
    pairs = select(LeakExtract.extract, FindingRow.incident_id).join(
        FindingRow, FindingRow.id == LeakExtract.finding_id
    )
    each = pairs.distinct().subquery()
    sums = select(each.c.extract, func.count(), func.sum(Incident.subjects))
    rows = session.execute(
        sums.join(Incident, Incident.id == each.c.incident_id).where(*opened).group_by(each.c.extract)
    )
    found = [(extract, leaks, int(concerned)) for extract, leaks, concerned in rows]
    return _largest_first(
        Counter({extract: leaks for extract, leaks, _ in found}), Counter({extract: n for extract, _, n in found})
    )


def _largest_first(count: Counter[str], subjects: Counter[str]) -> tuple[Share, ...]:
    return tuple(Share(name, count[name], subjects[name]) for name in sorted(count, key=lambda n: (-count[n], n)))


def _spans(leaks: pl.DataFrame) -> dict[str, tuple[Span, ...]]:
    found = {}
    for name in SPANS:
        known = leaks.filter(pl.col(name).is_not_null()).group_by("month")
        figures = known.agg(
            pl.col(name).median().alias("median"), pl.col(name).quantile(TAIL, "higher").alias("tail"), pl.len()
        )
        found[name] = tuple(Span(*row) for row in figures.sort("month").iter_rows())
    return found
