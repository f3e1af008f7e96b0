"""Laws of estimates: what is said holds, and where nobody can tell, nothing is said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from web.routes.work.estimates import LEAST_STEPS, TimeLeft, WorkStep, time_left

BEGAN = datetime(2026, 11, 22, tzinfo=UTC)


def steady(seconds: float, share: float, steps: int) -> list[WorkStep]:
    """Steps of work that would take so many seconds in all, up to a share of it."""
    return [
        WorkStep(BEGAN + timedelta(seconds=seconds * share * n / steps), share * n / steps) for n in range(steps + 1)
    ]


@given(st.floats(60, 1e5), st.floats(0.1, 0.99), st.integers(4, 90))
def test_steady_work_ends_within_what_was_said(seconds: float, share: float, count: int) -> None:
    steps = steady(seconds, share, count)
    left = time_left(steps, steps[-1].at)
    assert left is not None
    assert left.least_s <= seconds * (1 - share) <= left.most_s


@given(st.lists(st.floats(0.5, 60), min_size=4, max_size=40), st.floats(0.1, 0.9))
def test_a_range_covers_the_pace_as_it_was_on_the_whole(gaps: list[float], share: float) -> None:
    at, steps = BEGAN, [WorkStep(BEGAN, 0.0)]
    for number, gap in enumerate(gaps, 1):
        at += timedelta(seconds=gap)
        steps.append(WorkStep(at, share * number / len(gaps)))
    left = time_left(steps, at)
    if left is not None:
        whole = sum(gaps) * (1 - share) / share
        assert left.least_s <= whole <= left.most_s * (1 + 1e-9)


@given(st.integers(0, LEAST_STEPS - 1))
def test_too_few_steps_say_nothing(count: int) -> None:
    steps = [WorkStep(BEGAN + timedelta(minutes=n), 0.2 * n) for n in range(count)]
    assert time_left(steps, BEGAN + timedelta(minutes=5)) is None


def test_what_stands_still_says_nothing_more() -> None:
    steps = steady(600, 0.5, 30)
    assert time_left(steps, steps[-1].at + timedelta(seconds=5)) is not None
    assert time_left(steps, steps[-1].at + timedelta(hours=1)) is None


def test_what_has_hardly_begun_says_nothing() -> None:
    assert time_left(steady(10_000, 0.001, 5), BEGAN + timedelta(seconds=10)) is None
    assert time_left(steady(1, 0.9, 5), BEGAN + timedelta(seconds=1)) is None, "a pace of less than a second is none"


def test_words_take_the_unit_that_reads_best() -> None:
    assert TimeLeft(3.2, 40.1).words == ("s", 3, 41)
    assert TimeLeft(70, 400).words == ("min", 1, 7)
    assert TimeLeft(100, 90_000).words == ("h", 0, 25)
    assert TimeLeft(0, 0).words == ("s", 0, 1)
