"""The common log format of NCSA's server and its successors, with or without what the combined one adds.

::

    10.0.0.1 - op-1 [01/Apr/2026:10:00:00 +0900] "GET /crm/customer?id=K000001 HTTP/1.1" 200 123 "-" "Mozilla/5.0"
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trails.formats._by_line import LineReader
from trails.formats.interface import FormatExample, FormatReader, TrailFormat

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

HEADER = (
    r"^(?P<address>\S+) \S+ (?P<user>\S+|[^\[]*?) \[(?P<time>[^\]]+)\] "
    r'"(?P<method>[A-Z]+) (?P<target>\S+)[^"]*" (?P<status>\d{3}) (?P<size>\d+|-)'
)
OWN = ("address", "user", "time", "method", "target", "status")


class Ncsa(TrailFormat):
    """Common and combined log format."""

    name = "ncsa"
    examples = (
        FormatExample(
            '10.0.0.1 - op-1 [01/Apr/2026:10:00:00 +0900] "GET /customer?id=K000001 HTTP/1.1" 200 123\n'
            '10.0.0.1 - - [01/Apr/2026:10:00:01 +0900] "GET / HTTP/1.1" 401 - "-" "Mozilla/5.0"\n',
            (
                {
                    "address": "10.0.0.1", "user": "op-1", "time": "01/Apr/2026:10:00:00 +0900", "method": "GET",
                    "target": "/customer?id=K000001", "status": "200",
                },
                {
                    "address": "10.0.0.1", "user": "-", "time": "01/Apr/2026:10:00:01 +0900", "method": "GET",
                    "target": "/", "status": "401",
                },
            ),
        ),
    )  # fmt: skip
    misses = ("10.0.0.1 - op-1\n", '[01/Apr/2026:10:00:00 +0900] "GET / HTTP/1.1" 200\n')
    defaults = {  # noqa: RUF012  # constant, as declared in the interface
        "when": ("time",), "operator": ("user",), "address": ("address",), "action": ("method",),
        "outcome": ("status",),
    }  # fmt: skip

    def likeness(self, head: Sequence[str]) -> float:
        """The share of lines of that form."""
        pattern = re.compile(HEADER)
        return sum(bool(pattern.match(line)) for line in head) / len(head) if head else 0.0

    def open(self, head: Sequence[str], columns: Sequence[str] | None = None) -> FormatReader:
        """A reader of all columns."""
        del head
        return NcsaReader(columns, "no line of the common log format")


class NcsaReader(LineReader):
    """Host, user, time, request and status into columns."""

    def fits(self, lines: pl.Series) -> pl.Series:
        """Lines of that form."""
        return lines.str.contains(HEADER)

    def split(self, lines: pl.Series) -> dict[str, pl.Series]:
        """A column a part."""
        parts = lines.str.extract_groups(HEADER).struct.unnest()
        return {name: parts[name] for name in OWN}
