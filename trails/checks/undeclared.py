"""An account that nobody declared, or whose time had run out, was used: those of people who left, of test systems."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl

from trails.checks.interface import Example, Row, Suspicion, TrailCheck
from trails.rules import Account, Rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trails.checks.interface import Look

EPOCH = date(1970, 1, 1)
DECLARED = Rules(accounts={"op-1": Account(), "left": Account(until=EPOCH + timedelta(days=5))})


class Undeclared(TrailCheck):
    """Expired or undeclared accounts."""

    name = "undeclared"
    examples = (
        Example((Row(1, "op-1"), Row(2, "ghost"), Row(3, "ghost")), ("ghost",), DECLARED),
        Example((Row(5, "left"), Row(6, "left")), ("left",), DECLARED),
        Example((Row(6, "op-1", account="op-1"), Row(5, "left")), (), DECLARED),
        Example((Row(1, "anybody"),), ()),
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
