"""How the sweeps of each source went, day by day: the picture of a source's health over time."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from core.clock import local
from crawler.models import Sweep

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy.orm import Session

FAILED, PARTIAL, DONE, NEVER = "failed", "partial", "done", "never"


@dataclass(frozen=True, slots=True)
class SweepDay:
    """A day of a source: how many sweeps ended how, and how many new documents they brought."""

    day: date
    done: int = 0
    partial: int = 0
    failed: int = 0
    new_documents: int = 0

    @property
    def health(self) -> str:
        """The worst that is not an exception: failed when half of them or more did, never when there was none."""
        total = self.done + self.partial + self.failed
        if not total:
            return NEVER
        if 2 * self.failed >= total:
            return FAILED
        return PARTIAL if self.failed or self.partial else DONE


def sweep_days(
    session: Session, sources: Sequence[str], since: datetime, until: datetime, *, zone: str
) -> dict[str, list[SweepDay]]:
    """Every day of a span for each source, the first day first, days without a sweep included.

    Args:
        session: For reading.
        sources: Their names.
        since: The moment at which the first day begins, in the zone.
        until: A moment of the last day.
        zone: Where the carrier is.
    """
    first = local(since, zone).date()
    days = [first + timedelta(days=n) for n in range((local(until, zone).date() - first).days + 1)]
    starts = [datetime.combine(day, time(), ZoneInfo(zone)) for day in [*days, days[-1] + timedelta(days=1)]]
    found: dict[str, list[SweepDay]] = {name: [] for name in sources}
    sums = select(Sweep.source, Sweep.state, func.count(), func.sum(Sweep.new_documents))
    for day, (begins, ends) in zip(days, pairwise(starts), strict=True):
        counted: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        of_day = sums.where(Sweep.started_at >= begins, Sweep.started_at < ends).group_by(Sweep.source, Sweep.state)
        for source, state, sweeps, new_documents in session.execute(of_day):
            counted[source][state] += sweeps
            counted[source]["new"] += int(new_documents or 0)
        for name in sources:
            found[name].append(_day(day, counted.get(name, {})))
    return found


def _day(day: date, counted: dict[str, int]) -> SweepDay:
    return SweepDay(day, counted.get(DONE, 0), counted.get(PARTIAL, 0), counted.get(FAILED, 0), counted.get("new", 0))
