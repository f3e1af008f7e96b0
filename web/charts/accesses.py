"""Accesses over time: bars, a band of colleagues behind them, gaps of the trail, lanes of places. Pure geometry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH, HEIGHT = 1000, 190
FLOOR, CEILING = HEIGHT - 20, 6
LEAST = 2.0  # one record beside a thousand is still seen
LANE, LANE_GAP = 22, 6
GUTTER = 0.12  # of a bar
MOST_TICKS = 6
DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class AccessBar:
    """One bar: the stretch it stands for as it is written in addresses, its counts, where it stands."""

    first: str
    until: str
    label: str
    all: int
    leaked: int
    x: float
    width: float
    y: float
    height: float
    leaked_y: float
    leaked_height: float


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the axis, such as a gap."""

    x: float
    width: float
    label: str


@dataclass(frozen=True, slots=True)
class AccessChart:
    """Bars, the outline of the band (an SVG path), gaps, moments of note and the labels of the axis."""

    bars: tuple[AccessBar, ...]
    band: str
    gaps: tuple[Stretch, ...]
    moments: tuple[Stretch, ...]
    ticks: tuple[tuple[float, str, str], ...]
    most: int
    bounds: str
    """The beginnings of all bars and the end of the last, in seconds, for who drags over them."""
    width: int = WIDTH
    height: int = HEIGHT
    floor: int = FLOOR


@dataclass(frozen=True, slots=True)
class LaneShape:
    """One place: the paths of its records and of those about leaked customers."""

    name: str
    all: int
    leaked: int
    y: float
    all_path: str
    leaked_path: str


def draw_accesses(
    bars: Sequence[int],
    counts: Sequence[int],
    leaked: Sequence[int],
    *,
    zone: str,
    low: Sequence[float] = (),
    high: Sequence[float] = (),
    gaps: Sequence[tuple[str, str, str]] = (),
    moments: Sequence[tuple[int, str]] = (),
) -> AccessChart:
    """The chart.

    Args:
        bars: Where each bar begins, in seconds since 1970, and where the last one ends.
        counts: Records of each bar.
        leaked: Those of them about leaked customers.
        zone: The zone that labels are in.
        low: The lower edge of the band, bar by bar; empty for none.
        high: Its upper edge.
        gaps: First and last day without records, both included, and what is said of it.
        moments: Seconds of note, and what is said of each.
    """
    most = max([1, *counts, *(round(edge) for edge in high)])
    scale = (FLOOR - CEILING) / most
    pitch = WIDTH / max(len(counts), 1)
    drawn = []
    for at, ((first, until), number, of_leak) in enumerate(zip(pairwise(bars), counts, leaked, strict=True)):
        height = max(LEAST, number * scale) if number else 0.0
        part = max(LEAST, of_leak * scale) if of_leak else 0.0
        drawn.append(
            AccessBar(
                written(first, zone), written(until, zone), label_of(first, until, zone), number, of_leak,
                round(at * pitch + pitch * GUTTER / 2, 1), round(pitch * (1 - GUTTER), 1),
                round(FLOOR - height, 1), round(height, 1), round(FLOOR - part, 1), round(part, 1),
            )
        )  # fmt: skip
    return AccessChart(
        tuple(drawn), _band(low, high, pitch, scale), tuple(_gaps(bars, gaps, zone)),
        tuple(Stretch(_x(bars, at), 0.0, said) for at, said in moments if bars[0] <= at < bars[-1]),
        _ticks(bars, zone), most, " ".join(map(str, bars)),
    )  # fmt: skip


def draw_lanes(lanes: Sequence[tuple[str, Sequence[int], Sequence[int]]]) -> tuple[LaneShape, ...]:
    """The lanes of places, each as high as its own busiest bar."""
    shapes = []
    for row, (name, counts, leaked) in enumerate(lanes):
        y = row * (LANE + LANE_GAP)
        most = max([1, *counts])
        shapes.append(LaneShape(name, sum(counts), sum(leaked), y, _path(counts, most, y), _path(leaked, most, y)))
    return tuple(shapes)


def written(second: int, zone: str) -> str:
    """A moment as addresses and forms have it, in the zone's own time."""
    return f"{datetime.fromtimestamp(second, ZoneInfo(zone)):%Y-%m-%dT%H:%M}"


def label_of(first: int, until: int, zone: str) -> str:
    """What a stretch is called."""
    begin, end = (datetime.fromtimestamp(one, ZoneInfo(zone)) for one in (first, until))
    if until - first < DAY_S - 7200:  # a day may be shorter by an hour or two when clocks are changed
        return f"{begin:%Y-%m-%d %H:%M}–{end:%H:%M}"
    last = datetime.fromtimestamp(until - 1, ZoneInfo(zone))
    return f"{begin:%Y-%m-%d}" if begin.date() == last.date() else f"{begin:%Y-%m-%d} – {last:%Y-%m-%d}"


def _path(counts: Sequence[int], most: int, y: float) -> str:
    pitch = WIDTH / max(len(counts), 1)
    pieces = []
    for at, count in enumerate(counts):
        if count:
            height = max(LEAST, LANE * count / most)
            pieces.append(
                f"M{at * pitch:.1f} {y + LANE:.0f}v-{height:.1f}h{max(pitch * (1 - GUTTER), 1):.1f}v{height:.1f}z"
            )
    return "".join(pieces)


def _band(low: Sequence[float], high: Sequence[float], pitch: float, scale: float) -> str:
    if not len(high):
        return ""
    above = [f"{(at + 0.5) * pitch:.1f} {FLOOR - edge * scale:.1f}" for at, edge in enumerate(high)]
    below = [f"{(at + 0.5) * pitch:.1f} {FLOOR - edge * scale:.1f}" for at, edge in enumerate(low)]
    return "M" + "L".join([*above, *reversed(below)]) + "z"


def _x(bars: Sequence[int], second: float) -> float:
    """Where a moment stands; bars may differ in length by an hour where clocks are changed."""
    place = next((at for at, (first, until) in enumerate(pairwise(bars)) if first <= second < until), None)
    if place is None:
        return 0.0 if second < bars[0] else float(WIDTH)
    first, until = bars[place], bars[place + 1]
    return round((place + (second - first) / (until - first)) * WIDTH / (len(bars) - 1), 1)


def _gaps(bars: Sequence[int], gaps: Sequence[tuple[str, str, str]], zone: str) -> list[Stretch]:
    found = []
    for first, last, said in gaps:
        begin = datetime.fromisoformat(first).replace(tzinfo=ZoneInfo(zone)).timestamp()
        end = datetime.fromisoformat(last).replace(tzinfo=ZoneInfo(zone)).timestamp() + DAY_S
        if end > bars[0] and begin < bars[-1]:
            x = _x(bars, begin)
            found.append(Stretch(x, round(max(_x(bars, end) - x, 1.5), 1), said))
    return found


def _ticks(bars: Sequence[int], zone: str) -> tuple[tuple[float, str, str], ...]:
    count = len(bars) - 1
    short = bars[-1] - bars[0] <= 2 * DAY_S
    step = max(1, -(-count // MOST_TICKS))
    ticks = []
    for at in range(0, count, step):
        moment = datetime.fromtimestamp(bars[at], ZoneInfo(zone))
        text = f"{moment:%m-%d %H:%M}" if short else f"{moment:%Y-%m-%d}"
        ticks.append((round(at * WIDTH / count, 1), "start" if at == 0 else "middle", text))
    return tuple(ticks)
