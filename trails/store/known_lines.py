"""Which lines of a system are known already, a month at a time, so that memory does not grow with the trail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Lines = NDArray[np.uint64]

HELD_LINES: Final = 40_000_000
"""Line hashes held in memory, 8 bytes each; the month not used for longest goes first."""
MERGE_AT: Final = 8


class SeenLines:
    """Tells new lines from known ones; ``load`` gives the sorted hashes of a month as they are on disk."""

    def __init__(
        self, load: Callable[[str], Lines], let_go: Callable[[str], None], held_lines: int = HELD_LINES
    ) -> None:
        self._load = load
        self._let_go = let_go
        self._held_lines = held_lines
        self._months: dict[str, list[Lines]] = {}

    def take_new(self, month: str, lines: Lines, records: NDArray[np.integer]) -> NDArray[np.bool_]:
        """Which rows are of a new line; those lines are known from now on.

        ``lines`` and ``records`` have one entry a row: rows of one record share both, a repeated line has another
        record.
        """
        known = self._months.pop(month, None)
        if known is None:
            known = [self._load(month)]
        self._months[month] = known  # the last one used is the last to go
        distinct = np.sort(lines)
        if (distinct[1:] != distinct[:-1]).all() and (new := _unknown(distinct, known)).all():
            kept = new  # every line once, and none known: nearly always
        else:
            distinct, index, inverse = np.unique(lines, return_index=True, return_inverse=True)
            new = _unknown(distinct, known)
            kept = new[inverse] & (records == records[index][inverse])
        if new.any():
            known.append(distinct[new])
            if len(known) >= MERGE_AT:
                known[:] = [np.sort(np.concatenate(known))]
        self._make_room()
        return kept

    def _make_room(self) -> None:
        while (
            len(self._months) > 1
            and sum(len(part) for parts in self._months.values() for part in parts) > self._held_lines
        ):
            oldest = next(iter(self._months))
            self._let_go(oldest)
            del self._months[oldest]


def _unknown(distinct: Lines, known: list[Lines]) -> NDArray[np.bool_]:
    """Which of some sorted lines stand in none of the sorted parts."""
    new = np.ones(len(distinct), dtype=np.bool_)
    for part in known:
        if len(part):
            at = np.minimum(np.searchsorted(part, distinct), len(part) - 1)
            new &= part[at] != distinct
    return new
