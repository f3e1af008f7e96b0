"""What a regular check of the trails has to do, and what it looks at.

A check is one file of this folder: a `TrailCheck` with a name, the reason why the regulator or common sense asks for
it (texts: ``[check]``), examples that run as its contract test, and one method. It sees the records of one system and
gives suspicions; what they mean is for people to say. What it needs of custody comes in as `Rules`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import polars as pl

from trails.rules import Rules

if TYPE_CHECKING:
    from collections.abc import Iterator

COLUMNS = {
    "day": pl.Int32, "hour": pl.Int8, "who": pl.String, "account": pl.String, "terminal": pl.String,
    "processor": pl.String, "action": pl.String, "extract": pl.String, "subject": pl.UInt64, "fresh": pl.Boolean,
}  # fmt: skip
"""Of each record: day since 1970 and hour where the system stands; ``who`` is its operator, or else its account."""


@dataclass(frozen=True)
class Look:
    """The records of one system: those not checked before are ``fresh``, the others are what they are held against."""

    system: str
    records: pl.LazyFrame
    rules: Rules

    @property
    def fresh(self) -> pl.LazyFrame:
        """Only the records that were not checked before."""
        return self.records.filter("fresh")

    def daily(self, *wanted: pl.Expr) -> pl.DataFrame:
        """For each holder and day, in both: distinct customers as ``seen``, and whether it is ``fresh``."""
        rows = self.records.filter(pl.col("who").is_not_null() & pl.col("day").is_not_null(), *wanted)
        daily = rows.group_by("who", "day").agg(pl.col("subject").n_unique().alias("seen"), pl.col("fresh").any())
        return daily.collect(engine="streaming").sort("who", "day")


@dataclass(frozen=True, slots=True)
class Suspicion:
    """One thing that wants an explanation: who, when, how much, and how much would have been usual.

    Within ``period_days`` the same check names the same holder once; with 0, once for each ``detail`` ever.
    """

    check: str
    kind: str
    name: str
    day: int
    measured: float = 0.0
    usual: float = 0.0
    detail: str = ""
    period_days: int = 1

    def key(self, system: str) -> str:
        """Equal for what is the same suspicion, however often records are looked at."""
        place = str(self.day // self.period_days) if self.period_days else self.detail
        return f"{self.check}\n{system}\n{self.kind}\n{self.name}\n{place}"


@dataclass(frozen=True, slots=True)
class CheckRow:
    """Records of an example: so many customers touched by somebody in one hour of a day."""

    day: int
    who: str
    subjects: int = 1
    hour: int = 10
    terminal: str = "T1"
    account: str | None = None
    processor: str | None = None
    action: str = "view"
    extract: str | None = None
    fresh: bool = True
    first: int = 1
    """The number of the first of its customers."""


@dataclass(frozen=True)
class CheckExample:
    """Records, and whom the check names for them; run as a test."""

    rows: tuple[CheckRow, ...]
    names: tuple[str, ...]
    rules: Rules = field(default_factory=Rules)

    def look(self) -> Look:
        """The example as a check sees it."""
        records = [
            (
                row.day, row.hour, row.who, row.account, row.terminal, row.processor, row.action, row.extract,
                row.first + i, row.fresh,
            )
            for row in self.rows
            for i in range(max(row.subjects, 1))
        ]  # fmt: skip
        return Look("crm", pl.DataFrame(records, schema=COLUMNS, orient="row").lazy(), self.rules)


class TrailCheck(ABC):
    """One thing to look for in new records."""

    name: ClassVar[str]
    examples: ClassVar[tuple[CheckExample, ...]]

    @abstractmethod
    def find(self, look: Look) -> Iterator[Suspicion]:
        """What wants an explanation; each suspicion once, however often the same records are looked at."""
