"""Records that should be there and are not: days of a system, days of one of its hosts, sequence numbers.

A day without records is a finding, unless the system never works on that day of the week. Gaps stick to every
conclusion drawn over them (`root_cause.ranking`); a late file that fills one makes it go away.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from sqlalchemy import delete, select

from core.database import insert_into
from trails.models import TrailDay, TrailGap, TrailRun

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy.orm import Session

RESTING_SHARE = 0.2
"""A weekday on which a system left records on no more than this share of weeks is one on which it rests."""
WEEKS_TO_KNOW = 3
"""Before that many weeks nobody can say which days are days of rest."""
MOST_GAPS = 10_000
SEQUENCE = "sequence"
"""The kind of a gap in numbers, not in days."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Missing records between ``first`` and ``last``, both included; days or sequence numbers, as ``kind`` says."""

    system: str
    kind: str
    host: str
    first: str
    last: str
    missing: int

    def as_json(self) -> dict[str, Any]:
        """As the command line prints it."""
        return {
            "system": self.system,
            "kind": self.kind,
            "host": self.host,
            "from": self.first,
            "to": self.last,
            "missing": self.missing,
        }


def find_day_gaps(days: Iterable[date], until: date | None = None) -> list[tuple[date, date, int]]:
    """Stretches without records between the first and last day, and how many days are missing in each.

    ``until`` is the last day on which records are expected, where others go on.
    """
    there = set(days)
    if not there:
        return []
    first, last = min(there), max(*there, until or date.min)
    span = [first + timedelta(days=i) for i in range((last - first).days + 1)]
    resting = _days_of_rest(span, there)
    gaps: list[tuple[date, date, int]] = []
    run: list[date] = []
    for day in [*span, None]:
        if day is not None and day not in there:
            if day.weekday() not in resting:
                run.append(day)
        elif run:
            gaps.append((run[0], run[-1], len(run)))
            run = []
    return gaps


def merge_runs(runs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Runs of numbers (both ends included) joined where they touch or overlap, in order."""
    merged: list[tuple[int, int]] = []
    for first, last in sorted(runs):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


def note_days(session: Session, system: str, counted: Sequence[pl.DataFrame]) -> None:
    """Add an import's records per host and day (columns host, day, len) to what is known."""
    if not counted:
        return
    days = (
        pl.concat(counted)
        .filter(pl.col("day").is_not_null())
        .group_by(pl.col("host").cast(pl.String).fill_null(""), "day")
        .agg(pl.col("len").sum())
    )
    rows = [{"system": system, "host": host, "day": day, "records": records} for host, day, records in days.iter_rows()]
    for start in range(0, len(rows), 1000):
        insert = insert_into(session, TrailDay).values(rows[start : start + 1000])
        session.execute(
            insert.on_conflict_do_update(
                index_elements=[TrailDay.system, TrailDay.host, TrailDay.day],
                set_={"records": TrailDay.records + insert.excluded.records},
            )
        )


def note_sequences(session: Session, system: str, seen: Sequence[pl.DataFrame]) -> None:
    """Add an import's sequence numbers (columns host, sequence) to the runs known of each host."""
    if not seen:
        return
    numbers = pl.concat(seen).with_columns(pl.col("host").cast(pl.String).fill_null(""))
    for (host,), rows in numbers.partition_by("host", as_dict=True).items():
        known = [
            (run.first, run.last)
            for run in session.scalars(select(TrailRun).where(TrailRun.system == system, TrailRun.host == host))
        ]
        runs = merge_runs([*known, *_runs(rows["sequence"].unique().sort().to_numpy())])
        session.execute(delete(TrailRun).where(TrailRun.system == system, TrailRun.host == host))
        session.add_all(TrailRun(system=system, host=str(host), first=first, last=last) for first, last in runs)


def refresh_gaps(session: Session, system: str, now: datetime) -> list[Gap]:
    """Find a system's gaps anew from what is known, and store them in place of the old ones."""
    session.flush()
    gaps = find_gaps(session, system)
    session.execute(delete(TrailGap).where(TrailGap.system == system))
    session.add_all(
        TrailGap(
            system=gap.system,
            kind=gap.kind,
            host=gap.host,
            first=gap.first,
            last=gap.last,
            missing=gap.missing,
            found_at=now,
        )
        for gap in gaps
    )
    return gaps


def find_gaps(session: Session, system: str) -> list[Gap]:
    """A system's gaps, from the days and sequence numbers that are known of it."""
    by_host: dict[str, set[date]] = {}
    for host, day in session.execute(select(TrailDay.host, TrailDay.day).where(TrailDay.system == system)):
        by_host.setdefault(host, set()).add(day)
    runs: dict[str, list[tuple[int, int]]] = {}
    for run in session.scalars(
        select(TrailRun).where(TrailRun.system == system).order_by(TrailRun.host, TrailRun.first)
    ):
        runs.setdefault(run.host, []).append((run.first, run.last))
    return [*_gaps_of_days(system, by_host), *_gaps_of_sequences(system, runs)][:MOST_GAPS]


def read_gaps(session: Session, system: str | None = None) -> list[Gap]:
    """Every gap that is known, by system and place."""
    asked = select(TrailGap).order_by(TrailGap.system, TrailGap.kind, TrailGap.host, TrailGap.id)
    asked = asked.where(TrailGap.system == system) if system is not None else asked
    return [Gap(row.system, row.kind, row.host, row.first, row.last, row.missing) for row in session.scalars(asked)]


def _days_of_rest(span: Sequence[date], there: set[date]) -> set[int]:
    resting = set()
    for weekday in range(7):
        weeks = [day for day in span if day.weekday() == weekday]
        if len(weeks) >= WEEKS_TO_KNOW and sum(day in there for day in weeks) <= RESTING_SHARE * len(weeks):
            resting.add(weekday)
    return resting


def _gaps_of_days(system: str, by_host: Mapping[str, set[date]]) -> list[Gap]:
    everything = {day for days in by_host.values() for day in days}
    whole = find_day_gaps(everything)
    gaps = [Gap(system, "days", "", str(first), str(last), missing) for first, last, missing in whole]
    if len(by_host) > 1:
        silent = {first + timedelta(days=i) for first, last, _ in whole for i in range((last - first).days + 1)}
        for host, days in sorted(by_host.items()):
            # Days on which the whole system is silent were named already.
            for first, last, missing in find_day_gaps(days | silent, until=max(everything)):
                gaps.append(Gap(system, "host", host, str(first), str(last), missing))
    return gaps


def _gaps_of_sequences(system: str, runs: Mapping[str, Sequence[tuple[int, int]]]) -> list[Gap]:
    return [
        Gap(system, SEQUENCE, host, str(before[1] + 1), str(after[0] - 1), after[0] - before[1] - 1)
        for host, known in sorted(runs.items())
        for before, after in pairwise(known)
    ]


def _runs(numbers: np.ndarray[Any, np.dtype[np.int64]]) -> list[tuple[int, int]]:
    """Runs in sorted distinct numbers."""
    if not len(numbers):
        return []
    breaks = np.flatnonzero(np.diff(numbers) != 1)
    firsts, lasts = np.r_[0, breaks + 1], np.r_[breaks, len(numbers) - 1]
    return [(int(numbers[a]), int(numbers[b])) for a, b in zip(firsts, lasts, strict=True)]
