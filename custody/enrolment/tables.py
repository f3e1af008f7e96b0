"""The rows of tables as carriers keep them: CSV, TSV and XLSX, row by row in bounded memory."""

from __future__ import annotations

import csv
import io
import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from core.encodings.vendors import lenient
from custody.enrolment.plan.workbook import read_sheet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from custody.enrolment.table_format import TableFormat

MAX_FIELD: Final = 1 << 20
MAX_BREAKS: Final = 10
MAX_QUOTED: Final = 8192
"""Line breaks and characters of a row in quotes: an address has a few lines; more means that a quote was left open."""
UNCLOSED: Final = "a quote is opened and not closed"
TOO_LONG: Final = "a cell is longer than a mebibyte"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: where it begins, how far into the file that is (0 to 1), its cells as text, and why it is unreadable."""

    line: int
    share: float
    cells: list[str]
    fault: str = ""


def read_rows(path: Path, table: TableFormat) -> Iterator[Row]:
    """The rows of the file, the header included; empty lines are left out."""
    rows = _read_spreadsheet(path, table) if table.is_spreadsheet else _read_text(path, table)
    return (row for row in rows if any(row.cells))


def read_sample(path: Path, table: TableFormat, count: int) -> list[Row]:
    """The first rows that can be read."""
    return list(itertools.islice((row for row in read_rows(path, table) if not row.fault), count))


def _read_spreadsheet(path: Path, table: TableFormat) -> Iterator[Row]:
    return (Row(*row) for row in read_sheet(path, table.sheet))


def _read_text(path: Path, table: TableFormat) -> Iterator[Row]:
    csv.field_size_limit(MAX_FIELD)
    size = max(path.stat().st_size, 1)
    with path.open("rb") as raw:
        text = io.TextIOWrapper(raw, table.encoding, errors=lenient(table.encoding), newline="")
        for row in TextRecords(text, table.delimiter).rows():
            yield replace(row, share=min(raw.tell() / size, 1.0))


class TextRecords:
    """Lines of a delimited text as records; one that leaves a quote open is given back alone, the next lines are read.

    Without that, one quote too many makes a cell of the rest of the file, and nobody is told.

    Args:
        text: The lines.
        delimiter: Between cells.
        line: The number of the first line.
        widths: How many cells the last two records before have.
    """

    def __init__(self, text: Iterable[str], delimiter: str, line: int = 1, widths: tuple[int, int] = (0, 0)) -> None:
        self._text = iter(text)
        self._delimiter = delimiter
        self._again: list[str] = []
        self._open: list[str] = []
        self._ended = False
        self.line = line
        self.widths = widths

    @property
    def is_between(self) -> bool:
        """Whether the next record, after a row, begins with a line that was not pulled yet."""
        return not self._again

    def rows(self) -> Iterator[Row]:
        """One row a record, empty ones too."""
        pulled = self._open
        while True:
            try:
                for cells in csv.reader(self._pull(), delimiter=self._delimiter):
                    if self._ended or (len(pulled) > 1 and not self._is_whole(cells)):
                        raise _UnclosedError  # noqa: TRY301  # as `_pull` does in the middle of a record
                    if len(pulled) == 1 and cells:
                        self.widths = (self.widths[1], len(cells))
                    yield Row(self._passed(len(pulled)), 0.0, cells)
            except (_UnclosedError, csv.Error) as error:
                fault = UNCLOSED if isinstance(error, _UnclosedError) else TOO_LONG
                spoilt = pulled[0].strip()
                self._ended = False
                yield Row(self._passed(1), 0.0, [spoilt], fault)
            else:
                return

    def _passed(self, count: int) -> int:
        """The number of the record's line, of which so many are done with; the others are read again."""
        first = self.line
        self.line += count
        self._again[:0] = self._open[count:]
        self._open.clear()
        return first

    def _pull(self) -> Iterator[str]:
        pulled = self._open
        while self._again:
            pulled.append(self._again.pop(0))
            self._check_length()
            yield pulled[-1]
        for line in self._text:
            pulled.append(line.replace("\0", ""))
            if len(pulled) > 1:
                self._check_length()
            yield pulled[-1]
        self._ended = True

    def _check_length(self) -> None:
        if len(self._open) > 1 and (len(self._open) > MAX_BREAKS + 1 or sum(map(len, self._open)) > MAX_QUOTED):
            raise _UnclosedError

    def _is_whole(self, cells: list[str]) -> bool:
        """Whether a record over several lines is one: quotes end at a delimiter, and it is as wide as those before."""
        before, last = self.widths
        if 1 < before == last != len(cells):
            return False
        try:
            return list(csv.reader(self._open, delimiter=self._delimiter, strict=True)) == [cells]
        except csv.Error:
            return False


class _UnclosedError(Exception):
    """The record at hand leaves a quote open."""
