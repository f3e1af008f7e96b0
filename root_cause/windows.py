"""Sets of customers over sliding windows: how many different ones a holder touched in every window, in one pass.

A customer counts in the windows that begin after its previous touch and up to this one, so that each touch adds to
a stretch of window starts, and a running sum over the starts gives all windows at once: O(touches), however long
the window.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

WINDOWS_DAYS: Final = (1, 7, 30, 365)
UNDATED: Final = -(1 << 30)
"""The day of a touch whose record has no time: in the set over all time, in no window."""


def distinct_in_windows(
    subjects: NDArray[np.uint64],
    days: NDArray[np.int64],
    *,
    first: int,
    starts: int,
    length: int,
    weights: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """The weight of the distinct subjects in each window of ``length`` days.

    Windows begin on ``first`` + 0 … ``starts`` - 1. ``subjects`` and ``days`` are sorted by subject, then day,
    without doubles; ``weights`` (one a row, equal for equal subjects) default to 1.
    """
    if not len(subjects):
        return np.zeros(starts)
    at = days - first
    previous = np.r_[-1, at[:-1]]
    previous[np.r_[True, subjects[1:] != subjects[:-1]]] = np.iinfo(np.int64).min // 2
    low = np.maximum(np.maximum(previous + 1, at - length + 1), 0)
    high = np.minimum(at, starts - 1)
    there = low <= high
    mass = np.ones(len(at)) if weights is None else weights
    change = np.bincount(low[there], mass[there], starts + 1) - np.bincount(high[there] + 1, mass[there], starts + 1)
    counted: NDArray[np.float64] = np.cumsum(change)[:starts]
    return np.maximum(counted, 0.0)


def sort_touches(
    subjects: NDArray[np.uint64], days: NDArray[np.int64], odds: NDArray[np.float64]
) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.float64]]:
    """One row a subject and day, sorted by both; of several actions on a day the most telling one's ``odds`` stay."""
    order = np.lexsort((-odds, days, subjects))
    subjects, days, odds = subjects[order], days[order], odds[order]
    first = (
        np.r_[True, (subjects[1:] != subjects[:-1]) | (days[1:] != days[:-1])] if len(subjects) else np.zeros(0, bool)
    )
    return subjects[first], days[first], odds[first]
