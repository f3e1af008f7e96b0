"""A delimited text cut where its records end, so that helpers take them apart: reading cells is work of its own.

Most lines of most files are whole records, which a look at their quotes tells. The others go through
`custody.enrolment.tables`, which knows what to do with a quote that is left open.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import deque
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from core.encodings.vendors import lenient
from custody.enrolment.tables import MAX_FIELD, Row, TextRecords

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from custody.enrolment.table_format import TableFormat

_WIDTHS_OF: Final = 2
"""Records whose widths say how wide the next one should be."""


@dataclass(frozen=True, slots=True)
class LineBlock:
    """Lines that are a record each, as they stand in the file, and the number of the first."""

    first: int
    lines: list[str]
    delimiter: str

    def rows(self) -> Iterator[Row]:
        """What `custody.enrolment.tables.read_rows` gives for these lines, but for how far into the file they are."""
        records = csv.reader(self.lines, delimiter=self.delimiter)
        return (Row(line, 0.0, cells) for line, cells in enumerate(records, self.first) if any(cells))


def cut(path: Path, table: TableFormat, size: int) -> Iterator[tuple[LineBlock | Row, float]]:
    """A text's records in order, as stretches of at most so many lines and as rows, and how far into it each reaches.

    Args:
        path: The file.
        table: How it is written; no spreadsheet.
        size: Lines of a stretch, at most.
    """
    csv.field_size_limit(MAX_FIELD)
    whole = max(path.stat().st_size, 1)
    with path.open("rb") as raw:
        text = io.TextIOWrapper(raw, table.encoding, errors=lenient(table.encoding), newline="")
        cutter = _Cutter(text, table.delimiter)
        for part in cutter.parts(size):
            yield part, min(raw.tell() / whole, 1.0)


class _Cutter:
    """Tells lines that are whole records from those that are read one by one."""

    def __init__(self, text: io.TextIOWrapper, delimiter: str) -> None:
        self._text = text
        self._delimiter = delimiter
        self._whole = _whole_record(delimiter).fullmatch
        self._ahead: deque[str] = deque()
        self._line = 1
        self._widths = (0, 0)

    def parts(self, size: int) -> Iterator[LineBlock | Row]:
        """The text's records."""
        while True:
            self._ahead.extend(itertools.islice(self._text, size - len(self._ahead)))
            if not self._ahead:
                return
            if lines := self._whole_lines():
                self._note_widths(lines)
                yield LineBlock(self._line, lines, self._delimiter)
                self._line += len(lines)
                self._ahead = deque(itertools.islice(self._ahead, len(lines), None))
            else:
                yield from self._one_by_one()

    def _whole_lines(self) -> list[str]:
        """The next lines, up to one that may be no record."""
        together = "".join(self._ahead)
        if '"' not in together and "\0" not in together and max(map(len, self._ahead)) < MAX_FIELD:
            return list(self._ahead)
        return list(itertools.takewhile(self._is_whole, self._ahead))

    def _is_whole(self, line: str) -> bool:
        return ('"' not in line or bool(self._whole(line))) and "\0" not in line and len(line) < MAX_FIELD

    def _note_widths(self, lines: list[str]) -> None:
        filled = (line for line in reversed(lines) if line.strip("\r\n"))
        for line in reversed(list(itertools.islice(filled, _WIDTHS_OF))):
            self._widths = (self._widths[1], len(next(csv.reader([line], delimiter=self._delimiter))))

    def _one_by_one(self) -> Iterator[Row]:
        """Records from here on, until one ends where a line does and nothing is to be read again."""
        records = TextRecords(self._pull(), self._delimiter, self._line, self._widths)
        for row in records.rows():
            if any(row.cells):
                yield row
            if records.is_between:
                break
        self._line, self._widths = records.line, records.widths

    def _pull(self) -> Iterator[str]:
        while self._ahead:
            yield self._ahead.popleft()
        yield from iter(self._text.readline, "")  # over the file itself it would close it with this generator


@cache
def _whole_record(delimiter: str) -> re.Pattern[str]:
    """A line that is a record: cells without quotes, or in quotes from one end to the other.

    Possessive throughout: a line that is none is told in one pass, however long it is.
    """
    sign = re.escape(delimiter)
    cell = rf'(?:"(?:[^"\r\n]|"")*+"|[^"\r\n{sign}]*+)'
    return re.compile(rf"{cell}(?:{sign}{cell})*+(?:\r\n|\r|\n)?")
