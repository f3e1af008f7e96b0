"""The picture of the simulations: right answers by size of the leak, and how sure the answers were, as SVG."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from benchmarks.held_out.outcomes import Outcome

WIDTH, HEIGHT, LEFT, TOP, SIDE = 920, 420, 60, 40, 300
COLOURS: Final = (
    "#1b6ca8", "#d1495b", "#2e8b57", "#edae49", "#7b4fa3", "#00798c", "#8c564b", "#444444", "#999999", "#6c9a8b",
    "#c77dff", "#b08968", "#111111", "#ff7f50",
)  # fmt: skip
STYLE: Final = "font-family='sans-serif' font-size='12' fill='#333'"


def draw(outcomes: Sequence[Outcome], reliability: Sequence[tuple[float, float, int]]) -> str:
    """One picture of both, for the noise that most leaks were made with."""
    noises = [one.noise for one in outcomes]
    noise = max(set(noises), key=lambda n: (noises.count(n), -n))
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {HEIGHT}' role='img'>",
        f"<rect width='{WIDTH}' height='{HEIGHT}' fill='white'/>",
        *_frame(LEFT, f"right answer, by leaked rows ({noise:.0%} noise)"),
        *_curves([one for one in outcomes if one.noise == noise]),
        *_frame(LEFT + SIDE + 240, "said how sure, was how often right"),
        *_diagonal(reliability, LEFT + SIDE + 240),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _frame(left: int, title: str) -> Iterable[str]:
    yield f"<text x='{left}' y='{TOP - 14}' {STYLE} font-weight='bold'>{title}</text>"
    for step in range(5):
        y = TOP + SIDE - SIDE * step / 4
        yield f"<line x1='{left}' x2='{left + SIDE}' y1='{y}' y2='{y}' stroke='#ddd'/>"
        yield f"<text x='{left - 8}' y='{y + 4}' text-anchor='end' {STYLE}>{step * 25} %</text>"


def _curves(outcomes: Sequence[Outcome]) -> Iterable[str]:
    sizes = sorted({one.rows for one in outcomes})
    place = {rows: LEFT + SIDE * i / max(len(sizes) - 1, 1) for i, rows in enumerate(sizes)}
    for rows, x in place.items():
        yield f"<text x='{x}' y='{TOP + SIDE + 18}' text-anchor='middle' {STYLE}>{rows:,}</text>"
    for number, name in enumerate(dict.fromkeys(one.scenario for one in outcomes)):
        colour = COLOURS[number % len(COLOURS)]
        points = []
        for rows in sizes:
            mine = [one.right for one in outcomes if one.scenario == name and one.rows == rows]
            points.append(f"{place[rows]:.1f},{TOP + SIDE - SIDE * sum(mine) / max(len(mine), 1):.1f}")
        yield f"<polyline points='{' '.join(points)}' fill='none' stroke='{colour}' stroke-width='2' opacity='0.8'/>"
        y = TOP + 12 + 18 * number
        yield f"<rect x='{LEFT + SIDE + 16}' y='{y - 9}' width='12' height='10' fill='{colour}'/>"
        yield f"<text x='{LEFT + SIDE + 34}' y='{y}' {STYLE}>{name.replace('_', ' ')}</text>"


def _diagonal(reliability: Sequence[tuple[float, float, int]], left: int) -> Iterable[str]:
    yield f"<line x1='{left}' y1='{TOP + SIDE}' x2='{left + SIDE}' y2='{TOP}' stroke='#999' stroke-dasharray='4 4'/>"
    for step in range(5):
        x = left + SIDE * step / 4
        yield f"<text x='{x}' y='{TOP + SIDE + 18}' text-anchor='middle' {STYLE}>{step * 25} %</text>"
    for said, true, count in reliability:
        x, y, r = left + SIDE * said, TOP + SIDE - SIDE * true, min(4 + count**0.5 / 3, 14)
        yield f"<circle cx='{x:.1f}' cy='{y:.1f}' r='{r:.1f}' fill='{COLOURS[0]}' opacity='0.7'/>"
        yield f"<text x='{x - 8:.1f}' y='{y + 22:.1f}' text-anchor='end' {STYLE}>{count}</text>"
