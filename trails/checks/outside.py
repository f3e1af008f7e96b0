"""Data put on storage outside or on removable media: how the largest leaks left the building."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trails.checks.interface import CheckExample, CheckRow, Suspicion, TrailCheck

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trails.checks.interface import Look

OUTSIDE = ("outside_storage", "removable_media")


class Outside(TrailCheck):
    """Outside storage or removable media."""

    name = "outside"
    examples = (
        CheckExample(
            (CheckRow(1, "op-1", action="removable_media"), CheckRow(1, "op-2", 500, action="export")), ("op-1",)
        ),
        CheckExample((CheckRow(1, "op-1", 500, action="download"),), ()),
    )

    def find(self, look: Look) -> Iterator[Suspicion]:
        """Each day on which somebody did that, and how many customers it concerned."""
        rows = look.fresh.filter(pl.col("action").is_in(OUTSIDE) & pl.col("day").is_not_null())
        found = (
            rows.with_columns(who=pl.coalesce("who", "terminal", pl.lit("")))
            .group_by("who", "day")
            .agg(pl.col("subject").filter(pl.col("subject") != 0).n_unique(), pl.col("action").min())
        )
        for row in found.collect().sort("who", "day").iter_rows(named=True):
            yield Suspicion(self.name, "operator", row["who"], row["day"], row["subject"], detail=row["action"])
