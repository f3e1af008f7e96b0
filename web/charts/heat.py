"""Hours by weekdays: where the cells stand and how dark they are. Pure geometry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

CELL_WIDTH, CELL_HEIGHT, LEFT, TOP = 38, 26, 44, 18
WIDTH, HEIGHT = LEFT + 24 * CELL_WIDTH + 4, TOP + 7 * CELL_HEIGHT + 4
FAINTEST = 0.08
LEAST_DOT, LARGEST_DOT = 3.0, 10.0


@dataclass(frozen=True, slots=True)
class HeatCell:
    """One hour of a weekday: its counts, where it stands, how dark it is, and the radius of the dot of the leaked."""

    day: int
    hour: int
    all: int
    leaked: int
    x: int
    y: int
    shade: float
    dot: float


@dataclass(frozen=True, slots=True)
class HeatMap:
    """All cells with anything in them, the hours that are usual as stretches, and the measures."""

    cells: tuple[HeatCell, ...]
    usual: tuple[tuple[int, int], ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    top: int = TOP
    cell_width: int = CELL_WIDTH
    cell_height: int = CELL_HEIGHT


def draw_heat(counts: Sequence[Sequence[int]], leaked: Sequence[Sequence[int]], usual: Iterable[int]) -> HeatMap:
    """The map of records by weekday (Monday first) and hour."""
    most = max((value for row in counts for value in row), default=0) or 1
    most_leaked = max((value for row in leaked for value in row), default=0) or 1
    cells = tuple(
        HeatCell(
            day, hour, number, leaked[day][hour], LEFT + hour * CELL_WIDTH, TOP + day * CELL_HEIGHT,
            round(FAINTEST + (1 - FAINTEST) * number / most, 2),
            round(LEAST_DOT + (LARGEST_DOT - LEAST_DOT) * (leaked[day][hour] / most_leaked) ** 0.5, 1),
        )
        for day, row in enumerate(counts)
        for hour, number in enumerate(row)
        if number
    )  # fmt: skip
    return HeatMap(cells, tuple(_stretches(sorted(usual))))


def _stretches(hours: Sequence[int]) -> Iterable[tuple[int, int]]:
    """Hours that follow each other as first hour and how many."""
    begin = 0
    for at in range(1, len(hours) + 1):
        if at == len(hours) or hours[at] != hours[at - 1] + 1:
            yield hours[begin], at - begin
            begin = at
