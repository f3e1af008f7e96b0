"""Free text with tables in it: posts that quote a few rows, notes between two exports.

Lines are counted through at once, as arrays: text without tables passes at hundreds of megabytes a second.
"""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING

import numpy as np

from core.processes.patterns import later
from matcher.readers.interface import Passage, Prose, Readable
from matcher.readers.records.json_records import unescape
from matcher.readers.tables._layout import DELIMITERS, best_delimiter, is_header
from matcher.readers.tables._records import RULE, RecordBatch
from matcher.readers.tables._tables import tables

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

SIGNS = ",\t;|/／"  # only what is rare in sentences; others need a whole document of them
IN_PATHS = "/"  # a delimiter here only with spaces around it
FEWEST_LINES = 3
SAMPLE_LINES = 40
_VALUE = later(r"@|\d[\d ()-]{7,14}\d|\d-[*＊xX●○…?.]|[*＊xX●○]-\d")  # what rows have, and sentences have not
_IN_VALUES = later(r"[@\d]")
"""What every one of them has."""
_BRACKETS = (("(", ")"), ("[", "]"), ("{", "}"), ("（", "）"))
_NEWLINE = ord("\n")
_BAR, _CROSS = "|", "+"
_PART, _LOW = 1 << 20, 0xFF
"""Characters that are looked at together, as many as free text has in a passage; the lower byte of a code."""
_ESCAPE = later(r"\\(?=u)")
"""Of a character; found at a third of the time that a search for both of its signs takes."""


def passages_of(text: str, source: Readable, first_line: int = 1) -> Iterator[Passage]:
    """Rows where lines in a row have as many delimiters as one another, prose in between."""
    if "\\" in text and _ESCAPE.search(text):  # one character is looked for at a tenth of the cost
        text = unescape(text)
    at, line = 0, first_line
    for start, end, number in _runs(text):
        if not _may_hold_values(text, start, end):
            continue
        lines = text[start:end].split("\n")
        delimiter, _ = best_delimiter(lines)
        if delimiter in {None, IN_PATHS} or not _holds_values(lines, delimiter):
            continue
        if text[at:start].strip():
            yield Prose(text[at:start], line)
        line = first_line + number
        width = lines[0].count(delimiter) + 1
        records = RecordBatch([text[start:end]], source, delimiter, width, line)
        yield from tables(records, source, delimiter, passages_of)
        at, line = end, line + len(lines) - 1
    if text[at:].strip():
        yield Prose(text[at:], line)


def _runs(text: str) -> Sequence[tuple[int, int, int]]:
    """Stretches of lines with equally many of one delimiter: start, end, and number of the first line."""
    signs = [sign for sign in SIGNS if sign in text]
    if not signs:
        return ()
    lines = _Lines(_codes(text), signs)
    if lines.count < FEWEST_LINES:
        return ()
    taken = bytearray(lines.count)
    kept = []
    for first, last in sorted((run for sign in signs for run in lines.runs(sign)), key=lambda run: run[0] - run[1]):
        if 1 not in taken[first : last + 1]:
            taken[first : last + 1] = bytes([1]) * (last + 1 - first)
            kept.append((first, last))
    return [(lines.start(first), lines.end(last), first) for first, last in sorted(kept)]


class _Lines:
    """The lines of a text, and how many of some signs each has.

    What is kept of a text takes five bytes a sign and eight a line, however long it is: a page may be tens of megabytes
    of nothing else.

    Attributes:
        count: How many there are, the last one with what follows the last line end.
    """

    def __init__(self, codes: NDArray[np.unsignedinteger], signs: Sequence[str]) -> None:
        wanted = [ord(sign) for sign in (*signs, *(_CROSS if _BAR in signs else ""))]
        self._parts: list[tuple[int, NDArray[np.uint8], NDArray[np.int32]]] = []
        ends, before = [], 0
        for at in range(0, codes.size, _PART):
            some = codes[at : at + _PART]
            marked = some == _NEWLINE
            for code in wanted:
                marked |= some == code
            places = np.flatnonzero(marked)
            marks = some.take(places).astype(np.uint8)  # they differ in that
            is_end = marks == _NEWLINE
            self._parts.append((before, marks, np.cumsum(is_end, dtype=np.int32)))
            ends.append(places[is_end] + at)
            before += ends[-1].size
        self._ends = np.concatenate([*ends, [codes.size]])
        self.count = self._ends.size

    def start(self, line: int) -> int:
        """Where a line begins."""
        return int(self._ends[line - 1]) + 1 if line else 0

    def end(self, line: int) -> int:
        """Where the line feed after a line stands, or the text ends."""
        return int(self._ends[line])

    def runs(self, sign: str) -> list[tuple[int, int]]:
        """First and last line of each run of lines with equally many of a sign."""
        counts = self._counts(sign)
        if sign == _BAR:  # the rules between the rows of a table drawn with characters have as many crosses
            counts = np.where(counts, counts, self._counts(_CROSS))
        breaks = np.flatnonzero(counts[1:] != counts[:-1]) + 1
        firsts = np.append(0, breaks)
        lasts = np.append(breaks, counts.size) - 1
        kept = (counts[firsts] > 0) & (lasts - firsts + 1 >= FEWEST_LINES)
        return list(zip(firsts[kept].tolist(), lasts[kept].tolist(), strict=True))

    def _counts(self, sign: str) -> NDArray[np.intp]:
        """How many of a sign each line has."""
        counts = np.zeros(self.count, np.int64)
        for first, marks, line in self._parts:
            some = np.bincount(line[marks == np.uint8(ord(sign) & _LOW)])
            counts[first : first + some.size] += some
        return counts


def _codes(text: str) -> NDArray[np.unsignedinteger]:
    if text.isascii():
        return np.frombuffer(text.encode("ascii"), np.uint8)
    codes: NDArray[np.uint16] = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), "<u2")
    if codes.size == len(text):
        return codes
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")


def _may_hold_values(text: str, start: int, end: int) -> bool:
    """Whether `_holds_values` could be true with any delimiter; which one it would be takes far longer to tell.

    Most stretches hold no value at all, and are not cut into lines.
    """
    if _IN_VALUES.search(text, start, end) and _is_valued(_sampled(text[start:end].split("\n"))):
        return True
    first, second = islice(chain(_rows(text, start, end), ("", "")), 2)
    return any(_names_columns(first, second, sign) for sign in DELIMITERS if sign in first)


def _rows(text: str, start: int, end: int) -> Iterator[str]:
    """The lines of a stretch that are no rules."""
    while start < end:
        stop = text.find("\n", start, end)
        line = text[start : stop if stop >= 0 else end]
        if not RULE.fullmatch(line):
            yield line
        start += len(line) + 1


def _holds_values(lines: Sequence[str], delimiter: str) -> bool:
    """Whether most lines have something that a person is known by, or the first one names columns."""
    rows = _sampled(lines)
    return _is_valued(rows) or _names_columns(rows[0], "".join(rows[1:2]), delimiter)


def _sampled(lines: Sequence[str]) -> list[str]:
    return [line for line in lines[:SAMPLE_LINES] if not RULE.fullmatch(line)]


def _is_valued(rows: Sequence[str]) -> bool:
    return 2 * sum(_VALUE.search(line) is not None for line in rows) >= len(rows)


def _names_columns(row: str, below: str, delimiter: str) -> bool:
    """Whether a line is a header.

    A program's calls are none, whose arguments are parted within brackets: remarks in a header have none below them.
    """
    if not is_header([cell for cell in row.split(delimiter) if cell.strip()]):
        return False
    return not (_is_cut(row, delimiter) and _is_cut(below, delimiter))


def _is_cut(row: str, delimiter: str) -> bool:
    """Whether the delimiter parts what stands in brackets, but for those around a whole row."""
    whole = row.strip().rstrip(",;")
    if (whole[:1], whole[-1:]) in _BRACKETS:
        row = whole[1:-1]
    cells = row.split(delimiter)
    return any(cell.count(opens) != cell.count(closes) for cell in cells for opens, closes in _BRACKETS)
