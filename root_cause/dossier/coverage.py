"""How close together a holder's touches of the leaked customers lie: one night, or eight years. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from fingerprints.index.sorted_search import distinct

if TYPE_CHECKING:
    from collections.abc import Sequence

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


@dataclass(frozen=True, slots=True, eq=False)
class TouchedTogether:
    """Touches of the same customers all at once, as by records that name a whole extract: when, and the days."""

    seconds: NDArray[np.integer]
    days: NDArray[np.int64]
    subjects: NDArray[np.uint64]


def measure_coverage(
    seconds: NDArray[np.integer],
    subjects: NDArray[np.uint64],
    days: NDArray[np.int64],
    together: Sequence[TouchedTogether] = (),
) -> Coverage | None:
    """The coverage of dated touches, in any order; None if there are none.

    Args:
        seconds: When each was, since 1970.
        subjects: Whom each was about.
        days: The day of each in the zone of the trails.
        together: Touches of many at once. Ten years of nights that each touch all of a hundred thousand are never
            written out one by one.
    """
    groups = [one for one in together if len(one.seconds) and len(one.subjects)]
    if not len(seconds) and not groups:
        return None
    known = distinct(np.concatenate([subjects, *(one.subjects for one in groups)]))
    members = [np.searchsorted(known, distinct(one.subjects)) for one in groups]
    marks = [np.full(len(one.seconds), -1 - number, np.int64) for number, one in enumerate(groups)]
    touches = _Touches(
        np.concatenate([seconds, *(one.seconds for one in groups)]).astype(np.int64),
        np.concatenate([np.searchsorted(known, subjects).astype(np.int64), *marks]),
        np.concatenate([days, *(one.days for one in groups)]).astype(np.int64),
        members,
        len(known),
    ).in_order()
    for share in SHARES:
        begin, end = _shortest(touches, max(1, int(np.ceil(share * touches.touched))))
        if touches.seconds[end] - touches.seconds[begin] <= DAY_S:
            return _told(touches, slice(*_widened(touches.seconds, begin, end)), is_dense=True)
    return _told(touches, slice(0, len(touches.seconds)), is_dense=False)


@dataclass(frozen=True, slots=True, eq=False)
class _Touches:
    """Touches in order of time; ``codes`` are customers from 0 on, -1 and less the first of ``groups`` and on."""

    seconds: NDArray[np.int64]
    codes: NDArray[np.int64]
    days: NDArray[np.int64]
    groups: list[NDArray[np.int64]]
    touched: int

    def in_order(self) -> _Touches:
        order = np.argsort(self.seconds, kind="stable")
        return _Touches(self.seconds[order], self.codes[order], self.days[order], self.groups, self.touched)


def _told(touches: _Touches, inside: slice, *, is_dense: bool) -> Coverage:
    seconds, codes, days = touches.seconds[inside], touches.codes[inside], touches.days[inside]
    order = np.argsort(days, kind="stable")
    each, begins = np.unique(days[order], return_index=True)
    counts = [len(np.flatnonzero(_there(touches, own))) for own in np.split(codes[order], begins[1:])]
    customers = len(np.flatnonzero(_there(touches, codes)))
    return Coverage(
        customers, touches.touched, int(seconds[0]), int(seconds[-1]), len(each), max(counts), is_dense=is_dense
    )


def _there(touches: _Touches, codes: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which customers some touches are about."""
    there = np.zeros(touches.touched, np.bool_)
    there[codes[codes >= 0]] = True
    for group in distinct(codes[codes < 0]).tolist():
        there[touches.groups[-1 - group]] = True
    return there


def _widened(seconds: NDArray[np.int64], begin: int, end: int) -> tuple[int, int]:
    """The same stretch with what follows it closely on either side; its first place, and the one after its last."""
    near = max(NEAR_S, int(seconds[end] - seconds[begin]) // 2)
    while begin > 0 and seconds[begin] - seconds[begin - 1] <= near:
        begin -= 1
    while end + 1 < len(seconds) and seconds[end + 1] - seconds[end] <= near:
        end += 1
    return begin, end + 1


def _shortest(touches: _Touches, wanted: int) -> tuple[int, int]:
    """The first and last place of the shortest stretch that holds so many different customers."""
    listed, stamps = touches.codes.tolist(), touches.seconds.tolist()
    held = _Held(touches)
    begin = wait = 0
    best = (stamps[-1] - stamps[0] + 1, 0, len(stamps) - 1)
    for end, code in enumerate(listed):
        held.take(code)
        if wait and code >= 0:  # one customer more lets no more than one go
            wait -= 1
            continue
        wait = 0
        while held.there >= wanted:
            best = min(best, (stamps[end] - stamps[begin], begin, end))
            lacking = wanted - held.there + held.lost(listed[begin])
            if lacking > 0:
                wait = lacking - 1
                break
            held.drop(listed[begin])
            begin += 1
        if not best[0]:  # none is shorter
            break
    return best[1], best[2]


class _Held:
    """The different customers of a stretch that moves on: how many are ``there``, and how often each is."""

    def __init__(self, touches: _Touches) -> None:
        self.there = 0
        self._groups = touches.groups
        self._times = [0] * len(touches.groups)
        self._each = np.zeros(touches.touched, np.int64)
        """By how many of the touches alone, and of the groups that are in the stretch, however often."""

    def take(self, code: int) -> None:
        """A touch comes in at the end."""
        if code < 0:
            self._times[-1 - code] += 1
            if self._times[-1 - code] > 1:
                return
            who = self._groups[-1 - code]
            self._each[who] += 1
            self.there += int(np.count_nonzero(self._each[who] == 1))
        else:
            self._each[code] += 1
            self.there += int(self._each[code] == 1)

    def lost(self, code: int) -> int:
        """How many customers go with a touch of the stretch."""
        if code >= 0:
            return int(self._each[code] == 1)
        if self._times[-1 - code] > 1:
            return 0
        return int(np.count_nonzero(self._each[self._groups[-1 - code]] == 1))

    def drop(self, code: int) -> None:
        """A touch goes out at the beginning."""
        self.there -= self.lost(code)
        if code < 0:
            self._times[-1 - code] -= 1
            if self._times[-1 - code]:
                return
        self._each[code if code >= 0 else self._groups[-1 - code]] -= 1
