"""Many customers exported, downloaded or printed on a day by an account that has no permission to take data out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trails.checks.interface import CheckExample, CheckRow, Suspicion, TrailCheck
from trails.fields import TAKING_OUT
from trails.rules import DeclaredAccount, Rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trails.checks.interface import Look

ALLOWED = Rules(accounts={"batch": DeclaredAccount(may_export=True), "op-1": DeclaredAccount()})


class BulkExport(TrailCheck):
    """Many subjects without an export permission."""

    name = "bulk_export"
    examples = (
        CheckExample((CheckRow(1, "op-1", 150, action="export"),), ("op-1",), ALLOWED),
        CheckExample((CheckRow(1, "op-1", 0, action="export", extract="calls-2026-04"),), ("op-1",), ALLOWED),
        CheckExample(
            (
                CheckRow(1, "batch", 5000, action="export"),
                CheckRow(1, "op-1", 150),
                CheckRow(1, "op-1", 3, action="print"),
            ),
            (),
            ALLOWED,
        ),
        CheckExample((CheckRow(1, "anybody", 150, action="download"),), ("anybody",)),
    )

    def find(self, look: Look) -> Iterator[Suspicion]:
        """Days on which somebody without permission took out many, or a whole extract."""
        accounts = look.rules.accounts or {}
        allowed = [name for name, account in accounts.items() if account.may_export]
        out = look.fresh.filter(
            pl.col("action").is_in(TAKING_OUT) & ~pl.col("who").is_in(allowed) & pl.col("day").is_not_null(),
            ~pl.col("account").is_in(allowed).fill_null(value=False),
        )
        by_day = out.group_by("who", "day").agg(
            pl.col("subject").filter(pl.col("subject") != 0).n_unique().alias("seen"),
            pl.col("extract").drop_nulls().first(),
        )
        many = by_day.filter((pl.col("seen") >= look.rules.bulk) | pl.col("extract").is_not_null()).collect()
        for row in many.sort("who", "day").iter_rows(named=True):
            taken = row["extract"] or ""
            yield Suspicion(self.name, "operator", row["who"], row["day"], row["seen"], 0, taken, 30)
