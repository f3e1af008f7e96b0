"""A planted record was opened: no real customer has it, so nobody has business with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trails.checks.interface import CheckExample, CheckRow, Suspicion, TrailCheck
from trails.rules import Rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trails.checks.interface import Look

RULES = Rules(canaries=(700, 701))


class CanaryOpened(TrailCheck):
    """Canaries that somebody opened."""

    name = "canary"
    examples = (
        CheckExample((CheckRow(1, "op-1", 10, first=695), CheckRow(1, "op-2", 10)), ("op-1",), RULES),
        CheckExample((CheckRow(1, "op-1", 500),), (), RULES),
    )

    def find(self, look: Look) -> Iterator[Suspicion]:
        """Each day on which somebody touched canaries, and how many."""
        canaries = pl.Series("canaries", list(look.rules.canaries), dtype=pl.UInt64)
        rows = look.fresh.filter(pl.col("subject").is_in(canaries.implode()) & pl.col("day").is_not_null())
        found = rows.group_by(pl.coalesce("who", "terminal", pl.lit("")).alias("who"), "day").agg(
            pl.col("subject").n_unique()
        )
        for row in found.collect().sort("who", "day").iter_rows(named=True):
            yield Suspicion(self.name, "operator", row["who"], row["day"], row["subject"])
