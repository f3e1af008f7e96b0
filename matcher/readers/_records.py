"""Delimited text cut into records: a whole block at once where every line is one, else line by line."""

from __future__ import annotations

import csv
import re
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from matcher.readers.interface import Source

MOST_LINES_IN_CELL: Final = 20  # an address, a note


class Records:
    """Numbered records of a source that are not blank.

    An opening quote without its end would swallow the rest of the file, so where quotes stand open the parser sees a
    line at a time, and goes on to the next one only while the record is not longer than a sane cell.
    """

    def __init__(self, source: Source, delimiter: str) -> None:
        self._source = source
        self._delimiter = delimiter
        self._most = source.limits.columns
        self._number = 0
        self._pending = ""
        self._joined = 0

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        return chain.from_iterable(self._blocks())

    def _blocks(self) -> Iterator[Iterable[tuple[int, list[str]]]]:
        for block in self._source.blocks():
            lines = self._lines(block)
            rows = None if self._pending else self._whole(lines, block)
            if rows is None:
                yield self._by_line(lines)
            else:
                numbered = enumerate(rows, self._number + 1)
                yield [row for row in numbered if row[1] and (row[1][0].strip() or any(map(str.strip, row[1])))]
                self._number += len(lines)
        yield self._left_open()

    def _lines(self, block: str) -> list[str]:
        """The block's lines without their ends; one that is too long comes in pieces."""
        longest = self._source.limits.line_chars
        lines = block.replace("\r\n", "\n").removesuffix("\n").split("\n")
        if len(block) <= longest or max(map(len, lines)) <= longest:
            return lines
        self._source.cuts.note(f"a line of more than {longest} characters was read in pieces")
        return [line[at : at + longest] for line in lines for at in range(0, max(len(line), 1), longest)]

    def _whole(self, lines: Sequence[str], block: str) -> Sequence[list[str]] | None:
        """A record a line, all of them at once; None where only looking at each line can tell."""
        delimiter = self._delimiter
        if not has_quoted(block, delimiter):
            rows = [line.split(delimiter) for line in lines]
        elif _is_plain(block, delimiter) and not _stands_open(lines[-1], delimiter):
            try:
                rows = list(csv.reader(lines, delimiter=delimiter, skipinitialspace=True))
            except csv.Error:
                return None
        else:
            return None
        return rows if len(rows) == len(lines) and max(map(len, rows)) <= self._most else None

    def _by_line(self, lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
        delimiter, most = self._delimiter, self._most
        for raw in lines:
            self._number += 1
            line = self._pending + raw
            if not has_quoted(line, delimiter):
                cells = line.split(delimiter)
            elif self._joined < MOST_LINES_IN_CELL and _stands_open(line, delimiter):
                self._pending, self._joined = line + "\n", self._joined + 1
                continue
            else:
                cells = split_quoted(line, delimiter)
            start, self._pending, self._joined = self._number - self._joined, "", 0
            if len(cells) > most:
                self._source.cuts.note(f"a row of more than {most} columns was cut")
                cells = cells[:most]
            if any(map(str.strip, cells)):
                yield start, cells

    def _left_open(self) -> Iterator[tuple[int, list[str]]]:
        """The lines after a quote that never closed, each for itself."""
        for offset, line in enumerate(self._pending.split("\n")):
            if line.strip():
                yield self._number - self._joined + 1 + offset, line.split(self._delimiter)[: self._most]


def has_quoted(text: str, delimiter: str) -> bool:
    """Whether a cell begins with a quote; quotes elsewhere are characters like any other."""
    return '"' in text and (text.lstrip().startswith('"') or _opening(delimiter).search(text) is not None)


@cache
def _opening(delimiter: str) -> re.Pattern[str]:
    return re.compile(rf'[\n{re.escape(delimiter)}]\s*"')


def _is_plain(block: str, delimiter: str) -> bool:
    """Whether the whole block is read as its lines are: nothing in it that is read another way beside quotes."""
    spaced = f"{delimiter} " in block or "\n " in block or block.startswith(" ")
    return not (spaced or "\0" in block or "\r" in block.replace("\r\n", ""))


def _stands_open(line: str, delimiter: str) -> bool:
    """Whether a quoted cell goes on in the next line."""
    try:
        list(csv.reader([line], delimiter=delimiter, skipinitialspace=True, strict=True))
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False


def split_quoted(line: str, delimiter: str) -> list[str]:
    """The cells of one record that may hold quotes."""
    try:
        plain = line.replace("\0", "").replace("\n", " ").replace("\r", " ")
        return next(csv.reader([plain], delimiter=delimiter, skipinitialspace=True), [])
    except csv.Error:
        return line.split(delimiter)
