"""Working days and ends of terms, against another library and a count day by day that shares no code with ours."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import jpholiday
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from deadlines.calendars import Offices, end_of_hours, is_country

JAPAN = Offices("JP", "Asia/Tokyo")
FIRST, LAST = date(2024, 1, 1), date(2030, 12, 31)
ZONES = ("Asia/Tokyo", "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo")
moments = st.datetimes(datetime(2024, 1, 1), datetime(2030, 6, 30), timezones=st.just(UTC))  # noqa: DTZ001  # made aware
lengths = st.integers(1, 120)


def is_closed_by_hand(day: date) -> bool:
    """Closed by the act's own list: Saturdays and Sundays, holidays, 29 December to 3 January."""
    at_the_turn = (day.month == 12 and day.day >= 29) or (day.month == 1 and day.day <= 3)
    return day.isoweekday() in {6, 7} or at_the_turn or jpholiday.is_holiday(day)


def count_by_hand(here: datetime, days: int, *, rolls: bool) -> date:
    """Walk from day to day and count those that begin after the moment, as a clerk would with a wall calendar."""
    midnight = (here.hour, here.minute, here.second, here.microsecond) == (0, 0, 0, 0)
    day, counted = here.date(), 1 if midnight else 0
    while counted < days:
        day = date.fromordinal(day.toordinal() + 1)
        counted += 1
    while rolls and is_closed_by_hand(day):
        day = date.fromordinal(day.toordinal() + 1)
    return day


def test_two_libraries_agree_on_every_day_of_seven_years() -> None:
    days = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
    assert len(days) == 2557
    assert [day for day in days if JAPAN.is_closed(day) != is_closed_by_hand(day)] == []


@pytest.mark.parametrize("day", [date(2026, 5, 6), date(2026, 9, 22), date(2027, 3, 22)])
def test_substitute_and_sandwiched_holidays_are_known(day: date) -> None:
    assert day.weekday() < 5
    assert JAPAN.is_closed(day)


@given(moments, lengths, st.booleans())
@example(datetime(2028, 1, 29, 15, tzinfo=UTC), 30, True)  # 30 January 2028, 0:00: ends in a February of 29 days
@example(datetime(2026, 12, 28, 3, tzinfo=UTC), 1, True)  # into the turn of the year
@example(datetime(2026, 4, 2, 3, tzinfo=UTC), 30, True)  # into four days off in a row
def test_a_term_in_days_ends_where_a_count_by_hand_does(starts: datetime, days: int, rolls: bool) -> None:  # noqa: FBT001
    wanted = count_by_hand(starts.astimezone(ZoneInfo("Asia/Tokyo")), days, rolls=rolls)
    assert JAPAN.last_day(starts, days, rolls=rolls) == wanted


@given(moments, lengths, st.sampled_from(ZONES))
def test_a_term_ends_at_the_end_of_its_day_by_the_clocks_of_its_zone(starts: datetime, days: int, zone: str) -> None:
    offices = Offices("", zone)
    day = offices.last_day(starts, days, rolls=False)
    end = offices.end_of(day)
    moment = timedelta(microseconds=1)
    assert (end - moment).astimezone(ZoneInfo(zone)).date() == day, "the moment before belongs to the last day"
    assert end.astimezone(ZoneInfo(zone)).date() > day, "and the end does not"
    assert end > starts


@given(moments, lengths)
def test_a_longer_term_never_ends_earlier_and_rolling_never_brings_it_forward(starts: datetime, days: int) -> None:
    assert JAPAN.last_day(starts, days + 1) >= JAPAN.last_day(starts, days) >= JAPAN.last_day(starts, days, rolls=False)
    assert not JAPAN.is_closed(JAPAN.last_day(starts, days))


@given(moments, lengths)
def test_counting_the_day_itself_takes_a_day_off_and_no_more(starts: datetime, days: int) -> None:
    after = JAPAN.last_day(starts, days, rolls=False)
    itself = JAPAN.last_day(starts, days, counting="day-of", rolls=False)
    begins = starts.astimezone(ZoneInfo("Asia/Tokyo")).time() == datetime.min.time()
    assert after - itself == (timedelta() if begins else timedelta(days=1))


@given(moments, st.sampled_from(ZONES), st.integers(1, 2000))
def test_hours_pass_alike_whatever_the_clocks_of_a_zone_do(starts: datetime, zone: str, hours: int) -> None:
    there = starts.astimezone(ZoneInfo(zone))
    assert end_of_hours(there, hours).timestamp() - starts.timestamp() == hours * 3600


def test_a_working_day_is_its_own_next_one() -> None:
    assert JAPAN.next_working_day(date(2026, 12, 28)) == date(2026, 12, 28)
    assert JAPAN.next_working_day(date(2026, 12, 29)) == date(2027, 1, 4)
    assert JAPAN.next_working_day(date(2027, 12, 29)) == date(2028, 1, 4)


def test_a_country_that_nobody_knows_is_none() -> None:
    assert is_country("JP")
    assert is_country("")
    assert not is_country("XX")
