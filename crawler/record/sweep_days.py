"""How the sweeps of each source went, day by day: the picture of a source's health over time."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from core.clock import local
from crawler.models import Sweep

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

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
    counted: dict[tuple[str, date], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    columns = (Sweep.source, Sweep.started_at, Sweep.state, Sweep.new_documents)
    for name in sources:
        began = _first_since(session, name, since)
        rows = session.execute(select(*columns).where(Sweep.source == name, Sweep.id >= began)) if began else ()
        for source, started_at, state, new_documents in rows:
            if since <= started_at <= until:
                one = counted[source, local(started_at, zone).date()]
                one[state] += 1
                one["new"] += new_documents
    return {name: [_day(day, counted.get((name, day), {})) for day in days] for name in sources}


def _first_since(session: Session, source: str, since: datetime) -> int:
    """The first sweep of a source that began in the span; its number grows with time, which the index knows."""
    asked = select(func.min(Sweep.id)).where(Sweep.source == source, Sweep.started_at >= since)
    return session.scalar(asked) or 0


def _day(day: date, counted: dict[str, int]) -> SweepDay:
    return SweepDay(day, counted.get(DONE, 0), counted.get(PARTIAL, 0), counted.get(FAILED, 0), counted.get("new", 0))
