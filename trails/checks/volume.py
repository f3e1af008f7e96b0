"""Far more customers on one day than this person usually sees, and than others do: the one night of a data theft.

A holder's own history counts first (a supervisor who always sees much is no finding here); one without a history is
held against the others of the system.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trails.checks.interface import CheckExample, CheckRow, Suspicion, TrailCheck

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trails.checks.interface import Look

KNOWN_DAYS = 10
"""Days at work before a holder's own history says what is usual for him."""
TIMES_OWN = 5.0
TIMES_PEERS = 8.0
LEAST = 50
"""Fewer customers than that are no leak worth the name, whatever the ratio."""
WORK = tuple(CheckRow(day, who, 20, first=day * 40) for day in range(20) for who in ("op-1", "op-2", "op-3"))


class Volume(TrailCheck):
    """Volume far above peers or own history."""

    name = "volume"
    examples = (
        CheckExample((*WORK, CheckRow(20, "op-1", 400), CheckRow(20, "op-2", 30)), ("op-1",)),
        CheckExample((*WORK, CheckRow(20, "new", 400)), ("new",)),
        CheckExample((*WORK, *(CheckRow(day, "head", 300) for day in range(20)), CheckRow(20, "head", 310)), ()),
        CheckExample((*WORK, CheckRow(20, "op-1", 45)), ()),
    )

    def find(self, look: Look) -> Iterator[Suspicion]:
        """Days far above the median of one's own, or, without a history, above that of all."""
        daily = look.daily(pl.col("subject") != 0)
        own = daily.group_by("who").agg(pl.col("seen").median().alias("own"), pl.len().alias("days"))
        peers = own.filter(pl.col("days") >= KNOWN_DAYS)["own"].median()
        known = pl.col("days") >= KNOWN_DAYS
        usual = pl.when(known).then("own").otherwise(pl.lit(peers, dtype=pl.Float64))
        bound = pl.when(known).then(pl.col("own") * TIMES_OWN).otherwise(pl.lit(peers, dtype=pl.Float64) * TIMES_PEERS)
        high = daily.join(own, on="who").filter("fresh", pl.col("seen") >= LEAST, pl.col("seen") > bound)
        for row in high.with_columns(usual=usual).sort("who", "day").iter_rows(named=True):
            yield Suspicion(self.name, "operator", row["who"], row["day"], row["seen"], row["usual"])
