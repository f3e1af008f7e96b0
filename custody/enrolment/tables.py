"""The rows of tables as carriers keep them: CSV, TSV and XLSX, row by row in bounded memory."""

from __future__ import annotations

import csv
import io
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from core.encodings.vendors import lenient
from custody.enrolment.plan.workbook import read_sheet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from custody.enrolment.table_format import TableFormat

_MAX_FIELD: Final = 1 << 20
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
    csv.field_size_limit(_MAX_FIELD)
    size = max(path.stat().st_size, 1)
    with path.open("rb") as raw:
        lines = _Lines(
            io.TextIOWrapper(raw, table.encoding, errors=lenient(table.encoding), newline=""), table.delimiter
        )
        for line, cells, fault in lines.records():
            yield Row(line, min(raw.tell() / size, 1.0), cells, fault)


class _Lines:
    """Lines of a delimited text as records; one that leaves a quote open is given back alone, the next lines are read.

    Without that, one quote too many makes a cell of the rest of the file, and nobody is told.
    """

    def __init__(self, text: Iterable[str], delimiter: str) -> None:
        self._text = iter(text)
        self._delimiter = delimiter
        self._again: list[str] = []
        self._open: list[str] = []
        self._ended = False
        self._widths = (0, 0)

    def records(self) -> Iterator[tuple[int, list[str], str]]:
        """For each record the number of its first line, its cells, and its fault or an empty text."""
        line, pulled = 1, self._open
        while True:
            try:
                for cells in csv.reader(self._pull(), delimiter=self._delimiter):
                    if self._ended or (len(pulled) > 1 and not self._is_whole(cells)):
                        raise _UnclosedError  # noqa: TRY301  # as `_pull` does in the middle of a record
                    if len(pulled) == 1 and cells:
                        self._widths = (self._widths[1], len(cells))
                    yield line, cells, ""
                    line += len(pulled)
                    pulled.clear()
            except (_UnclosedError, csv.Error) as error:
                yield line, [pulled[0].strip()], UNCLOSED if isinstance(error, _UnclosedError) else TOO_LONG
                line += 1
                self._again[:0] = pulled[1:]
                pulled.clear()
                self._ended = False
            else:
                return

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
        before, last = self._widths
        if 1 < before == last != len(cells):
            return False
        try:
            return list(csv.reader(self._open, delimiter=self._delimiter, strict=True)) == [cells]
        except csv.Error:
            return False


class _UnclosedError(Exception):
    """The record at hand leaves a quote open."""
