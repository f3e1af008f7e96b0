"""Labeled tab-separated values, as many Japanese web services log: ``label:value``, parted by tabs.

::

    time:2026-04-01T10:00:00+09:00<tab>user:op-1<tab>action:view<tab>customer:K000001
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trails.formats._by_line import LineReader
from trails.formats.interface import FormatExample, FormatReader, TrailFormat

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

LABEL = r"[\w.@-]+"
LINE = rf"^{LABEL}:[^\t]*(?:\t{LABEL}:[^\t]*)+\t?$"


class Ltsv(TrailFormat):
    """LTSV."""

    name = "ltsv"
    examples = (
        FormatExample(
            "time:2026-04-01T10:00:00+09:00\tuser:op-1\tcustomer:K000001\n"
            "time:2026-04-01T10:00:01+09:00\tuser:op-2\tcustomer:K000002\n",
            (
                {"time": "2026-04-01T10:00:00+09:00", "user": "op-1", "customer": "K000001"},
                {"time": "2026-04-01T10:00:01+09:00", "user": "op-2", "customer": "K000002"},
            ),
        ),
    )
    misses = ("time\tuser\n2026-04-01 10:00\top-1\n", "10:00:00\t11:00:00 a\n", "one: alone\n")

    def likeness(self, head: Sequence[str]) -> float:
        """The share of lines in which every cell has a label, if most labels are the same in all."""
        pattern = re.compile(LINE)
        if not head or not re.match(r"[^\W\d]", head[0]):
            return 0.0
        return sum(bool(pattern.match(line)) for line in head) / len(head)

    def open(self, head: Sequence[str], columns: Sequence[str] | None = None) -> FormatReader:
        """A reader of all columns, or of some."""
        labels = dict.fromkeys(cell.partition(":")[0] for line in head for cell in line.split("\t") if ":" in cell)
        return LtsvReader(columns if columns is not None else list(labels), "a cell without a label")


class LtsvReader(LineReader):
    """Labels into columns."""

    def fits(self, lines: pl.Series) -> pl.Series:
        """Lines in which every cell has a label."""
        return lines.str.contains(LINE)

    def split(self, lines: pl.Series) -> dict[str, pl.Series]:
        """A column a label; null where a line has none."""
        return {name: lines.str.extract(rf"(?:^|\t){re.escape(name)}:([^\t]*)") for name in self.columns or ()}
