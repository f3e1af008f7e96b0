"""How close together touches lie, against every stretch tried by itself."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from root_cause.dossier.coverage import DAY_S, TouchedTogether, measure_coverage

TOUCHES = st.lists(st.tuples(st.integers(1, 40 * DAY_S), st.integers(1, 6)), min_size=1, max_size=25)


def measure(touches: list[tuple[int, int]], together: list[TouchedTogether] | None = None) -> Any:
    seconds = np.array([second for second, _ in touches], np.int64)
    return measure_coverage(seconds, np.array([who for _, who in touches], np.uint64), seconds // DAY_S, together or [])


def best_within_a_day(touches: list[tuple[int, int]]) -> int:
    """The most customers that any stretch of a day holds."""
    return max(len({who for at, who in touches if begin <= at <= begin + DAY_S}) for begin, _ in touches)


@given(touches=TOUCHES)
def test_a_dense_stretch_is_told_wherever_a_day_holds_half_of_the_customers(touches: list[tuple[int, int]]) -> None:
    found = measure(touches)
    touched = len({who for _, who in touches})
    assert found.touched == touched
    assert found.is_dense == (best_within_a_day(touches) >= math.ceil(touched / 2))


@given(touches=TOUCHES)
def test_what_is_told_is_what_stands_between_its_bounds(touches: list[tuple[int, int]]) -> None:
    found = measure(touches)
    inside = [(at, who) for at, who in touches if found.first <= at <= found.last]
    assert found.customers == len({who for _, who in inside})
    days = {at // DAY_S for at, _ in inside}
    assert found.days == len(days)
    assert found.most == max(len({who for at, who in inside if at // DAY_S == day}) for day in days)


GROUPS = st.lists(
    st.tuples(
        st.lists(st.integers(1, 40 * DAY_S), min_size=1, max_size=6),
        st.lists(st.integers(1, 9), min_size=1, max_size=6, unique=True),
    ),
    max_size=3,
)


@given(touches=st.one_of(TOUCHES, st.just([])), groups=GROUPS, scale=st.sampled_from([1, 4000]))
def test_many_touched_at_once_are_as_if_each_were_touched_by_itself(
    touches: list[tuple[int, int]], groups: list[tuple[list[int], list[int]]], scale: int
) -> None:
    touches = [(at // scale + 1, who) for at, who in touches]
    groups = [([at // scale + 1 for at in times], subjects) for times, subjects in groups]
    written = [(at, who) for times, subjects in groups for at in times for who in subjects]
    together = [
        TouchedTogether(np.array(times), np.array(times) // DAY_S, np.array(subjects, np.uint64))
        for times, subjects in groups
    ]
    assert measure(touches, together) == measure([*touches, *written])


def test_a_night_is_told_with_what_follows_closely_and_without_the_rest() -> None:
    night = [(100 * DAY_S + 10 * number, number) for number in range(38)]
    found = measure([*night, (3 * DAY_S, 38), (60 * DAY_S, 39)])
    assert (found.customers, found.touched, found.last - found.first) == (38, 40, 370)


def test_nothing_is_covered_by_nothing() -> None:
    assert measure([]) is None
