"""Distinct customers in sliding windows: the fast way equals the plain one."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from root_cause.windows import UNDATED, distinct_in_windows, sort_touches

ROWS = st.lists(st.tuples(st.integers(1, 6), st.integers(0, 12)), max_size=40)


@settings(deadline=None)
@given(ROWS, st.integers(1, 14), st.integers(1, 15))
def test_the_running_sum_equals_counting_each_window(rows: list[tuple[int, int]], length: int, starts: int) -> None:
    subjects, days, _ = sort_touches(
        np.array([s for s, _ in rows], np.uint64), np.array([d for _, d in rows], np.int64) + 100, np.ones(len(rows))
    )
    counted = distinct_in_windows(subjects, days, first=100, starts=starts, length=length)
    plain = [len({s for s, d in rows if start <= d < start + length}) for start in range(starts)]
    assert counted.tolist() == plain


def test_weights_count_once_a_subject() -> None:
    subjects, days, _ = sort_touches(np.array([7, 7, 9], np.uint64), np.array([0, 1, 1]), np.ones(3))
    weights = np.array([0.5, 0.5, 0.25])
    assert distinct_in_windows(subjects, days, first=0, starts=2, length=2, weights=weights).tolist() == [0.75, 0.75]


def test_of_several_actions_on_a_day_the_most_telling_stays() -> None:
    subjects, days, odds = sort_touches(
        np.array([7, 7, 7], np.uint64), np.array([3, 3, UNDATED]), np.array([1.0, 10.0, 4.0])
    )
    assert (subjects.tolist(), days.tolist(), odds.tolist()) == ([7, 7], [UNDATED, 3], [4.0, 10.0])
