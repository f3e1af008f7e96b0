"""Bars and marks stand where their values say."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.desk.trends import Span
from web.charts import spans, weeks

KINDS = ("high", "low")


@given(st.lists(st.fixed_dictionaries({"high": st.integers(0, 9), "low": st.integers(0, 9)}), min_size=1, max_size=300))
def test_bars_are_as_high_as_their_values_and_stay_inside(values: list[dict[str, int]]) -> None:
    drawn = weeks.stack([(str(n), value) for n, value in enumerate(values)], KINDS)
    if not any(sum(value.values()) for value in values):
        assert drawn is None
        return
    assert drawn is not None
    assert [bar.total for bar in drawn.columns] == [sum(value.values()) for value in values]
    for bar, value in zip(drawn.columns, values, strict=True):
        assert {part.kind: part.value for part in bar.parts} == {kind: n for kind, n in value.items() if n}
        for part in bar.parts:
            assert part.y >= 0
            assert part.y + part.height <= drawn.floor + 0.2
            assert 0 <= part.x <= part.x + part.width <= drawn.width + 0.2


@pytest.mark.parametrize(("value", "top"), [(1, 1), (2, 2), (3, 5), (7, 10), (11, 20), (499, 500), (501, 1000)])
def test_a_scale_ends_at_a_number_that_reads_well(value: int, top: int) -> None:
    assert weeks.nice(value) == top


def test_longer_spans_stand_higher_and_none_leaves_the_picture() -> None:
    seconds = [0.0, 59.0, 3600.0, 90_000.0, 40 * 86_400.0, 9e9]
    drawn = spans.lay_out([Span(date(2026, n + 1, 1), one, one, 1) for n, one in enumerate(seconds)])
    assert drawn is not None
    heights = [mark.median for mark in drawn.marks]
    assert heights == sorted(heights, reverse=True)
    assert all(0 <= height <= drawn.floor for height in heights)
    assert [mark.month for mark in drawn.marks][:2] == ["2026-01", "2026-02"]
    assert spans.lay_out([]) is None
