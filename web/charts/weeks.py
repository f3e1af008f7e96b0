"""Stacked bars, a week each: where they stand. Pure; the template draws them as SVG, with the table behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WIDTH, HEIGHT = 1000, 190
FLOOR, CEILING, LEFT = HEIGHT - 22, 14, 34
WIDEST = 44
GAP = 0.18
SEAM = 1.0
"""A stripe of paper between two parts of a bar, so that they are told apart without colours."""
MOST_TICKS = 8


@dataclass(frozen=True, slots=True)
class BarPart:
    """A part of a bar, of the kind that it stands for."""

    kind: str
    value: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class WeekBar:
    """A bar with its label and the sum of its parts."""

    label: str
    total: int
    parts: tuple[BarPart, ...]


@dataclass(frozen=True, slots=True)
class Stacks:
    """All bars, lines of the scale as (y, value), and labels of the axis as (x, text)."""

    columns: tuple[WeekBar, ...]
    scale: tuple[tuple[float, int], ...]
    ticks: tuple[tuple[float, str], ...]
    width: int = WIDTH
    height: int = HEIGHT
    floor: int = FLOOR
    left: int = LEFT


def stack(bars: Sequence[tuple[str, Mapping[str, int]]], order: Sequence[str]) -> Stacks | None:
    """Bars of parts, those of the first kind at the floor; none when there is nothing to draw.

    Args:
        bars: A label and the values by kind, each.
        order: All kinds.
    """
    totals = [sum(parts.get(kind, 0) for kind in order) for _, parts in bars]
    if not any(totals):
        return None
    top = nice(max(totals))
    pitch = min((WIDTH - LEFT) / len(bars), WIDEST)
    columns = []
    for number, ((label, parts), total) in enumerate(zip(bars, totals, strict=True)):
        x, floor, drawn = LEFT + number * pitch, float(FLOOR), []
        for kind in order:
            if value := parts.get(kind, 0):
                height = (FLOOR - CEILING) * value / top
                floor -= height
                seam = min(SEAM, height / 4)
                drawn.append(
                    BarPart(
                        kind,
                        value,
                        round(x, 1),
                        round(floor + seam, 1),
                        round(pitch * (1 - GAP), 1),
                        round(height - seam, 1),
                    )
                )
        columns.append(WeekBar(label, total, tuple(drawn)))
    step = max(1, -(-len(bars) // MOST_TICKS))
    ticks = tuple((round(LEFT + n * pitch, 1), bars[n][0]) for n in range(0, len(bars), step))
    scale = tuple(
        (round(FLOOR - (FLOOR - CEILING) * part, 1), round(top * part))
        for part in (0.5, 1.0)
        if (top * part).is_integer()
    )
    return Stacks(tuple(columns), scale, ticks)


def nice(value: int) -> int:
    """The next number up that reads well on a scale: 1, 2 or 5 and zeros."""
    size = 1
    while True:
        for step in (1, 2, 5):
            if step * size >= value:
                return step * size
        size *= 10
