"""What ails a source, by its own past: a bad day is none, and what used to come and does not is one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.texts import LANGUAGES
from crawler.conditions import conditions_of
from crawler.models import Sweep

NOW = datetime(2026, 11, 22, tzinfo=UTC)
EVERY = timedelta(minutes=15)
COUNTS = (
    "new_documents", "documents", "listed", "waiting", "walls", "gone", "kept", "with_author", "with_time",
    "unread_times", "ambiguous_times",
)  # fmt: skip


def sweep(ago: float, state: str = "done", /, **counts: Any) -> Sweep:
    """A sweep so many intervals ago."""
    at = NOW - ago * EVERY
    return Sweep(
        source="a", started_at=at, finished_at=at, state=state, reason=counts.pop("reason", ""), notes="",
        **(dict.fromkeys(COUNTS, 0) | counts),
    )  # fmt: skip


def kinds(*sweeps: Sweep, good_at: datetime | None = NOW) -> list[str]:
    return [one.kind for one in conditions_of(sweeps, EVERY, good_at, NOW)]


def test_one_bad_sweep_is_no_condition() -> None:
    assert kinds(sweep(3), sweep(2), sweep(1, "failed")) == []


def test_three_failed_ones_are() -> None:
    assert kinds(sweep(3, "failed"), sweep(2, "failed"), sweep(1, "failed", reason="HTTP 500")) == ["failing"]


def test_a_source_that_nobody_sweeps_is_stale() -> None:
    assert kinds(sweep(9), good_at=NOW - 9 * EVERY) == ["stale"]


@pytest.mark.parametrize(
    ("counts", "kind"), [({"walls": 2}, "walled"), ({"listed": 9, "waiting": 9}, "blind"), ({"gone": 4}, "vanished")]
)
def test_what_is_seen_and_not_read_is_told(counts: dict[str, int], kind: str) -> None:
    assert kind in kinds(*(sweep(n, "partial", **counts) for n in (3, 2, 1)))


def test_a_source_is_dry_by_its_own_measure() -> None:
    often = [sweep(ago, new_documents=1) for ago in range(400, 300, -1)]
    assert kinds(*often, sweep(1)) == ["dry"]
    weekly = [sweep(ago * 96 * 7, new_documents=1) for ago in range(9, 1, -1)]
    assert kinds(*weekly, sweep(1)) == []


def test_authors_and_times_that_are_not_found_any_more_are_told() -> None:
    past = [sweep(ago, kept=10, with_author=10, with_time=10) for ago in range(20, 5, -1)]
    now = [sweep(ago, kept=10, unread_times=10) for ago in (3, 2, 1)]
    assert kinds(*past, *now) == ["authors-lost", "times-lost", "times-unread"]


@given(st.lists(st.fixed_dictionaries({name: st.integers(0, 30) for name in COUNTS}), min_size=1, max_size=30))
def test_whatever_the_counts_every_condition_has_its_words(counted: list[dict[str, int]]) -> None:
    sweeps = [sweep(len(counted) - number, **counts) for number, counts in enumerate(counted)]
    for condition in conditions_of(sweeps, EVERY, NOW, NOW):
        for language in LANGUAGES:
            assert condition.seen(language)
            condition.hint(language)
