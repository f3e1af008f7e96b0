"""Stretches of delimited text that are a grid: a record a line, as many cells in each, none of them quoted.

Most of a dump is one, and is cut into columns at once, without a list for each of its rows: half the time of reading.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, pairwise, repeat
from operator import contains
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Record: TypeAlias = "tuple[int, list[str]]"


@dataclass(frozen=True, slots=True)
class Grid:
    """Records of one width, column by column, that follow each other without a gap.

    Attributes:
        first: The number of the first one.
        columns: At least two, of one length.
    """

    first: int
    columns: Sequence[list[str]]

    def __len__(self) -> int:
        return len(self.columns[0])

    def __iter__(self) -> Iterator[Record]:
        return enumerate(map(list, zip(*self.columns, strict=True)), self.first)

    @property
    def places(self) -> range:
        """The numbers of the records."""
        return range(self.first, self.first + len(self))

    def part(self, begin: int, end: int) -> Grid:
        """Some of the records."""
        return Grid(self.first + begin, [column[begin:end] for column in self.columns])


def grid_of(text: str, rows: int, delimiter: str, first: int) -> Grid | None:
    """A text of so many lines as a grid; None when it is none, or has a row that may be blank."""
    width = text.partition("\n")[0].count(delimiter) + 1
    if width < 2:  # noqa: PLR2004  # nothing is cut
        return None
    cells = text.split(delimiter)
    if len(cells) != (width - 1) * rows + 1:
        return None
    edges = cells[width - 1 : -1 : width - 1]  # the last cell of a row and the first of the next, in one
    halves = "\n".join(edges).split("\n") if edges else []
    if len(halves) != 2 * len(edges) or not all(map(contains, edges, repeat("\n"))):
        return None
    begins, ends = [cells[0], *halves[1::2]], [*halves[::2], cells[-1]]
    if not all(begins) or any(map(str.isspace, begins)):
        return None
    return Grid(first, [begins, *(cells[column :: width - 1] for column in range(1, width - 1)), ends])


def batches(runs: Iterable[Grid | list[Record]], size: int) -> Iterator[Grid | list[Record]]:
    """All records in stretches of ``size``, the last one shorter; grids where there is nothing else in a stretch."""
    held: list[Grid | list[Record]] = []
    missing = size
    for run in runs:
        begin = 0
        while begin < len(run):
            end = min(begin + missing, len(run))
            held.append(run.part(begin, end) if isinstance(run, Grid) else run[begin:end])
            missing -= end - begin
            begin = end
            if not missing:
                yield _joined(held)
                held, missing = [], size
    if held:
        yield _joined(held)


def _joined(parts: Sequence[Grid | list[Record]]) -> Grid | list[Record]:
    if len(parts) == 1:
        return parts[0]
    grids = [part for part in parts if isinstance(part, Grid)]
    widths = {len(grid.columns) for grid in grids}
    if len(grids) == len(parts) and len(widths) == 1 and all(a.places.stop == b.first for a, b in pairwise(grids)):
        columns = zip(*(grid.columns for grid in grids), strict=True)
        return Grid(grids[0].first, [list(chain.from_iterable(column)) for column in columns])
    return [record for part in parts for record in part]
