"""The W3C's extended log file format, as IIS and proxies write it; its times are in UTC.

::

    #Version: 1.0
    #Fields: date time c-ip cs-username cs-method cs-uri-stem cs-uri-query sc-status
    2026-04-01 01:00:00 10.0.0.5 op-1 GET /customer customer=K000001 200
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from trails.formats.interface import Dropped, FormatExample, FormatReader, Parsed, TrailFormat

if TYPE_CHECKING:
    from collections.abc import Sequence

FIELDS = "#Fields:"
WORD = re.compile(r'"(?:[^"]|"")*"|\S+')


class W3CExtended(TrailFormat):
    """W3C extended."""

    name = "w3c"
    zone = "UTC"
    examples = (
        FormatExample(
            "#Version: 1.0\n#Fields: date time cs-username cs-uri-query sc-status\n"
            "2026-04-01 01:00:00 op-1 customer=K000001 200\n"
            '#Fields: date time cs-username\n2026-04-01 01:00:01 "op 2"\n',
            (
                {
                    "date": "2026-04-01",
                    "time": "01:00:00",
                    "cs-username": "op-1",
                    "cs-uri-query": "customer=K000001",
                    "sc-status": "200",
                },
                {"date": "2026-04-01", "time": "01:00:01", "cs-username": "op 2"},
            ),
        ),
    )
    misses = ("2026-04-01 01:00:00 op-1\n", "# a comment\nand a line\n")
    defaults = {"when": ("date", "time")}  # noqa: RUF012  # constant, as declared in the interface

    def likeness(self, head: Sequence[str]) -> float:
        """Certain as soon as a directive names the fields."""
        return 1.0 if any(line.startswith(FIELDS) for line in head) else 0.0

    def open(self, head: Sequence[str], columns: Sequence[str] | None = None) -> FormatReader:
        """A reader that follows the directives."""
        del head, columns
        return W3CReader()


class W3CReader(FormatReader):
    """Lines into the fields that the last directive named."""

    def __init__(self) -> None:
        self._fields: list[str] = []

    def read(self, lines: Sequence[str], first: int, *, last: bool) -> Parsed:
        """The records in ``lines``; other directives than ``#Fields:`` say nothing about records."""
        del last
        frames: list[pl.DataFrame] = []
        numbers: list[int] = []
        raw: list[str] = []
        dropped: list[Dropped] = []
        rows: list[list[str]] = []
        for number, line in enumerate(lines, first):
            if line.startswith("#"):
                if line.startswith(FIELDS):
                    frames.append(_frame(self._fields, rows))
                    rows, self._fields = [], line[len(FIELDS) :].split()
                continue
            cells = line.split() if '"' not in line else [cell.strip('"') for cell in WORD.findall(line)]
            if not cells:
                continue
            if len(cells) != len(self._fields):
                dropped.append(Dropped(number, f"{len(cells)} columns where {len(self._fields)} were expected"))
                continue
            rows.append(cells)
            numbers.append(number)
            raw.append(line)
        frames.append(_frame(self._fields, rows))
        return Parsed(pl.concat(frames, how="diagonal"), numbers, pl.Series(raw, dtype=pl.String), dropped)


def _frame(fields: list[str], rows: list[list[str]]) -> pl.DataFrame:
    columns = zip(*rows, strict=True) if rows else [()] * len(fields)
    return pl.DataFrame(
        {name: pl.Series(name, values, dtype=pl.String) for name, values in zip(fields, columns, strict=True)}
    )
