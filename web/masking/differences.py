"""Two documents side by side, line by line: what was added, taken away or changed, with values masked. Pure."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from web.masking.masks import mask

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from web.masking.masks import Piece

MOST_LINES: Final = 2000
"""Longer texts are compared as far as that: line by line, the time grows with the square."""
AROUND: Final = 2
"""Equal lines that are shown on either side of a difference."""
EQUAL, CHANGED, ADDED, REMOVED, SKIPPED = "equal", "changed", "added", "removed", "skipped"

Line = list["Piece"]


@dataclass(frozen=True, slots=True)
class SideBySide:
    """A row: a line of each text with its number, none where a text has none; of `SKIPPED` how many are left out."""

    kind: str
    left: Line | None = None
    right: Line | None = None
    left_number: int = 0
    right_number: int = 0
    skipped: int = 0


def compare(
    left: str, right: str, left_places: Iterable[Mapping[str, object]] = (),
    right_places: Iterable[Mapping[str, object]] = (), *, is_leak: bool = True,
) -> list[SideBySide]:  # fmt: skip
    """The two texts as rows; what differs is told from the texts themselves, what is shown is masked.

    Args:
        left: The one.
        right: The other.
        left_places: Where the matcher found customers in the one.
        right_places: Where it found them in the other.
        is_leak: Whether customers were found in them, as `masks.mask` takes it.
    """
    old, new = left.split("\n")[:MOST_LINES], right.split("\n")[:MOST_LINES]
    shown_old = masked_lines("\n".join(old), left_places, is_leak=is_leak)
    shown_new = masked_lines("\n".join(new), right_places, is_leak=is_leak)
    rows: list[SideBySide] = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            rows += [SideBySide(EQUAL, shown_old[a + n], shown_new[c + n], a + n + 1, c + n + 1) for n in range(b - a)]
        else:
            rows += _unequal(shown_old[a:b], shown_new[c:d], a, c)
    return list(_folded(rows))


def masked_lines(text: str, places: Iterable[Mapping[str, object]], *, is_leak: bool) -> list[Line]:
    """The lines of a text, each in pieces that may be seen and pieces that may not."""
    lines: list[Line] = [[]]
    for kind, piece in mask(text, places, is_leak=is_leak):
        first, *others = piece.split("\n")
        lines[-1].append((kind, first))
        lines += [[(kind, other)] for other in others]
    return lines


def _unequal(old: Sequence[Line], new: Sequence[Line], at: int, to: int) -> Iterator[SideBySide]:
    for n in range(max(len(old), len(new))):
        if n >= len(new):
            yield SideBySide(REMOVED, old[n], None, at + n + 1, 0)
        elif n >= len(old):
            yield SideBySide(ADDED, None, new[n], 0, to + n + 1)
        else:
            yield SideBySide(CHANGED, old[n], new[n], at + n + 1, to + n + 1)


def _folded(rows: Sequence[SideBySide]) -> Iterator[SideBySide]:
    """The rows without long runs of equal lines."""
    near = {
        other
        for number, row in enumerate(rows)
        if row.kind != EQUAL
        for other in range(number - AROUND, number + AROUND + 1)
    }
    skipped = 0
    for number, row in enumerate(rows):
        if row.kind == EQUAL and number not in near:
            skipped += 1
            continue
        if skipped:
            yield SideBySide(SKIPPED, skipped=skipped)
            skipped = 0
        yield row
    if skipped:
        yield SideBySide(SKIPPED, skipped=skipped)
