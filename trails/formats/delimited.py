"""CSV and TSV (RFC 4180 with any of , ; tab |), with or without a header line.

::

    日時,作業者ID,端末,操作,お客様番号
    2026/04/01 10:00:00,op-1,T1,照会,K000001
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from typing import TYPE_CHECKING

import polars as pl

from trails.fields import HEADERS, normal_header
from trails.formats.interface import ApartReader, Dropped, FormatExample, FormatReader, Parsed, TrailFormat
from trails.mapping.headers import columns_by_field

if TYPE_CHECKING:
    from collections.abc import Sequence

DELIMITERS = ",\t;|"
LONGEST_RECORD_LINES = 100
"""A quoted field that runs over more lines than that is a stray quotation mark."""
MOST_TITLES = 10
"""Lines above a table's header: a title, the period, who printed it."""
SPACES = (
    "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
)
SPACES += "\u2028\u2029\u202f\u205f\u3000"
"""What a line may consist of and be empty, as `str.strip` has it."""
KNOWN_WORDS = frozenset(word for words in HEADERS.values() for word in words)
_HAS_DIGITS = re.compile(r"[0-9０-９]{2}")


class Delimited(TrailFormat):
    """CSV, TSV and their cousins."""

    name = "csv"
    examples = (
        FormatExample(
            "日時,作業者ID,端末,操作,お客様番号\n2026/04/01 10:00:00,op-1,T1,照会,K000001\n",
            (
                {
                    "日時": "2026/04/01 10:00:00",
                    "作業者ID": "op-1",
                    "端末": "T1",
                    "操作": "照会",
                    "お客様番号": "K000001",
                },
            ),
        ),
        FormatExample(
            'time\tuser\tcustomers\n2026-04-01T10:00:00Z\top-2\t"K000001\tK000002"\n',
            ({"time": "2026-04-01T10:00:00Z", "user": "op-2", "customers": "K000001\tK000002"},),
        ),
        FormatExample(
            "2026/04/01 10:00:00;op-1;K000001\n2026/04/01 10:00:05;op-1;K000002\n",
            (
                {"column_1": "2026/04/01 10:00:00", "column_2": "op-1", "column_3": "K000001"},
                {"column_1": "2026/04/01 10:00:05", "column_2": "op-1", "column_3": "K000002"},
            ),
        ),
    )
    misses = ("just a sentence\nand another one\n", '{"time": "2026-04-01", "user": "op-1"}\n')

    def likeness(self, head: Sequence[str]) -> float:
        """The share of the first lines that are as wide as the first one; less than a stricter format gives."""
        if not head or head[0].lstrip().startswith(("{", "[", "<", "#")) or "CEF:" in head[0] or "LEEF:" in head[0]:
            return 0.0
        delimiter = _delimiter(head)
        if delimiter is None:
            return 0.0
        widths = [len(row) for row in _rows(head, delimiter)]
        wanted = widths[_first_row(widths)]
        return 0.9 * widths.count(wanted) / len(widths) if wanted > 1 else 0.0

    def open(self, head: Sequence[str], columns: Sequence[str] | None = None) -> FormatReader:
        """A reader that knows the delimiter and the columns."""
        del columns
        delimiter = _delimiter(head) or ","
        rows = _rows(head, delimiter) if head else [[""]]
        at = _first_row([len(row) for row in rows])
        width = max(len(rows[at]), 1)
        # A header may name fewer columns than there are: event viewers leave the last one without.
        above = rows[at - 1] if at and len(rows[at - 1]) > 1 and _is_header(rows[at - 1]) else None
        header = above or (rows[at] if _is_header(rows[at]) else None)
        names = [cell.strip() for cell in header or ()] + [""] * width
        line = next((line for line in head if _cells(line, delimiter) == header), None)
        return DelimitedLogReader(delimiter, _unique(names[:width]), line)


class DelimitedLogReader(ApartReader):
    """Rows into columns; a line with quotation marks goes the slow way, all others in one go."""

    def __init__(self, delimiter: str, names: list[str], header: str | None) -> None:
        self._delimiter = delimiter
        self._names = names
        self._header = header
        self._kept: list[str] = []

    def read(self, lines: Sequence[str], first: int, *, last: bool) -> Parsed:
        """The rows of ``lines``; one with another number of cells than the header is dropped."""
        lines = [*self._kept, *lines]
        first -= len(self._kept)
        self._kept = []
        numbers, records = self._whole_records(lines, first, last=last)
        return self._parsed(pl.Series(records, dtype=pl.String), numbers)

    def stands_apart(self, data: bytes) -> bool:
        """Without a quotation mark every line is a row of its own, unless one goes on from before."""
        return not self._kept and b'"' not in data

    def read_apart(self, lines: pl.Series, first: int) -> Parsed:
        """The rows of ``lines``, which hold no quotation mark."""
        there = lines.str.strip_chars(SPACES) != ""
        there = there if self._header is None else there & (lines != self._header)
        if there.all():
            return self._parsed(lines, range(first, first + len(lines)))
        return self._parsed(lines.filter(there), (there.arg_true().cast(pl.Int64) + first).to_list())

    def _parsed(self, plain: pl.Series, numbers: Sequence[int]) -> Parsed:
        """Records, one a text, as columns; each with the number of its line."""
        wanted = len(self._names)
        if not plain.str.contains('"', literal=True).any() and (frame := self._even(plain)) is not None:
            return Parsed(frame, numbers, plain)
        delimiters = plain.str.count_matches(self._delimiter, literal=True) + 1
        fits = (delimiters == wanted) & ~plain.str.contains('"', literal=True)
        records = plain.to_list()
        dropped: list[Dropped] = []
        kept: list[int] = []
        quoted: dict[int, list[str]] = {}
        for i, good in enumerate(fits.to_list()):
            if good:
                kept.append(i)
                continue
            row = _trimmed(_cells(records[i], self._delimiter), wanted)
            if len(row) == wanted:
                kept.append(i)
                quoted[len(kept) - 1] = row
            else:
                dropped.append(Dropped(numbers[i], f"{len(row)} columns where {wanted} were expected"))
        plain = plain.gather(kept)
        return Parsed(self._frame(plain, quoted), [numbers[i] for i in kept], plain, dropped)

    def _whole_records(self, lines: Sequence[str], first: int, *, last: bool) -> tuple[list[int], list[str]]:
        """Lines put together where a quoted field runs over several; without the header and empty lines."""
        if not any('"' in line for line in lines):
            numbers = [n for n, line in enumerate(lines, first) if line != self._header and line.strip()]
            kept = lines if len(numbers) == len(lines) else [lines[n - first] for n in numbers]
            return numbers, list(kept)
        numbers, records = [], []
        at = 0
        while at < len(lines):
            line, used = lines[at], 1
            if '"' in line:
                whole, used = self._put_together(lines, at)
                if not used and not last:
                    self._kept = list(lines[at:])
                    break
                line, used = (whole, used) if used else (line, 1)
            if line.strip() and line != self._header:
                numbers.append(first + at)
                records.append(line)
            at += used
        return numbers, records

    def _put_together(self, lines: Sequence[str], at: int) -> tuple[str, int]:
        """The record that begins on a line, and how many lines it takes; 0 when they end before it does.

        A stray quotation mark must not swallow what follows: lines belong together only if they give a whole row.
        """
        marks = 0
        for used in range(1, LONGEST_RECORD_LINES + 1):
            if at + used > len(lines):
                return "", 0
            marks += lines[at + used - 1].count('"')
            if marks % 2 == 0:
                whole = "\n".join(lines[at : at + used])
                fits = used == 1 or len(_trimmed(_cells(whole, self._delimiter), len(self._names))) == len(self._names)
                return (whole, used) if fits else (lines[at], 1)
        return lines[at], 1

    def _even(self, records: pl.Series) -> pl.DataFrame | None:
        """The columns of records without quotation marks, if all have as many cells as there are columns."""
        wanted = len(self._names)
        split = records.str.split_exact(self._delimiter, wanted).struct.unnest()
        last, beyond = split.to_series(wanted - 1), split.to_series(wanted)
        if last.null_count() or beyond.null_count() < len(records):
            return None
        split = split[:, :wanted]
        split.columns = self._names
        return split

    def _frame(self, records: pl.Series, quoted: dict[int, list[str]]) -> pl.DataFrame:
        wanted, at = len(self._names), list(quoted)
        texts = records.clone().scatter(at, self._delimiter * (wanted - 1)) if quoted else records
        split = texts.str.split_exact(self._delimiter, wanted - 1).struct.unnest()
        split.columns = self._names
        if not quoted:
            return split
        return split.with_columns(
            split[name].scatter(at, [quoted[i][column] for i in at]) for column, name in enumerate(self._names)
        )


def _rows(head: Sequence[str], delimiter: str) -> list[list[str]]:
    """The first lines' rows: put together where quoted fields run over lines, if that makes them more alike."""
    lines = [_cells(line, delimiter) for line in head]
    try:
        whole = [row for row in csv.reader([f"{line}\n" for line in head], delimiter=delimiter) if row]
    except csv.Error:
        return lines
    if len(whole) > 1 and len(whole[-1]) != len(whole[-2]) and any("\n" in cell for cell in whole[-1]):
        whole.pop()  # the head ends within it
    return whole if whole and _likeness(whole) > _likeness(lines) else lines


def _likeness(rows: Sequence[Sequence[str]]) -> float:
    """The share of rows that are as wide as most are, if that is wide at all."""
    ((width, count),) = Counter(map(len, rows)).most_common(1)
    return count / len(rows) if width > 1 else 0.0


def _delimiter(head: Sequence[str]) -> str | None:
    """The one that cuts most of the first lines into the same number of cells, and many; None if none does."""
    usual = {d: Counter(map(len, _rows(head[:50], d))).most_common(1) for d in DELIMITERS if head}
    good = {d: (count, width) for d, ((width, count),) in usual.items() if width > 1}
    most = max((count for count, _ in good.values()), default=0)
    if good:
        return max(good, key=lambda d: (good[d][0] >= most / 2, good[d][1]))
    best = max(DELIMITERS, key=lambda d: _width(head[0], d)) if head else ","
    return best if head and _width(head[0], best) > 1 else None


def _first_row(widths: Sequence[int]) -> int:
    """Where the table begins: titles above it are not as wide as most lines are."""
    if not widths or (usual := Counter(widths).most_common(1)[0][0]) <= 1:
        return 0
    at = widths.index(usual)
    return at if at <= MOST_TITLES and max(widths[:at], default=1) < usual else 0


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:  # a lone carriage return, or a cell beyond all bounds
        return [line]


def _width(line: str, delimiter: str) -> int:
    return len(_cells(line, delimiter))


def _trimmed(row: list[str], wanted: int) -> list[str]:
    """A row without the empty cells that stand beyond its last column."""
    while len(row) > wanted and not row[-1].strip():
        row = row[:-1]
    return row


def _is_header(cells: Sequence[str]) -> bool:
    """Whether a first line names columns: it has a word we know, or nothing that looks like a value."""
    if any(normal_header(cell) in KNOWN_WORDS for cell in cells) or len(columns_by_field(cells)) > 1:
        return True
    return not any(_HAS_DIGITS.search(cell) for cell in cells)


def _unique(names: list[str]) -> list[str]:
    seen: Counter[str] = Counter()
    unique: list[str] = []
    for i, name in enumerate(names):
        name = name or f"column_{i + 1}"  # noqa: PLW2901  # the rest of the loop wants a name
        seen[name] += 1
        unique.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return unique
