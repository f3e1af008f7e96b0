"""Over a long time far more different customers than others at the same work: the slow drip of a few every day.

No single day stands out, which is how eight years went unseen. Each month is held against the same month of others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trails.checks.interface import CheckExample, CheckRow, Suspicion, TrailCheck

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trails.checks.interface import Look

WINDOW_DAYS = 90
LEAST = 300
LEAST_PEERS = 5
TIMES_PEERS = 3.0
SPREADS = 6.0
"""Robust standard deviations (1.48 times the median distance from the median) above the median."""
ROBUST = 1.4826
PEERS = tuple(CheckRow(day, f"op-{who}", 4 + who % 3, first=1 + day * 8) for day in range(0, 90, 2) for who in range(8))
DRIP = tuple(CheckRow(day, "drip", 25, first=1 + day * 30) for day in range(90))


class Drip(TrailCheck):
    """Slow drips over long windows."""

    name = "drip"
    examples = (CheckExample((*PEERS, *DRIP), ("drip",)), CheckExample(PEERS, ()), CheckExample(DRIP, ()))

    def find(self, look: Look) -> Iterator[Suspicion]:
        """Holders whose distinct customers in a stretch of three months are far above those of their peers."""
        known = pl.col("who").is_not_null() & pl.col("day").is_not_null() & (pl.col("subject") != 0)
        window = pl.col("day") // WINDOW_DAYS
        counted = (
            look.records.filter(known)
            .group_by("who", window.alias("window"))
            .agg(pl.col("subject").n_unique().alias("seen"), pl.col("fresh").any())
        )
        for (number,), rows in (
            counted.collect(engine="streaming").sort("window", "who").group_by("window", maintain_order=True)
        ):
            yield from self._in_window(int(number), rows)

    def _in_window(self, window: int, rows: pl.DataFrame) -> Iterator[Suspicion]:
        if len(rows) <= LEAST_PEERS:
            return
        usual = float(rows["seen"].median())  # type: ignore[arg-type]
        spread = ROBUST * float((rows["seen"] - usual).abs().median())  # type: ignore[arg-type]
        bound = max(LEAST, TIMES_PEERS * usual, usual + SPREADS * spread)
        for row in rows.filter("fresh", pl.col("seen") > bound).iter_rows(named=True):
            yield Suspicion(self.name, "operator", row["who"], window * WINDOW_DAYS, row["seen"], usual)
