"""What could be looked for: counts, days and what may be denied, as values."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from root_cause.comparable import Comparable, share_of_days_missing
from trails.gaps import Gap

FIRST, LAST = date(2026, 1, 1), date(2026, 4, 10)


def gap(first: date, last: date, system: str = "crm") -> Gap:
    return Gap(system, "days", "", str(first), str(last), (last - first).days + 1)


@given(st.integers(0, 300), st.integers(0, 300), st.floats(0, 1))
def test_nobody_is_denied_over_what_was_out_of_sight(numbered: int, unnumbered: int, missing: float) -> None:
    there = Comparable(numbered + unnumbered, unnumbered, ("crm",), (), missing)
    assert there.compared + there.missing == there.of
    if there.may_deny:
        assert missing <= 0.5
        assert there.compared >= there.missing
    blind = Comparable(there.of, unnumbered, ("crm",), ("crm",), missing)
    assert blind.compared == 0
    assert not blind.may_deny or blind.of == 0


def test_one_system_with_the_enrolled_numbers_is_enough_to_compare() -> None:
    assert Comparable(60, 0, ("billing", "crm"), ("billing",)).compared == 60
    assert Comparable(60, 0, ("billing", "crm"), ("billing",)).may_deny
    assert not Comparable(60, 0).may_deny


def test_days_without_records_are_a_share_of_those_that_matter() -> None:
    spans = {"crm": (FIRST, LAST)}
    assert share_of_days_missing([], spans, (None, LAST)) == 0
    half = [gap(FIRST, FIRST + timedelta(days=49))]
    assert share_of_days_missing(half, spans, (None, LAST)) == pytest.approx(0.5)
    assert share_of_days_missing(half, spans, (FIRST + timedelta(days=60), LAST)) == 0
    assert share_of_days_missing([], spans, (FIRST - timedelta(days=100), LAST)) == pytest.approx(0.5)
    assert share_of_days_missing([], {}, (None, LAST)) == 0


def test_the_system_that_misses_fewest_days_counts() -> None:
    spans = {"crm": (FIRST, LAST), "billing": (FIRST, LAST)}
    assert share_of_days_missing([gap(FIRST, LAST)], spans, (None, LAST)) == 0
