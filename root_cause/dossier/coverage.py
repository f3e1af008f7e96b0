"""How close together a holder's touches of the leaked customers lie: one night, or eight years. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

DAY_S: Final = 86_400
NEAR_S: Final = 60
"""Touches no further apart than that, or than half of the stretch, belong together."""
SHARES: Final = (1.0, 0.9, 0.75, 0.5)
"""The largest share of the touched customers that lies within a day is told; below half, they lie spread."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """The shortest stretch of time in which so many of the touched customers were touched.

    ``customers`` of ``touched`` lie between the seconds ``first`` and ``last``; ``days`` are the days with touches in
    it and ``most`` the most customers of one day. ``is_dense`` says that so many lie within about a day; else they are
    spread, and the stretch is that of all touches.
    """

    customers: int
    touched: int
    first: int
    last: int
    days: int
    most: int
    is_dense: bool


def measure_coverage(
    seconds: NDArray[np.integer], subjects: NDArray[np.uint64], days: NDArray[np.int64]
) -> Coverage | None:
    """The coverage of dated touches, in any order; None if there are none.

    Args:
        seconds: When each was, since 1970.
        subjects: Whom each was about.
        days: The day of each in the zone of the trails.
    """
    if not len(seconds):
        return None
    order = np.argsort(seconds, kind="stable")
    seconds, subjects, days = np.asarray(seconds, np.int64)[order], subjects[order], days[order]
    _, codes = np.unique(subjects, return_inverse=True)
    touched = int(codes.max()) + 1
    for share in SHARES:
        wanted = max(1, int(np.ceil(share * touched)))
        begin, end = _shortest(seconds, codes, wanted)
        if seconds[end] - seconds[begin] <= DAY_S:
            inside = slice(*_widened(seconds, begin, end))
            return _told(seconds[inside], codes[inside], days[inside], touched, is_dense=True)
    return _told(seconds, codes, days, touched, is_dense=False)


def _told(
    seconds: NDArray[np.int64], codes: NDArray[np.int64], days: NDArray[np.int64], touched: int, *, is_dense: bool
) -> Coverage:
    each = np.unique(np.column_stack((days, codes)), axis=0)[:, 0]
    _, counts = np.unique(each, return_counts=True)
    return Coverage(
        len(np.unique(codes)), touched, int(seconds[0]), int(seconds[-1]), len(counts), int(counts.max()), is_dense
    )


def _widened(seconds: NDArray[np.int64], begin: int, end: int) -> tuple[int, int]:
    """The same stretch with what follows it closely on either side; its first place, and the one after its last."""
    near = max(NEAR_S, int(seconds[end] - seconds[begin]) // 2)
    while begin > 0 and seconds[begin] - seconds[begin - 1] <= near:
        begin -= 1
    while end + 1 < len(seconds) and seconds[end + 1] - seconds[end] <= near:
        end += 1
    return begin, end + 1


def _shortest(seconds: NDArray[np.int64], codes: NDArray[np.int64], wanted: int) -> tuple[int, int]:
    """The first and last place of the shortest stretch that holds so many different codes."""
    counts = [0] * (int(codes.max()) + 1)
    listed, stamps = codes.tolist(), seconds.tolist()
    begin = there = 0
    best = (stamps[-1] - stamps[0] + 1, 0, len(stamps) - 1)
    for end, code in enumerate(listed):
        there += counts[code] == 0
        counts[code] += 1
        while there - (counts[listed[begin]] == 1) >= wanted or counts[listed[begin]] > 1:
            counts[listed[begin]] -= 1
            there -= counts[listed[begin]] == 0
            begin += 1
        if there >= wanted:
            best = min(best, (stamps[end] - stamps[begin], begin, end))
    return best[1], best[2]
