"""The histogram over a search: where its bars stand. Pure; the template draws it as SVG, on the server."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from incidents.views import DayCount

WIDTH, HEIGHT = 1000, 130
FLOOR = HEIGHT - 18  # below it stand the dates
CEILING = 2
MOST_BARS = 120  # more would be thinner than a finger or a mouse can hit
WIDEST = 40  # a lone day is a bar, not a wall
LEAST_HEIGHT = 2  # one event beside a thousand is still seen


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: the days it stands for, and where it stands."""

    first: date
    last: date
    events: int
    query: str
    x: float
    y: float
    width: float
    height: float

    @property
    def label(self) -> str:
        """The day or days, as people write them."""
        days = f"{self.first.isoformat()} – {self.last.isoformat()}"
        return self.first.isoformat() if self.first == self.last else days


@dataclass(frozen=True, slots=True)
class Chart:
    """All bars, the span of days under them, and the labels of the axis as (x, anchor, text)."""

    bars: tuple[Bar, ...]
    first: date
    last: date
    most: int
    ticks: tuple[tuple[float, str, str], ...]
    width: int = WIDTH
    height: int = HEIGHT
    floor: int = FLOOR


def draw(days: Sequence[DayCount], narrow: Callable[[date, date], str]) -> Chart | None:
    """The chart over ``days`` (those with events, in any order); none when there is nothing to compare.

    ``narrow`` gives the search over some days alone, first and last. When the span is too long for a bar a day, a bar
    stands for as many days as needed; every bar leads to the same search over its days alone.
    """
    counted = {day.day: day.events for day in days if day.events}
    if not counted:
        return None
    first, last = min(counted), max(counted)
    span = (last - first).days + 1
    step = -(-span // MOST_BARS)
    slots = -(-span // step)
    sums = [0] * slots
    for day, events in counted.items():
        sums[(day - first).days // step] += events
    most = max(sums)
    pitch = min(WIDTH / slots, WIDEST)
    bars = tuple(
        _bar(first + timedelta(days=slot * step), step, last, events, most, slot * pitch, pitch * 0.82, narrow)
        for slot, events in enumerate(sums)
        if events
    )
    return Chart(bars, first, last, most, _ticks(first, last, slots * pitch))


def _bar(
    first: date, days: int, limit: date, events: int, most: int, x: float, width: float,
    narrow: Callable[[date, date], str],
) -> Bar:  # fmt: skip
    last = min(first + timedelta(days=days - 1), limit)
    height = max(LEAST_HEIGHT, (FLOOR - CEILING) * events / most)
    narrowed = narrow(first, last)
    return Bar(first, last, events, narrowed, round(x, 1), round(FLOOR - height, 1), round(width, 1), round(height, 1))


def _ticks(first: date, last: date, width: float) -> tuple[tuple[float, str, str], ...]:
    if first == last:
        return ((0, "start", first.isoformat()),)
    if width < WIDTH / 4:
        return ((0, "start", f"{first.isoformat()} – {last.isoformat()}"),)
    return ((0, "start", first.isoformat()), (round(width, 1), "end", last.isoformat()))
