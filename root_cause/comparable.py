"""What of a leak could be looked for in the records at all: what could not be is never denied.

A leaked customer cannot be compared without a customer number, nor can one whom a system knows by numbers of its own;
and where the records of the days are missing on which the leaked values were current, nobody is cleared by the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from trails.store.parts import scan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from fingerprints.index.generation import Index
    from trails.gaps import Gap
    from trails.store.access import Trails

FOREIGN_SHARE: Final = 0.05
"""A system of whose customers fewer are enrolled numbers them in its own way; by chance hardly one in a hundred is."""
FEW_CUSTOMERS: Final = 5
"""So few unknown customers say nothing about a system."""
ENOUGH: Final = 10
"""A denial over fewer customers than that is none: see docs/root-cause.md on ten leaked rows."""
MOST_MISSING: Final = 0.5
"""With more of the customers, or of the days that matter, out of sight, that nobody was found says nothing."""
ROWS_A_FILE: Final = 200_000
FILES_LOOKED_AT: Final = 50


@dataclass(frozen=True)
class Comparable:
    """How many of ``of`` leaked customers could be looked for, and what stood in the way.

    ``foreign`` are the systems whose records name customers by other numbers than were enrolled, or none at all;
    ``days_missing`` is the share, of the days that matter, on which no system has records.
    """

    of: int
    unnumbered: int = 0
    systems: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    days_missing: float = 0.0

    @property
    def compared(self) -> int:
        """Leaked customers who could be looked for in some system."""
        known = set(self.systems) - set(self.foreign)
        return self.of - self.unnumbered if known else 0

    @property
    def missing(self) -> int:
        """Leaked customers whom no record could show."""
        return self.of - self.compared

    @property
    def may_deny(self) -> bool:
        """Whether that nobody was found means anything."""
        if not self.systems or self.days_missing > MOST_MISSING:
            return False
        return self.missing == 0 or (self.compared >= ENOUGH and self.missing <= MOST_MISSING * self.of)

    def as_json(self) -> dict[str, Any]:
        """As the command line prints it."""
        return {
            "of": self.of, "compared": self.compared, "without_number": self.unnumbered,
            "other_numbers": list(self.foreign), "days_missing": round(self.days_missing, 4),
        }  # fmt: skip


def foreign_systems(trails: Trails, index: Index) -> tuple[str, ...]:
    """Systems whose records name customers by numbers that were not enrolled, or name none."""
    return tuple(system for system, paths in trails.paths.items() if _is_foreign(paths, index))


def _is_foreign(paths: Sequence[Path], index: Index) -> bool:
    """Whether hardly any customer whom the records name is enrolled; over a spread of files, if there are many."""
    some = paths[:: max(1, len(paths) // FILES_LOOKED_AT)]
    parts = [scan([path]).select("subject", "extract").head(ROWS_A_FILE) for path in some]
    rows = pl.concat(parts).filter((pl.col("subject") != 0) | pl.col("extract").is_not_null())
    if (seen := rows.collect()).is_empty():
        return True
    digests = seen["subject"].filter(seen["subject"] != 0).unique().to_numpy()
    if len(digests) < FEW_CUSTOMERS:
        return False
    return bool(index.might_hold(index.current_digests(digests)).mean() < FOREIGN_SHARE)


def share_of_days_missing(
    gaps: Sequence[Gap], spans: Mapping[str, tuple[date, date]], matter: tuple[date | None, date]
) -> float:
    """The share of the days that matter on which records are missing, in the system that misses fewest.

    Args:
        gaps: What is known to be missing.
        spans: By system, the days of its first and last record.
        matter: The days on which the leaked values were current; without a beginning, those that have records.
    """
    if not spans:
        return 0.0
    shares = []
    for system, (first, last) in spans.items():
        start, end = (matter[0], matter[1]) if matter[0] else (first, min(last, matter[1]))
        days = max((end - start).days + 1, 1)
        covered = _overlap(first, last, start, end)
        holes = (gap for gap in gaps if gap.system == system and gap.kind == "days")
        gone = sum(_overlap(date.fromisoformat(gap.first), date.fromisoformat(gap.last), start, end) for gap in holes)
        shares.append(1 - max(covered - gone, 0) / days)
    return max(min(shares), 0.0)


def _overlap(first: date, last: date, start: date, end: date) -> int:
    return max(0, (min(last, end) - max(first, start)).days + 1)
