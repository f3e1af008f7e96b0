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

from trails.formats.interface import Dropped, Example, FormatReader, Parsed, TrailFormat

if TYPE_CHECKING:
    from collections.abc import Sequence

DELIMITERS = ",\t;|"
LONGEST_RECORD_LINES = 100
"""A quoted field that runs over more lines than that is a stray quotation mark."""
_HAS_DIGITS = re.compile(r"[0-9０-９]{2}")


class Delimited(TrailFormat):
    """CSV, TSV and their cousins."""

    name = "csv"
    examples = (
        Example(
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
        Example(
            'time\tuser\tcustomers\n2026-04-01T10:00:00Z\top-2\t"K000001\tK000002"\n',
            ({"time": "2026-04-01T10:00:00Z", "user": "op-2", "customers": "K000001\tK000002"},),
        ),
        Example(
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
        if not head or head[0].lstrip().startswith(("{", "<", "#")) or "CEF:" in head[0] or "LEEF:" in head[0]:
            return 0.0
        delimiter = _delimiter(head)
        if delimiter is None:
            return 0.0
        wanted = _width(head[0], delimiter)
        rows = list(csv.reader(head, delimiter=delimiter))
        return 0.9 * sum(len(row) == wanted for row in rows) / len(rows) if rows else 0.0

    def open(self, head: Sequence[str], columns: Sequence[str] | None = None) -> FormatReader:
        """A reader that knows the delimiter and the columns."""
        del columns
        delimiter = _delimiter(head) or ","
        first = next(csv.reader(head[:1], delimiter=delimiter), [])
        has_header = not any(_HAS_DIGITS.search(cell) for cell in first)
        names = [cell.strip() for cell in first] if has_header else [f"column_{i + 1}" for i in range(len(first))]
        return DelimitedReader(delimiter, _unique(names), head[0] if has_header else None)


class DelimitedReader(FormatReader):
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
        wanted = len(self._names)
        plain = pl.Series(records, dtype=pl.String)
        delimiters = plain.str.count_matches(self._delimiter, literal=True) + 1
        fits = ((delimiters == wanted) & ~plain.str.contains('"', literal=True)).to_list()
        dropped: list[Dropped] = []
        kept: list[int] = []
        quoted: dict[int, list[str]] = {}
        for i, good in enumerate(fits):
            if good:
                kept.append(i)
                continue
            row = next(csv.reader([records[i]], delimiter=self._delimiter), [])
            while len(row) > wanted and not row[-1].strip():
                row.pop()
            if len(row) == wanted:
                kept.append(i)
                quoted[len(kept) - 1] = row
            else:
                dropped.append(Dropped(numbers[i], f"{len(row)} columns where {wanted} were expected"))
        frame = self._frame([records[i] for i in kept], quoted)
        return Parsed(frame, [numbers[i] for i in kept], [records[i] for i in kept], dropped)

    def _whole_records(self, lines: Sequence[str], first: int, *, last: bool) -> tuple[list[int], list[str]]:
        """Lines put together where a quoted field runs over several; without the header and empty lines."""
        numbers: list[int] = []
        records: list[str] = []
        open_at = -1
        parts: list[str] = []
        for i, line in enumerate(lines):
            if not parts and '"' not in line:
                if line.strip() and line != self._header:
                    numbers.append(first + i)
                    records.append(line)
                continue
            open_at = i if not parts else open_at
            parts.append(line)
            whole = "\n".join(parts)
            if whole.count('"') % 2 == 0 or len(parts) > LONGEST_RECORD_LINES:
                if whole != self._header:
                    numbers.append(first + open_at)
                    records.append(whole)
                parts = []
        if parts and not last:
            self._kept = parts
        elif parts:
            numbers.append(first + open_at)
            records.append("\n".join(parts))
        return numbers, records

    def _frame(self, records: list[str], quoted: dict[int, list[str]]) -> pl.DataFrame:
        wanted = len(self._names)
        blank = self._delimiter * (wanted - 1)
        texts = [blank if i in quoted else record for i, record in enumerate(records)] if quoted else records
        split = pl.Series("r", texts, dtype=pl.String).str.split_exact(self._delimiter, wanted - 1).struct.unnest()
        split.columns = self._names
        if not quoted:
            return split
        at = list(quoted)
        return split.with_columns(
            split[name].scatter(at, [quoted[i][column] for i in at]) for column, name in enumerate(self._names)
        )


def _delimiter(head: Sequence[str]) -> str | None:
    counted = Counter({d: min((_width(line, d) for line in head[:20]), default=1) for d in DELIMITERS})
    best, width = counted.most_common(1)[0]
    if width > 1:
        return best
    # One ragged line among the first must not hide the delimiter of all others.
    best = max(DELIMITERS, key=lambda d: _width(head[0], d)) if head else ","
    return best if head and _width(head[0], best) > 1 else None


def _width(line: str, delimiter: str) -> int:
    return len(next(csv.reader([line], delimiter=delimiter), []))


def _unique(names: list[str]) -> list[str]:
    seen: Counter[str] = Counter()
    unique: list[str] = []
    for i, name in enumerate(names):
        name = name or f"column_{i + 1}"  # noqa: PLW2901  # the rest of the loop wants a name
        seen[name] += 1
        unique.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return unique
