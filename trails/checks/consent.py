"""Access by the people of a processor to whom the work was passed on without the carrier's consent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trails.checks.interface import CheckExample, CheckRow, Suspicion, TrailCheck
from trails.rules import Rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trails.checks.interface import Look

RULES = Rules(without_consent=frozenset({"Sub Ltd"}))


class Consent(TrailCheck):
    """A processor without consent on its edge of the custody register."""

    name = "consent"
    examples = (
        CheckExample(
            (CheckRow(1, "op-1", processor="Sub Ltd"), CheckRow(2, "op-2", processor="Sub Ltd")), ("Sub Ltd",), RULES
        ),
        CheckExample((CheckRow(1, "op-1", processor="Main Ltd"), CheckRow(1, "op-2")), (), RULES),
    )

    def find(self, look: Look) -> Iterator[Suspicion]:
        """The first day of each such processor, and how many customers it saw since."""
        unasked = look.fresh.filter(pl.col("processor").is_in(sorted(look.rules.without_consent)))
        found = unasked.group_by("processor").agg(pl.col("day").min(), pl.col("subject").n_unique()).collect()
        for row in found.drop_nulls().sort("processor").iter_rows(named=True):
            yield Suspicion(self.name, "processor", row["processor"], row["day"], row["subject"], period_days=30)
