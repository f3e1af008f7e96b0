"""An account that nobody declared, or whose time had run out, was used: those of people who left, of test systems."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl

from trails.checks.interface import CheckExample, CheckRow, Suspicion, TrailCheck
from trails.rules import DeclaredAccount, Rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trails.checks.interface import Look

EPOCH = date(1970, 1, 1)
DECLARED = Rules(accounts={"op-1": DeclaredAccount(), "left": DeclaredAccount(until=EPOCH + timedelta(days=5))})


class Undeclared(TrailCheck):
    """Expired or undeclared accounts."""

    name = "undeclared"
    examples = (
        CheckExample((CheckRow(1, "op-1"), CheckRow(2, "ghost"), CheckRow(3, "ghost")), ("ghost",), DECLARED),
        CheckExample((CheckRow(5, "left"), CheckRow(6, "left")), ("left",), DECLARED),
        CheckExample((CheckRow(6, "op-1", account="op-1"), CheckRow(5, "left")), (), DECLARED),
        CheckExample((CheckRow(1, "anybody"),), ()),
    )

    def find(self, look: Look) -> Iterator[Suspicion]:
        """The first day on which an account was used that had no leave, and how many records that was."""
        declared = look.rules.accounts
        if declared is None:
            return
        used = look.fresh.with_columns(used=pl.coalesce("account", "who")).filter(
            pl.col("used").is_not_null() & pl.col("day").is_not_null()
        )
        days = used.group_by("used", "day").len().collect(engine="streaming").sort("used", "day")
        for (name,), rows in days.group_by("used", maintain_order=True):
            account = declared.get(str(name))
            until = (account.until - EPOCH).days if account and account.until else None
            wrong = (
                rows if account is None else rows.filter(pl.col("day") > until) if until is not None else rows.clear()
            )
            if len(wrong):
                detail = "undeclared" if account is None else "expired"
                total = int(wrong["len"].sum())
                yield Suspicion(self.name, "account", str(name), wrong["day"][0], total, 0, detail, 30)
