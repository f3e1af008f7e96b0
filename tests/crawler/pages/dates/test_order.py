"""Day and month stand in one order in all dates of a source."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from crawler.pages.dates import DateOrder, Dates

ZONE = ZoneInfo("UTC")
FETCHED = datetime(2026, 11, 28, tzinfo=UTC)
DAYS = st.lists(st.dates(date(2020, 1, 1), date(2026, 11, 28)), min_size=1, max_size=9)
WRITTEN = {DateOrder.DAY_FIRST: "%d-%m-%Y", DateOrder.MONTH_FIRST: "%m-%d-%Y"}
ORDERS = st.sampled_from(sorted(WRITTEN))


def read(dates: Dates, written: str) -> date | None:
    posted = dates.read(written, FETCHED)
    return posted.at.date() if posted and posted.at else None


@given(days=DAYS, order=ORDERS)
def test_one_date_that_has_one_reading_decides_for_all(days: list[date], order: DateOrder) -> None:
    assume(any(day.day > 12 for day in days))
    dates = Dates(ZONE)
    written = [day.strftime(WRITTEN[order]) for day in days]
    for one in written:
        dates.observe(one, FETCHED)
    again = Dates(ZONE, carried=dates.carried)
    for day, one in zip(days, written, strict=True):
        assert read(dates, one) == read(again, one) == day
        posted = dates.read(one, FETCHED)
        assert posted
        assert not posted.ambiguous


@given(days=DAYS, order=ORDERS)
def test_without_proof_too_it_is_one_order(days: list[date], order: DateOrder) -> None:
    dates, doubtful = Dates(ZONE), []
    for day in days:
        if day.day <= 12 and date(day.year, day.day, day.month) <= FETCHED.date():
            written = day.strftime(WRITTEN[order])
            doubtful.append((written, read(dates, written)))
    possible = (
        all(datetime.strptime(written, form).date() == found for written, found in doubtful)  # noqa: DTZ007
        for form in WRITTEN.values()
    )
    assert any(possible)


@given(days=DAYS, order=ORDERS)
def test_a_setting_needs_no_proof_and_is_never_doubted(days: list[date], order: DateOrder) -> None:
    dates = Dates(ZONE, order=order, carried="9,9,9,mdy,ymd")
    for day in days:
        posted = dates.read(day.strftime(WRITTEN[order]), FETCHED)
        assert posted
        assert posted.at
        assert (posted.at.date(), posted.ambiguous) == (day, False)


@given(carried=st.text() | st.text("0123456789,dmy"), day=st.dates(date(2020, 1, 1), date(2026, 11, 1)))
def test_whatever_was_carried_over_breaks_nothing(carried: str, day: date) -> None:
    dates = Dates(ZONE, carried=carried)
    assert read(dates, day.isoformat()) == day
    assert Dates(ZONE, carried=dates.carried).carried == dates.carried


def test_what_is_read_without_proof_stays_so_in_the_next_sweep_until_there_is_one() -> None:
    dates = Dates(ZONE)
    assert read(dates, "11-02-2026") == date(2026, 11, 2)  # newer than 11 February
    for _ in range(9):
        dates = Dates(ZONE, carried=dates.carried)
        assert read(dates, "02-11-2026") == date(2026, 2, 11)
    posted = dates.read("02-11-2026", FETCHED)
    assert posted
    assert posted.ambiguous
    dates.observe("13-11-2026", FETCHED)
    assert read(dates, "02-11-2026") == date(2026, 11, 2)


def test_what_would_be_to_come_is_no_reading() -> None:
    dates = Dates(ZONE)
    dates.observe("05-12-2026", FETCHED)  # 5 December is to come
    assert read(dates, "05-12-2026") == date(2026, 5, 12)
    assert read(dates, "03-04-2026") == date(2026, 3, 4)


def test_a_date_that_does_not_fit_the_sources_order_is_not_read() -> None:
    dates = Dates(ZONE, order=DateOrder.DAY_FIRST)
    posted = dates.read("11-13-2026", FETCHED)
    assert posted
    assert (posted.at, posted.written) == (None, "11-13-2026")


@pytest.mark.parametrize(
    ("written", "day", "ambiguous"),
    [
        ("01.11.2026", date(2026, 11, 1), False),
        ("11/02/2026 6:37 PM", date(2026, 11, 2), True),
        ("26/11/01(日) 12:00", date(2026, 11, 1), False),
        ("26/11/01 12:00", date(2026, 11, 1), True),
        ("11-11-2026", date(2026, 11, 11), False),
        ("11/27 18:37", date(2026, 11, 27), False),
    ],
)
def test_what_is_usual_is_taken_where_nothing_is_proved(written: str, day: date, *, ambiguous: bool) -> None:
    posted = Dates(ZONE).read(written, FETCHED)
    assert posted
    assert posted.at
    assert (posted.at.date(), posted.ambiguous) == (day, ambiguous)


@given(days=DAYS)
def test_years_of_two_digits_stand_where_the_day_of_the_week_shows_them(days: list[date]) -> None:
    dates = Dates(ZONE)
    dates.observe("26/11/01(日) 12:00", FETCHED)
    assert [read(dates, f"{day:%y/%m/%d}") for day in days] == days
    assert [read(Dates(ZONE, carried=dates.carried), f"{day:%y/%m/%d} 00:00") for day in days] == days


def test_moments_are_older_than_a_day_from_now() -> None:
    """Years that nobody wrote are chosen so; see the law of the readings."""
    for days in range(1, 700):
        at = FETCHED + timedelta(days=days)
        posted = Dates(ZONE).read(f"{at.month}月{at.day}日 {at:%H:%M}", FETCHED)
        assert posted
        assert posted.at
        assert posted.at <= FETCHED + timedelta(days=1)
