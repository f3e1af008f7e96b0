"""Records of a delimited text told apart into tables: a header may come again, another table may follow, or chatter.

Most batches are one table through and through, and are found to be so by the widths of their rows and by one cell of
each; only the others are gone through row by row.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

from core.processes.patterns import later
from matcher.readers.records.json_records import with_json_cells
from matcher.readers.tables._grids import Grid
from matcher.readers.tables._layout import BATCH_ROWS, LONGEST_HEADER, as_rows, as_table, find_header, is_header
from matcher.units.columns import kind_of_header

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from matcher.readers.interface import Passage, Readable, Rows
    from matcher.readers.tables._grids import Record
    from matcher.readers.tables._records import RecordBatch

    OfText = Callable[[str, Readable, int], Iterator[Passage]]

ANOTHER_TABLE = 3  # rows in a row of another width that make a table of their own
SAMPLE_ROWS = 200
FEWEST_NAMES, MOST_NAMES = 2, 20  # rows that are columns lying down: those of kinds we know, and all of them
DRAWN = frozenset("|│｜")  # delimiters that stand at both ends of a line as well
MOSTLY = 0.95  # of the rows of a sample have a digit in the column that shows a header by having none
_DIGIT = later(r"[0-9０-９@＠]")
_NO_DIGIT = later(r"^[^0-9０-９@＠\n]*+$", re.MULTILINE)


@dataclass(slots=True)
class _Table:
    """The table that is being read."""

    header: tuple[str, ...] = ()
    width: int = 0
    number: int = 0
    most_columns: int = 0
    rows: list[Record] = field(default_factory=list)
    is_bare: bool = False
    """A header was read, and no row below it yet: what names columns right below a header is a row."""

    def flushed(self) -> Iterator[Rows]:
        """What was taken in so far."""
        if self.rows:
            rows = as_rows(self.header, [c for _, c in self.rows], [n for n, _ in self.rows], "row", self.number)
            yield with_json_cells(rows, self.most_columns)
            self.rows, self.is_bare = [], False


def tables(records: RecordBatch, source: Readable, delimiter: str, of_text: OfText) -> Iterator[Passage]:
    """Batches of rows, each of one table; what belongs to no table is text, whose passages ``of_text`` gives."""
    table = _Table()
    begun = False
    for taken in records.batches(BATCH_ROWS):
        if begun and isinstance(taken, Grid) and delimiter not in DRAWN and _is_of(table, taken):
            rows = as_table(table.header, taken.columns, taken.places, "row", table.number)
            yield with_json_cells(rows, table.most_columns)
            table.is_bare = False
            continue
        batch = list(taken)
        if delimiter in DRAWN:
            batch = [(number, _inside(cells)) for number, cells in batch]
        if not begun:
            if turned := _turned(batch):
                yield turned
                continue
            table, batch = _begin(batch, source)
            begun = True
        for fits, group in _parts(batch, table.width):
            if fits:
                yield from _take(table, group)
            else:
                yield from table.flushed()
                yield from _elsewhere(group, source, of_text)
        yield from table.flushed()


def _turned(batch: Sequence[Record]) -> Rows | None:
    """A table that lies on its side: its first column names what stands in each row. None for any other."""
    others = min(len(cells) for _, cells in batch) - 1
    if len(batch) > MOST_NAMES or others < len(batch):
        return None
    names = [cells[0].strip() for _, cells in batch]
    if len(set(names)) < len(names) or _known(names) < FEWEST_NAMES or _known(batch[0][1]) > 1:
        return None
    rows = list(zip(*(cells[1 : others + 1] for _, cells in batch), strict=True))
    return as_rows(tuple(names), rows, [batch[0][0]] * len(rows))


def _known(names: Sequence[str]) -> int:
    """How many different kinds these name."""
    return len({kind for name in names if len(name) <= LONGEST_HEADER and (kind := kind_of_header(name.strip()))})


def _begin(batch: list[Record], source: Readable) -> tuple[_Table, list[Record]]:
    """The first table; its header is taken out, the titles above it are left in."""
    widths = Counter(len(cells) for _, cells in batch if len(cells) > 1)
    width = max(widths, key=lambda w: widths[w], default=1)
    at = find_header([cells for _, cells in batch])
    table = _Table((), width, batch[0][0], source.limits.columns)
    if at is not None and _is_near(len(batch[at][1]), width):
        table.header, table.is_bare = tuple(batch[at][1]), at == 0
        batch = batch[:at] + batch[at + 1 :]
    return table, batch


def _inside(cells: list[str]) -> list[str]:
    """A row without what stands before its first rule and behind its last one, when that is nothing."""
    return cells[1:-1] if len(cells) > 2 and not (cells[0].strip() or cells[-1].strip()) else cells  # noqa: PLR2004


def _is_near(width: int, usual: int) -> bool:
    return abs(width - usual) <= usual // 4 and (width > 1 or usual == 1)


def _fits(width: int, usual: int) -> bool:
    return max(usual - usual // 4, 1 + (usual > 1)) <= width <= usual + usual // 4


def _is_of(table: _Table, grid: Grid) -> bool:
    """Whether all of it is rows of the table, as is told by a column that has digits in every one of them."""
    if not _fits(len(grid.columns), table.width):
        return False
    for column in grid.columns:
        sample = column[:: max(1, len(column) // SAMPLE_ROWS)]
        if sum(_DIGIT.search(cell) is not None for cell in sample) >= MOSTLY * len(sample):
            return not _without_digits(column)
    return False


def _parts(batch: list[Record], usual: int) -> Iterator[tuple[bool, list[Record]]]:
    """Runs of rows that fit the table, and runs that do not; a few ragged ones fit in the middle."""
    fits = [_fits(len(cells), usual) for _, cells in batch]
    if all(fits):
        yield True, batch
        return
    for fitting, run in groupby(range(len(batch)), key=tuple(fits).__getitem__):
        rows = list(run)
        if not fitting and len(rows) < ANOTHER_TABLE and all(len(batch[i][1]) > 1 for i in rows):
            fits[rows[0] : rows[-1] + 1] = [True] * len(rows)
    for fitting, run in groupby(range(len(batch)), key=lambda i: fits[i]):
        yield fitting, [batch[i] for i in run]


def _take(table: _Table, group: Sequence[Record]) -> Iterator[Rows]:
    """Rows into the table; at another header the next table begins, and the same header again is no row."""
    last = 0
    for at in _headers(group):
        header = tuple(group[at][1])
        if table.is_bare and at == last and not table.rows and header != table.header:
            continue
        table.rows += group[last:at]
        last = at + 1
        if header != table.header:
            yield from table.flushed()
            table.header, table.number, table.is_bare = header, group[at][0], True
    table.rows += group[last:] if last else group


def _headers(group: Sequence[Record]) -> list[int]:
    """Where a row names columns: looked at closely only where a cell lacks the digits that its column has."""
    sample = [cells for _, cells in group[:: max(1, len(group) // SAMPLE_ROWS)]]
    for column in range(min(map(len, sample), default=0)):
        if sum(_DIGIT.search(cells[column]) is not None for cells in sample) >= MOSTLY * len(sample):
            likely = _without_digits([cells[column] if len(cells) > column else "0" for _, cells in group])
            break
    else:
        likely = [i for i, (_, cells) in enumerate(group) if _DIGIT.search("".join(cells)) is None]
    return [i for i in likely if i < len(group) - 1 and is_header(group[i][1])]  # the last one would name nothing


def _without_digits(cells: Sequence[str]) -> list[int]:
    """Which of a column's cells have no digits."""
    together = "\n".join(cells)
    if not _NO_DIGIT.search(together) and together.count("\n") == len(cells) - 1:
        return []
    return [i for i, cell in enumerate(cells) if _DIGIT.search(cell) is None]


def _elsewhere(group: Sequence[Record], source: Readable, of_text: OfText) -> Iterator[Passage]:
    """Rows of other widths: tables of their own where several in a row agree, else text."""
    for width, run in groupby(group, key=lambda record: len(record[1])):
        rows = list(run)
        if width > 1 and len(rows) >= ANOTHER_TABLE:
            table, rows = _begin(rows, source)
            yield from _take(table, rows)
            yield from table.flushed()
        else:
            text = "\n".join(" ".join(cells) for _, cells in rows)
            yield from of_text(text, source, rows[0][0])
