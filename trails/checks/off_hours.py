"""Customers looked at when nobody works, by somebody who does not usually work then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trails.checks.interface import CheckExample, CheckRow, Suspicion, TrailCheck

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trails.checks.interface import Look

LEAST = 5
"""Fewer customers than that are somebody who finished late."""
USUAL_SHARE = 0.1
"""Who is at work at such hours on more of his days works in shifts."""
DAYS = tuple(CheckRow(day, "op-1", 20) for day in range(30))
NIGHTS = tuple(CheckRow(day, "night", 20, hour=3) for day in range(30))


class OffHours(TrailCheck):
    """Access at unusual hours."""

    name = "off_hours"
    examples = (
        CheckExample((*DAYS, CheckRow(30, "op-1", 8, hour=2)), ("op-1",)),
        CheckExample((*NIGHTS, CheckRow(30, "night", 8, hour=2)), ()),
        CheckExample((*DAYS, CheckRow(30, "op-1", 2, hour=23)), ()),
    )

    def find(self, look: Look) -> Iterator[Suspicion]:
        """Nights with several customers, of holders who are rarely there at night."""
        rules = look.rules
        off = ~pl.col("hour").is_between(rules.work_from_hour, rules.work_until_hour - 1)
        at_night = look.daily(off, pl.col("subject") != 0)
        days = look.daily(pl.col("subject") != 0).group_by("who").agg(pl.len().alias("days"))
        nights = at_night.group_by("who").agg(pl.len().alias("nights"))
        rare = (
            at_night.join(days, on="who")
            .join(nights, on="who")
            .filter(
                "fresh", pl.col("seen") >= LEAST, pl.col("nights") <= (pl.col("days") * USUAL_SHARE).clip(lower_bound=1)
            )
        )
        for row in rare.iter_rows(named=True):
            yield Suspicion(self.name, "operator", row["who"], row["day"], row["seen"])
