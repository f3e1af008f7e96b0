"""Who holds what: the tree of processors below the carrier, with the path of one extract lit. Pure.

Drawn twice: for a wide page from left to right, a column for each step away from the carrier, and for a narrow one
from top to bottom, a row a processor. What holds nothing is folded away, so that three hundred processors are as easy
to overlook as three.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

SMALL: Final = 12
"""A tree of no more processors than this is shown whole."""
CARRIER: Final = 0
"""The number of the carrier in the picture; processors have their own."""
_WIDE_BOX: Final = (216.0, 46.0)
_WIDE_STEP: Final = (268.0, 58.0)
_NARROW_BOX: Final = (330.0, 46.0)
_NARROW_STEP: Final = (16.0, 54.0)
_DEEPEST_STEP: Final = 8
"""Below it a narrow row is not moved in any further."""
_MARGIN: Final = 6.0
_SIGN_ROOM: Final = 34.0
"""Of a box, what its sign and its edges take."""
_NAME_PX: Final = 14.0
_NARROW_SIGN: Final = 0.6
"""Of an em: how wide a letter is that is not as wide as it is high."""


@dataclass(frozen=True, slots=True)
class Twig:
    """A processor as the picture needs it.

    Attributes:
        id: Its number, above `CARRIER`.
        name: Its name.
        parent: Whom it works for; `CARRIER` for the carrier itself.
        held: How many copies it holds, of any extract.
        mark: What its copy of the lit extract is: lent, overdue, returned or erased; empty without one.
        consent: given, refused or unknown; empty where the carrier itself contracted it.
        contract: A, B or empty.
        giver: Whose copy its own was made from, where that is not whom it works for.
    """

    id: int
    name: str
    parent: int
    held: int = 0
    mark: str = ""
    consent: str = ""
    contract: str = ""
    giver: str = ""


@dataclass(frozen=True, slots=True)
class TreeBox:
    """A processor, the carrier, or what is folded away below one of them, and where it stands.

    Attributes:
        twig: The processor; none for the carrier and for what is folded.
        above: Whose folded ones these are.
        folded: How many are folded here.
        label: The name, as much of it as there is room for.
        is_lit: On the path of the extract.
    """

    twig: Twig | None
    x: float
    y: float
    width: float
    height: float
    depth: int
    label: str = ""
    above: int = CARRIER
    folded: int = 0
    is_lit: bool = False


@dataclass(frozen=True, slots=True)
class TreeEdge:
    """A stretch of the line from a box to the one that it works for; ``consent`` as that of a `Twig`."""

    path: str
    is_lit: bool
    consent: str


@dataclass(frozen=True, slots=True)
class TreePicture:
    """One drawing."""

    boxes: tuple[TreeBox, ...]
    edges: tuple[TreeEdge, ...]
    width: float
    height: float
    is_wide: bool


@dataclass(slots=True)
class _Plan:
    """What is shown of the tree."""

    under: Mapping[int, Sequence[Twig]]
    shown: Collection[int]
    lit: Collection[int]
    sizes: Mapping[int, int]
    boxes: list[TreeBox] = field(default_factory=list)
    edges: list[TreeEdge] = field(default_factory=list)


def draw_tree(twigs: Iterable[Twig], *, opened: Collection[int] = (), is_wide: bool = True) -> TreePicture:
    """The drawing.

    Args:
        twigs: The processors, in any order; whoever works for nobody known, or in a circle, hangs at the carrier.
        opened: Whose folded ones are shown all the same; `CARRIER` for those right below the carrier.
        is_wide: From left to right; else from top to bottom.
    """
    everyone = {one.id: one for one in twigs}
    parents = _parents(everyone)
    under: dict[int, list[Twig]] = {}
    for one in sorted(everyone.values(), key=lambda twig: (not twig.mark, twig.name)):
        under.setdefault(parents[one.id], []).append(one)
    marked = [one.id for one in everyone.values() if one.mark]
    lit = _with_above(marked, parents)
    kept = marked or [one.id for one in everyone.values() if one.held]
    shown = set(everyone) if len(everyone) <= SMALL else _with_above(kept, parents)
    for number in opened:
        shown |= {one.id for one in under.get(number, ())}
    shown = _with_above(shown, parents)
    plan = _Plan(under, shown, lit | ({CARRIER} if marked else set()), _sizes(everyone, parents))
    bottom = _wide(plan, CARRIER, 0, _MARGIN)[1] if is_wide else _narrow(plan, CARRIER, 0, _MARGIN)
    width = max(box.x + box.width for box in plan.boxes) + _MARGIN
    edges = sorted(plan.edges, key=lambda edge: edge.is_lit)  # lit ones are drawn over the others
    return TreePicture(tuple(plan.boxes), tuple(edges), width, bottom - _gap(is_wide) + _MARGIN, is_wide)


def cut_name(name: str, room_px: float) -> str:
    """As much of a name as there is room for, with an ellipsis for the rest."""
    if _width(name) <= room_px:
        return name
    while name and _width(name + "…") > room_px:
        name = name[:-1]
    return name.rstrip() + "…"


def _width(text: str) -> float:
    full = sum(unicodedata.east_asian_width(sign) in {"W", "F", "A"} for sign in text)
    return _NAME_PX * (full + _NARROW_SIGN * (len(text) - full))


def _parents(everyone: Mapping[int, Twig]) -> dict[int, int]:
    """Whom each works for, as a tree: a circle is cut open where it was found."""
    parents: dict[int, int] = {}
    for one in everyone.values():
        parents[one.id] = one.parent if one.parent in everyone else CARRIER
    for number in everyone:
        seen, step = {number}, parents[number]
        while step != CARRIER and step not in seen:
            seen.add(step)
            step = parents[step]
        if step == number:
            parents[number] = CARRIER
    return parents


def _with_above(numbers: Iterable[int], parents: Mapping[int, int]) -> set[int]:
    found: set[int] = set()
    for number in numbers:
        step = number
        while step != CARRIER and step not in found:
            found.add(step)
            step = parents[step]
    return found


def _sizes(everyone: Iterable[int], parents: Mapping[int, int]) -> dict[int, int]:
    """How many processors stand at and below each."""
    sizes: dict[int, int] = {}
    for number in everyone:
        step = number
        while step != CARRIER:
            sizes[step] = sizes.get(step, 0) + 1
            step = parents[step]
    return sizes


def _parts(plan: _Plan, number: int) -> tuple[list[Twig], int]:
    """What is shown right below a box, and how many processors are folded away there."""
    below = plan.under.get(number, ())
    shown = [one for one in below if one.id in plan.shown]
    return shown, sum(plan.sizes[one.id] for one in below if one.id not in plan.shown)


def _gap(is_wide: bool) -> float:  # noqa: FBT001  # of which drawing
    return _WIDE_STEP[1] - _WIDE_BOX[1] if is_wide else _NARROW_STEP[1] - _NARROW_BOX[1]


def _wide(plan: _Plan, number: int, depth: int, top: float, twig: Twig | None = None) -> tuple[float, float]:
    """Draw a box with all below it to its right; gives the middle of the box and where the next may begin."""
    x, (width, height) = _MARGIN + depth * _WIDE_STEP[0], _WIDE_BOX
    shown, folded = _parts(plan, number)
    middles: list[tuple[float, Twig | None]] = []
    bottom = top
    for one in shown:
        middle, bottom = _wide(plan, one.id, depth + 1, bottom, one)
        middles.append((middle, one))
    if folded:
        box = TreeBox(None, x + _WIDE_STEP[0], bottom, width, height, depth + 1, above=number, folded=folded)
        plan.boxes.append(box)
        middles.append((bottom + height / 2, None))
        bottom += _WIDE_STEP[1]
    bottom = max(bottom, top + _WIDE_STEP[1])
    middle = (middles[0][0] + middles[-1][0]) / 2 if middles else top + height / 2
    plan.boxes.append(_box(plan, twig, number, (x, middle - height / 2, width, height), depth))
    right, half = x + width, (_WIDE_STEP[0] - width) / 2
    for end, under in middles:
        stem, stub = f"M{right:.1f} {middle:.1f}h{half:.1f}V{end:.1f}", f"M{right + half:.1f} {end:.1f}h{half:.1f}"
        plan.edges.extend(_edges(plan, under, (stem, stub), depth))
    return middle, bottom


def _narrow(plan: _Plan, number: int, depth: int, top: float, twig: Twig | None = None) -> float:
    """Draw a box with all below it under it; gives where the next may begin."""
    inward = min(depth, _DEEPEST_STEP) * _NARROW_STEP[0]
    x, height = _MARGIN + inward, _NARROW_BOX[1]
    plan.boxes.append(_box(plan, twig, number, (x, top, _NARROW_BOX[0] - inward, height), depth))
    shown, folded = _parts(plan, number)
    bottom = top + _NARROW_STEP[1]
    moved = min(depth + 1, _DEEPEST_STEP) * _NARROW_STEP[0]
    left, inner = x + _NARROW_STEP[0] / 2, _MARGIN + moved
    for one in shown:
        middle = bottom + height / 2
        plan.edges.extend(_edges(plan, one, _bent(left, top + height, middle, inner), depth))
        bottom = _narrow(plan, one.id, depth + 1, bottom, one)
    if folded:
        middle = bottom + height / 2
        plan.edges.extend(_edges(plan, None, _bent(left, top + height, middle, inner), depth))
        width = _NARROW_BOX[0] - moved
        plan.boxes.append(TreeBox(None, inner, bottom, width, height, depth + 1, above=number, folded=folded))
        bottom += _NARROW_STEP[1]
    return bottom


def _box(plan: _Plan, twig: Twig | None, number: int, place: tuple[float, float, float, float], depth: int) -> TreeBox:
    label = cut_name(twig.name, place[2] - _SIGN_ROOM) if twig else ""
    return TreeBox(twig, *place, depth=depth, label=label, is_lit=number in plan.lit)


def _bent(left: float, top: float, middle: float, inner: float) -> tuple[str, str]:
    return f"M{left:.1f} {top:.1f}V{middle:.1f}", f"M{left:.1f} {middle:.1f}H{inner:.1f}"


def _edges(plan: _Plan, twig: Twig | None, paths: tuple[str, str], depth: int) -> tuple[TreeEdge, TreeEdge]:
    """The stem that a box shares with its neighbours, and the last stretch, which says with whose consent."""
    consent = "given" if depth == 0 or twig is None else twig.consent or "given"
    is_lit = twig is not None and twig.id in plan.lit
    return TreeEdge(paths[0], is_lit, "given"), TreeEdge(paths[1], is_lit, consent)
