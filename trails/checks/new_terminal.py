"""Somebody with a settled place of work appears on a terminal he never used before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trails.checks.interface import CheckExample, CheckRow, Suspicion, TrailCheck

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trails.checks.interface import Look

KNOWN_DAYS = 10
SETTLED_TERMINALS = 3
"""Who used more terminals than that before has no place of his own."""
WORK = tuple(CheckRow(day, "op-1", 5, terminal="T1") for day in range(12))
ROVING = tuple(CheckRow(day, "free", 5, terminal=f"T{day}") for day in range(12))


class NewTerminal(TrailCheck):
    """A terminal that this person never used before."""

    name = "new_terminal"
    examples = (
        CheckExample((*WORK, CheckRow(12, "op-1", 3, terminal="T9")), ("op-1",)),
        CheckExample((*WORK, CheckRow(12, "op-1", 3, terminal="T1")), ()),
        CheckExample((*ROVING, CheckRow(12, "free", 3, terminal="T99")), ()),
        CheckExample((CheckRow(1, "op-1", 3, terminal="T1"), CheckRow(2, "op-1", 3, terminal="T2")), ()),
    )

    def find(self, look: Look) -> Iterator[Suspicion]:
        """First days on a terminal, of holders who by then were settled elsewhere."""
        known = pl.col("who").is_not_null() & pl.col("terminal").is_not_null() & pl.col("day").is_not_null()
        used = look.records.filter(known).group_by("who", "terminal", "day").agg(pl.col("fresh").any())
        days = used.collect(engine="streaming")
        by_terminal = pl.col("day").min()
        first = days.group_by("who", "terminal").agg(by_terminal, pl.col("fresh").sort_by("day").first())
        before = first.join(
            days.select("who", pl.col("day").alias("other"), pl.col("terminal").alias("place")), on="who"
        )
        before = (
            before.filter(pl.col("other") < pl.col("day"))
            .group_by("who", "terminal", "day", "fresh")
            .agg(pl.col("other").n_unique().alias("days"), pl.col("place").n_unique().alias("places"))
        )
        new = before.filter("fresh", pl.col("days") >= KNOWN_DAYS, pl.col("places") <= SETTLED_TERMINALS)
        for row in new.sort("who", "day").iter_rows(named=True):
            yield Suspicion(self.name, "operator", row["who"], row["day"], 1, row["places"], row["terminal"], 0)
