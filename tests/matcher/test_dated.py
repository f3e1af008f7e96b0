"""The days of a list follow from the days of its values, and a few that do not fit change nothing."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matcher.compare.candidates import FOREVER
from matcher.decide.verdict import EPOCH, dated

ENROLLED = 20_000


def _days(*pairs: tuple[int, int]) -> tuple[object, object]:
    since, until = np.array(pairs, np.uint16).T
    return dated(since, until)


def _date(day: int) -> object:
    return EPOCH + timedelta(days=day)


def test_a_list_is_younger_than_its_youngest_value_and_older_than_the_first_that_was_replaced() -> None:
    values = [(ENROLLED, FOREVER)] * 5 + [(ENROLLED + 30, FOREVER), (ENROLLED, ENROLLED + 90)]
    assert _days(*values) == (_date(ENROLLED + 30), _date(ENROLLED + 90))


def test_values_that_were_all_enrolled_on_one_day_say_nothing_of_the_beginning() -> None:
    assert _days(*[(ENROLLED, FOREVER)] * 5) == (None, None)
    assert _days(*[(ENROLLED, FOREVER)] * 50, (ENROLLED - 90, ENROLLED)) == (None, None)
    assert dated(np.empty(0, np.uint16), np.empty(0, np.uint16)) == (None, None)


@given(st.integers(ENROLLED - 200, ENROLLED + 200), st.integers(1, 200))
def test_one_wrong_value_among_a_hundred_moves_neither_end(since: int, length: int) -> None:
    right = [(ENROLLED, FOREVER)] * 60 + [(ENROLLED + 30, FOREVER)] * 20 + [(ENROLLED, ENROLLED + 90)] * 19
    assert _days(*right, (since, since + length)) == (_date(ENROLLED + 30), _date(ENROLLED + 90))


def test_among_few_values_each_counts() -> None:
    values = [(ENROLLED, FOREVER)] * 5 + [(ENROLLED + 30, FOREVER)]
    assert _days(*values) == (_date(ENROLLED + 30), None)
