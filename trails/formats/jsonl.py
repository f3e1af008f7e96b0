"""JSON lines: one object a line; keys of nested objects are joined by a dot.

::

    {"time": "2026-04-01T10:00:00+09:00", "user": {"id": "op-1"}, "customers": ["K000001", "K000002"]}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from trails.formats._pairs import json_columns, read_object
from trails.formats.interface import Dropped, Example, FormatReader, Parsed, TrailFormat

if TYPE_CHECKING:
    from collections.abc import Sequence


class JsonLines(TrailFormat):
    """JSON lines, also as one array with an object a line."""

    name = "jsonl"
    examples = (
        Example(
            '{"time": "2026-04-01T10:00:00+09:00", "user": {"id": "op-1"}, '
            '"customers": ["K000001", "K000002"], "n": 7}\n',
            ({"time": "2026-04-01T10:00:00+09:00", "user.id": "op-1", "customers": "K000001;K000002", "n": "7"},),
        ),
        Example(
            '[\n{"日時": "2026/04/01 10:00", "担当者": "op-1"},\n]\n', ({"日時": "2026/04/01 10:00", "担当者": "op-1"},)
        ),
    )
    misses = ("time,user\n2026/04/01,op-1\n", "{not json\n{either\n")

    def likeness(self, head: Sequence[str]) -> float:
        """The share of lines that are an object."""
        rows = [line for line in map(_bare, head) if line]
        return sum(read_object(line) is not None for line in rows) / len(rows) if rows else 0.0

    def open(self, head: Sequence[str], columns: Sequence[str] | None = None) -> FormatReader:
        """A reader of all columns, or of some."""
        del head
        return JsonLinesReader(columns)


class JsonLinesReader(FormatReader):
    """Objects into columns."""

    def __init__(self, columns: Sequence[str] | None) -> None:
        self._columns = columns

    def read(self, lines: Sequence[str], first: int, *, last: bool) -> Parsed:
        """The objects in ``lines``."""
        del last
        numbers: list[int] = []
        raw: list[str] = []
        objects: list[dict[str, Any] | None] = []
        dropped: list[Dropped] = []
        for number, line in enumerate(lines, first):
            bare = _bare(line)
            if not bare:
                continue
            one = read_object(bare)
            if one is None:
                dropped.append(Dropped(number, "no JSON object"))
                continue
            numbers.append(number)
            raw.append(bare)
            objects.append(one)
        columns = json_columns(objects, self._columns)
        return Parsed(pl.DataFrame(columns) if columns else pl.DataFrame(height=len(raw)), numbers, raw, dropped)


def _bare(line: str) -> str:
    """The line without what an array puts around its objects."""
    line = line.strip().rstrip(",")
    return "" if line in {"[", "]"} else line
