"""The histogram: every event in one bar, every bar inside the frame."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.query.expressions import All, Between, Word
from incidents.timeline.query import event_fields, parse_query
from incidents.views import DayCount
from web.charts.days import FLOOR, MOST_BARS, WIDTH, draw
from web.searching import days_query

DAYS = st.dictionaries(
    st.integers(min_value=0, max_value=4000), st.integers(min_value=1, max_value=10**6), min_size=1, max_size=60
)
START = date(2016, 4, 1)


def narrow(first: date, last: date) -> str:
    query = parse_query("名簿 after:2001-01-01")
    return days_query(query.expression, event_fields(), query.zone, first, last)


@given(DAYS)
def test_no_event_is_lost_and_nothing_stands_outside(counts: dict[int, int]) -> None:
    chart = draw([DayCount(START + timedelta(days=n), events) for n, events in counts.items()], narrow)
    assert chart
    assert sum(bar.events for bar in chart.bars) == sum(counts.values())
    assert len(chart.bars) <= MOST_BARS
    assert all(bar.x >= 0 and bar.x + bar.width <= WIDTH and bar.y >= 0 for bar in chart.bars)
    assert all(abs(bar.y + bar.height - FLOOR) < 1 for bar in chart.bars)


@given(DAYS)
def test_every_bar_leads_to_its_own_days(counts: dict[int, int]) -> None:
    chart = draw([DayCount(START + timedelta(days=n), events) for n, events in counts.items()], narrow)
    assert chart
    bar = chart.bars[-1]
    expression = parse_query(bar.query).expression
    assert isinstance(expression, All)
    word, days = expression.parts
    assert word == Word("名簿")
    assert isinstance(days, Between)
    assert isinstance(days.low, datetime)
    assert isinstance(days.high, datetime)
    assert (days.high - days.low).days == (bar.last - bar.first).days + 1


def test_without_events_there_is_no_chart() -> None:
    assert draw([], narrow) is None
