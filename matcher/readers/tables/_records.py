"""Delimited text cut into records: a whole block at once where every line is one, else line by line."""

from __future__ import annotations

import csv
import re
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Final

from core.processes.patterns import later
from matcher.readers.tables._grids import batches, grid_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from matcher.readers.interface import Readable
    from matcher.readers.tables._grids import Grid, Record

MOST_LINES_IN_CELL: Final = 20  # an address, a note
RULE: Final = later(r"[-+=|:│├┼┤─┌┬┐└┴┘\s]{3,}+")  # between the rows of tables drawn with characters
_SPACES: Final = " \t\n\r\v\f\u3000\u00a0"
_RULE_BEGINS: Final = frozenset("-+=|├┌└─")
_RULED: Final = later(r"^[-+=|├┌└─][-+=|:│├┼┤─┌┬┐└┴┘ \t]{2,}+$", re.MULTILINE)


class RecordBatch:
    """Numbered records of a text that are not blank.

    An opening quote without its end would swallow the rest of the file, so where quotes stand open it goes on to the
    next line only while the record is not longer than a sane cell (see `_settle`).
    """

    def __init__(self, blocks: Iterable[str], source: Readable, delimiter: str, width: int, first: int = 1) -> None:
        """Records of blocks of whole lines.

        Args:
            blocks: The text.
            source: Whose bounds are kept.
            delimiter: Between the cells.
            width: How many cells most lines have.
            first: The number of the first line.
        """
        self._blocks = blocks
        self._source = source
        self._delimiter = delimiter
        self._width = width
        self._most = source.limits.columns
        self._number = first - 1
        self._pending: list[str] = []

    def __iter__(self) -> Iterator[Record]:
        return chain.from_iterable(self._runs())

    def batches(self, size: int) -> Iterator[Grid | list[Record]]:
        """All records in stretches of ``size``, the last one shorter; as grids where they are."""
        return batches(self._runs(), size)

    def _runs(self) -> Iterator[Grid | list[Record]]:
        for block in self._blocks:
            lines = self._lines(block)
            found = None if self._pending else self._whole(lines, block)
            if found is None:
                yield list(self._by_line(lines))
            else:
                yield found
                self._number += len(lines)
        yield list(self._settle(is_open=True))

    def _lines(self, block: str) -> list[str]:
        """The block's lines without their ends; one that is too long comes in pieces."""
        longest = self._source.limits.line_chars
        lines = block.removesuffix("\n").split("\n")
        if len(block) <= longest or max(map(len, lines)) <= longest:
            return lines
        self._source.note(f"a line of more than {longest} characters was read in pieces", harmless=True)
        return [line[at : at + longest] for line in lines for at in range(0, max(len(line), 1), longest)]

    def _whole(self, lines: Sequence[str], block: str) -> Grid | list[Record] | None:
        """A record a line, all of them at once; None where only looking at each line can tell."""
        delimiter, first = self._delimiter, self._number + 1
        if not _RULE_BEGINS.isdisjoint({line[:1] for line in lines}) and _RULED.search(block):
            return None
        if not has_quoted(block, delimiter):
            grid = grid_of(block.removesuffix("\n"), len(lines), delimiter, first)
            if grid is not None and len(grid.columns) <= self._most:
                return grid
            rows = [line.split(delimiter) for line in lines]
        elif "\r" not in block and _is_plain(block, delimiter) and not _stands_open(lines[-1], delimiter):
            try:
                rows = list(csv.reader(lines, delimiter=delimiter, skipinitialspace=True))
            except csv.Error:
                return None
        else:
            return None
        if len(rows) != len(lines) or max(map(len, rows)) > self._most:
            return None
        return _not_blank(list(enumerate(rows, first)))

    def _by_line(self, lines: Sequence[str]) -> Iterator[Record]:
        for line in lines:
            self._number += 1
            if RULE.fullmatch(line) and _RULED.match(line):
                continue
            if not self._pending and not has_quoted(line, self._delimiter):
                found: Iterable[Record] = self._kept([(self._number, line.split(self._delimiter))])
            else:
                self._pending.append(line)
                is_open = _stands_open("\n".join(self._pending), self._delimiter)
                if is_open and len(self._pending) <= MOST_LINES_IN_CELL:
                    continue
                found = self._settle(is_open=is_open)
            yield from found

    def _settle(self, *, is_open: bool) -> Iterable[Record]:
        """Records of lines that a quote holds together: one, unless it never ends or each line is a row by itself."""
        lines, self._pending = self._pending, []
        first, delimiter = self._number - len(lines) + 1, self._delimiter
        if len(lines) == 1 and not is_open:
            return self._kept([(first, split_quoted(lines[0], delimiter))])
        apart = [[cell.strip('" ') for cell in line.split(delimiter)] for line in lines]
        if is_open or sum(len(cells) == self._width for cells in apart) > len(lines) // 2:
            return self._kept([(first + n, cells) for n, cells in enumerate(apart)])
        return self._kept([(first, split_quoted("\n".join(lines), delimiter))] if lines else [])

    def _kept(self, records: list[Record]) -> Iterator[Record]:
        """Those that are not blank, within the bound on columns."""
        for place, cells in records:
            if len(cells) > self._most:
                self._source.note(f"a row of more than {self._most} columns was cut")
                del cells[self._most :]
            if any(map(str.strip, cells)):
                yield place, cells


def _not_blank(records: list[Record]) -> list[Record]:
    """The records in which something stands; most begin with something, which is seen at once."""
    firsts = [cells[0] if cells else "" for _, cells in records]
    if all(firsts) and not any(map(str.isspace, firsts)):
        return records
    return [record for record in records if any(map(str.strip, record[1]))]


def has_quoted(text: str, delimiter: str) -> bool:
    """Whether a cell begins with a quote; quotes elsewhere are characters like any other."""
    if '"' not in text:
        return False
    if text.startswith('"') or f'{delimiter}"' in text or '\n"' in text:
        return True
    spaced = any(f"{sign}{space}" in text for sign in (delimiter, "\n") for space in _SPACES)
    return text.lstrip().startswith('"') or (spaced and _opening(delimiter).search(text) is not None)


@cache
def _opening(delimiter: str) -> re.Pattern[str]:
    return re.compile(rf'[\n{re.escape(delimiter)}]\s*"')


def _is_plain(block: str, delimiter: str) -> bool:
    """Whether the whole block is read as its lines are: nothing in it that is read another way beside quotes."""
    spaced = f"{delimiter} " in block or "\n " in block or block.startswith(" ")
    return not spaced


def _stands_open(line: str, delimiter: str) -> bool:
    """Whether a quoted cell goes on in the next line."""
    if len(delimiter) > 1:
        return False
    try:
        list(csv.reader([line], delimiter=delimiter, skipinitialspace=True, strict=True))
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False


def split_quoted(line: str, delimiter: str) -> list[str]:
    """The cells of one record that may hold quotes."""
    if len(delimiter) > 1:
        return line.split(delimiter)
    try:
        plain = line.replace("\n", " ").replace("\r", " ")
        return next(csv.reader([plain], delimiter=delimiter, skipinitialspace=True), [])
    except csv.Error:
        return line.split(delimiter)
