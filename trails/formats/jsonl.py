"""JSON lines: one object a line; keys of nested objects are joined by a dot. Arrays of objects are read as well.

::

    {"time": "2026-04-01T10:00:00+09:00", "user": {"id": "op-1"}, "customers": ["K000001", "K000002"]}
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from trails.formats._pairs import json_columns, read_object
from trails.formats.interface import Dropped, FormatExample, FormatReader, Parsed, TrailFormat

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST_OBJECT_LINES: Final = 1000
"""An object that runs over more lines than that is a lost bracket."""
AROUND: Final = " \t\r\n,[]"
"""What an array puts around its objects."""
NO_OBJECT: Final = "no JSON object"


class JsonLines(TrailFormat):
    """JSON lines, also as an array, printed over several lines or on one."""

    name = "jsonl"
    examples = (
        FormatExample(
            '{"time": "2026-04-01T10:00:00+09:00", "user": {"id": "op-1"}, '
            '"customers": ["K000001", "K000002"], "n": 7}\n',
            ({"time": "2026-04-01T10:00:00+09:00", "user.id": "op-1", "customers": "K000001;K000002", "n": "7"},),
        ),
        FormatExample(
            '[\n{"日時": "2026/04/01 10:00", "担当者": "op-1"},\n]\n', ({"日時": "2026/04/01 10:00", "担当者": "op-1"},)
        ),
        FormatExample(
            '[\n  {\n    "user": "op-1",\n    "customers": [\n      {"id": "K000001"},\n'
            '      {"id": "K000002"}\n    ]\n  }\n]\n',
            ({"user": "op-1", "customers.id": "K000001;K000002"},),
        ),
        FormatExample('[{"user": "op-1", "n": 1}, {"user": "op-2"}]\n', ({"user": "op-1", "n": "1"}, {"user": "op-2"})),
    )
    misses = ("time,user\n2026/04/01,op-1\n", "{not json\n{either\n", "[1, 2, 3]\n")

    def likeness(self, head: Sequence[str]) -> float:
        """The share of lines that are an object; for other layouts, whether the text begins with one."""
        rows = [line for line in (line.strip().rstrip(",") for line in head) if line not in {"", "[", "]"}]
        by_line = sum(read_object(line) is not None for line in rows) / len(rows) if rows else 0.0
        return max(by_line, 0.9 if _first_object("\n".join(head)) else 0.0)

    def open(self, head: Sequence[str], columns: Sequence[str] | None = None) -> FormatReader:
        """A reader of all columns, or of some."""
        del head
        return JsonLinesReader(columns)


@dataclass
class _Rows:
    numbers: list[int] = field(default_factory=list)
    raw: list[str] = field(default_factory=list)
    objects: list[dict[str, Any] | None] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)

    def add(self, number: int, raw: str, one: dict[str, Any]) -> None:
        self.numbers.append(number)
        self.raw.append(raw)
        self.objects.append(one)


class JsonLinesReader(FormatReader):
    """Objects into columns; lines of an object that is not whole yet wait for the others."""

    def __init__(self, columns: Sequence[str] | None) -> None:
        self._columns = columns
        self._waiting: list[str] = []
        self._since = 0

    def read(self, lines: Sequence[str], first: int, *, last: bool) -> Parsed:
        """The objects in ``lines``."""
        rows = _Rows()
        for number, line in enumerate(lines, first):
            self._read_line(number, line, rows)
        if last:
            self._give_up(rows)
        columns = json_columns(rows.objects, self._columns)
        frame = pl.DataFrame(columns) if columns else pl.DataFrame(height=len(rows.raw))
        return Parsed(frame, rows.numbers, pl.Series(rows.raw, dtype=pl.String), rows.dropped)

    def _read_line(self, number: int, line: str, rows: _Rows) -> None:
        bare = line.strip(AROUND) if line.lstrip()[:1] in {"[", ","} else line.strip().rstrip(",")
        if not self._waiting or not line[:1].isspace():
            one = read_object(bare)
            if one is not None:  # a whole line of its own: what waited will never be whole
                self._give_up(rows)
                rows.add(number, bare, one)
                return
        if not self._waiting:
            if not line.strip(AROUND):
                return
            self._since = number
        self._waiting.append(line)
        if line.rstrip(AROUND)[-1:] in {"}", ""}:
            self._take_whole(rows)
        if len(self._waiting) >= LONGEST_OBJECT_LINES or (self._waiting and not _may_begin(self._waiting[0])):
            self._give_up(rows)

    def _take_whole(self, rows: _Rows) -> None:
        text = "\n".join(self._waiting).lstrip(AROUND)
        decoder = json.JSONDecoder()
        while text:
            try:
                one, end = decoder.raw_decode(text)
            except (ValueError, RecursionError):
                break
            if isinstance(one, dict):
                rows.add(self._since, text[:end], one)
            text = text[end:].lstrip(AROUND)
        self._waiting = [text] if text else []

    def _give_up(self, rows: _Rows) -> None:
        if self._waiting and any(line.strip(AROUND) for line in self._waiting):
            rows.dropped.append(Dropped(self._since, NO_OBJECT))
        self._waiting = []


def _may_begin(line: str) -> bool:
    return line.lstrip(AROUND)[:1] in {"{", ""}


def _first_object(text: str) -> bool:
    start = text.lstrip(AROUND)
    if not start.startswith("{"):
        return False
    try:
        one, _ = json.JSONDecoder().raw_decode(start)
    except (ValueError, RecursionError):
        return False
    return isinstance(one, dict) and bool(one)
