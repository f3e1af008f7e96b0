"""Lines of ``key=value`` with nothing but a time before them, as many applications and Splunk's exports write them.

::

    time="2026-04-01 10:00:00" user=op-1 terminal=T1 action=view customer=K000001
    2026-04-01 10:00:00,123 INFO audit user=op-1 action=view customer=K000001
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trails.formats._by_line import LineReader
from trails.formats._pairs import body_columns
from trails.formats.interface import FormatExample, FormatReader, TrailFormat

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

START = (
    r"^\s*(?:(?P<timestamp>\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?)\b[^=]*?\s)?"
    r"""[\w.@-]+=(?:"[^"]*"|'[^']*'|[^\s="']*)[\s,;]+[\w.@-]+="""
)
"""Two pairs, one after the other, from the beginning or after a time and a few words."""
OWN = "@timestamp"


class Pairs(TrailFormat):
    """Bare key=value lines."""

    name = "pairs"
    examples = (
        FormatExample(
            'time="2026-04-01 10:00:00" user=op-1 action=view customer=K000001\n'
            "time='2026-04-01 10:00:01' user='op 2' action=view customer=K000002\n",
            (
                {"time": "2026-04-01 10:00:00", "user": "op-1", "action": "view", "customer": "K000001"},
                {"time": "2026-04-01 10:00:01", "user": "op 2", "action": "view", "customer": "K000002"},
            ),
        ),
        FormatExample(
            "2026-04-01 10:00:00,123 INFO audit user=op-1 customer=K000001\n",
            ({"@timestamp": "2026-04-01 10:00:00,123", "user": "op-1", "customer": "K000001"},),
        ),
    )
    defaults = {"when": (OWN,)}  # noqa: RUF012  # constant, as declared in the interface
    misses = ("Apr  1 10:00:00 crm01 crm: user=op-1 customer=K000001\n", "a=b\n", "when,user\n2026-04-01,op=1\n")

    def likeness(self, head: Sequence[str]) -> float:
        """The share of lines that begin with two pairs; less than a format with a header of its own gives."""
        pattern = re.compile(START)
        return 0.95 * sum(bool(pattern.match(line)) for line in head) / len(head) if head else 0.0

    def open(self, head: Sequence[str], columns: Sequence[str] | None = None) -> FormatReader:
        """A reader of all columns, or of some."""
        del head
        return PairsReader(columns, "no key=value pairs")


class PairsReader(LineReader):
    """Pairs into columns."""

    def fits(self, lines: pl.Series) -> pl.Series:
        """Lines that begin with pairs."""
        return lines.str.contains(START)

    def split(self, lines: pl.Series) -> dict[str, pl.Series]:
        """The time before the pairs, where there is one, and a column a key."""
        wanted = None if self.columns is None else [column for column in self.columns if column != OWN]
        before = lines.str.extract(START)
        own = {OWN: before} if before.null_count() < len(before) else {}
        return own | body_columns(lines, wanted)
