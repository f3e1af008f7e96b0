"""How long something took, month by month, from a minute to a year on one scale. Pure; the template draws it as SVG."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from incidents.desk.trends import Span

WIDTH, HEIGHT, LEFT = 480, 170, 52
FLOOR, CEILING = HEIGHT - 22, 12
WIDEST = 70
SCALE: Final = (("min", 60, 1), ("min", 3600, 60), ("h", 86_400, 24), ("d", 30 * 86_400, 30), ("d", 365 * 86_400, 365))
"""Lines of the scale: the unit, where it stands in seconds, and how many of the unit that is."""


@dataclass(frozen=True, slots=True)
class MonthMark:
    """A month: where its median and what nine in ten stay below stand."""

    month: str
    x: float
    median: float
    tail: float
    span: Span


@dataclass(frozen=True, slots=True)
class Spans:
    """All months, and lines of the scale as (y, unit, number)."""

    marks: tuple[MonthMark, ...]
    scale: tuple[tuple[float, str, int], ...]
    width: int = WIDTH
    height: int = HEIGHT
    floor: int = FLOOR
    left: int = LEFT


def lay_out(spans: Sequence[Span]) -> Spans | None:
    """Months from left to right, short spans at the floor; none when there is none."""
    if not spans:
        return None
    pitch = min((WIDTH - LEFT) / len(spans), WIDEST)
    marks = tuple(
        MonthMark(
            f"{one.month:%Y-%m}", round(LEFT + (n + 0.5) * pitch, 1), _height(one.median_s), _height(one.tail_s), one
        )
        for n, one in enumerate(spans)
    )
    return Spans(marks, tuple((_height(at), unit, number) for unit, at, number in SCALE))


def _height(seconds: float) -> float:
    """Where a span stands: a minute and less on the floor, a year and more at the ceiling, logarithmic between."""
    low, high = math.log(SCALE[0][1]), math.log(SCALE[-1][1])
    part = (math.log(max(seconds, 1.0)) - low) / (high - low)
    return round(FLOOR - (FLOOR - CEILING) * min(max(part, 0.0), 1.0), 1)
