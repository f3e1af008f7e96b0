"""Times in every spelling, to UTC, with the zone as written kept."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trails.times import TimeReading, names_no_year, read_time, read_times

READING = TimeReading("Asia/Tokyo", date(2026, 11, 22))
TEN = datetime(2026, 4, 1, 1, 0, tzinfo=UTC)
SPELLINGS = [
    ("2026/04/01 10:00:00", TEN, None),
    ("2026/4/1 10:00", TEN, None),
    ("2026-04-01T10:00:00", TEN, None),
    ("2026-04-01 10:00:00.250", TEN + timedelta(milliseconds=250), None),
    ("2026-04-01T01:00:00Z", TEN, 0),
    ("2026-04-01T10:00:00+09:00", TEN, 540),
    ("2026-04-01T10:00:00+0900", TEN, 540),
    ("2026-04-01 10:00:00 JST", TEN, 540),
    ("2026-03-31T20:00:00-05:00", TEN, -300),
    ("2026年4月1日 10時00分00秒", TEN, None),
    ("2026年4月1日(水) 10:00", TEN, None),
    ("令和8年4月1日 10:00:00", TEN, None),
    ("R8.4.1 10:00", TEN, None),
    ("R08/04/01 午前10:00", TEN, None),
    ("2026/04/01 午後10時00分", TEN + timedelta(hours=12), None),
    ("２０２６／０４／０１　１０：００：００", TEN, None),
    ("20260401100000", TEN, None),
    ("20260401T100000+0900", TEN, 540),
    ("01/Apr/2026:10:00:00 +0900", TEN, 540),
    ("Apr  1 10:00:00", TEN, None),
    ("Apr 01 2026 10:00:00", TEN, None),
    ("Dec 24 10:00:00", datetime(2025, 12, 24, 1, 0, tzinfo=UTC), None),
    ("1775005200", TEN, 0),
    ("1775005200000", TEN, 0),
    ("2026/04/01", TEN - timedelta(hours=10), None),
    ("20260401 100000", TEN, None),
    ("20260401 90000", TEN - timedelta(hours=1), None),
    ("20260401 930", TEN - timedelta(minutes=30), None),
    ("01-APR-26 10.00.00.250000 AM", TEN + timedelta(milliseconds=250), None),
    ("01-Apr-2026 10:00:00", TEN, None),
    ("46113.4166666667", TEN, None),
    ("46113 0.4166666667", TEN, None),
    ("46113", TEN - timedelta(hours=10), None),
]


@pytest.mark.parametrize(("text", "when", "offset"), SPELLINGS)
def test_every_spelling_is_the_same_moment(text: str, when: datetime, offset: int | None) -> None:
    row = read_times(pl.Series([text]), READING).row(0, named=True)
    assert (row["when"], row["offset_min"]) == (when, offset)


def test_spellings_may_be_mixed_in_one_file() -> None:
    frame = read_times(pl.Series([text for text, _, _ in SPELLINGS]), READING)
    assert frame["when"].to_list() == [when for _, when, _ in SPELLINGS]
    assert frame["offset_min"].to_list() == [offset for _, _, offset in SPELLINGS]


@pytest.mark.parametrize(
    "text",
    [
        "2026/13/01 10:00:00",
        "2026/02/30",
        "25:00",
        "昨日",
        "K000001",
        "令和",
        "0",
        "Foo 31 10:00:00",
        "12345",
        "99999.5",
    ],
)
def test_what_is_no_time_is_not_guessed(text: str) -> None:
    assert read_times(pl.Series([text]), READING)["when"].to_list() == [None]


@settings(deadline=None)
@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2035, 1, 1)),  # noqa: DTZ001  # its zone is drawn beside it
    st.integers(-12 * 60, 14 * 60),
)
def test_a_written_time_reads_back(local: datetime, offset: int) -> None:
    written = local.replace(tzinfo=timezone(timedelta(minutes=offset))).isoformat()
    row = read_times(pl.Series([written]), READING).row(0, named=True)
    assert row["when"] == datetime.fromisoformat(written)
    assert row["offset_min"] == offset
    assert read_time(written, READING) == (datetime.fromisoformat(written), offset)


def test_a_time_without_a_year_is_told_apart() -> None:
    assert names_no_year("Apr  1 10:00:00")
    assert not names_no_year("Apr  1 2026 10:00:00")
    assert not names_no_year("2026/04/01 10:00:00")


def test_the_leap_day_belongs_to_a_leap_year() -> None:
    found = read_time("Feb 29 10:00:00", READING)
    assert found
    assert found[0].year == 2024
