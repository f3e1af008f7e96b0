"""Dates as programs and forms write them: whatever writes a day, the day is among what it may mean."""

from __future__ import annotations

import json
import time
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import format_datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fingerprints.identifiers.birth_date import BirthDate

if TYPE_CHECKING:
    from collections.abc import Callable

KIND = BirthDate()
TOKYO = ZoneInfo("Asia/Tokyo")
JST = timezone(timedelta(hours=9), "JST")
COUNTED = ("JavaScript, as a number", "seconds in UTC")
DAYS = st.dates(date(1926, 12, 26), date(2010, 12, 31))


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=TOKYO)


def era(day: date, showa: str, heisei: str) -> str:
    return f"{showa}{day.year - 1925}" if day < date(1989, 1, 8) else f"{heisei}{day.year - 1988}"


WRITERS: dict[str, Callable[[date], str]] = {
    "JavaScript, as JSON": lambda day: midnight(day).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
    "JavaScript, as a number": lambda day: str(int(midnight(day).timestamp()) * 1000),
    "seconds in UTC": lambda day: str(int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())),
    "JavaScript, toString": lambda day: day.strftime("%a %b %d %Y 00:00:00 GMT+0900 (Japan Standard Time)"),
    "Java": lambda day: day.strftime("%a %b %d 00:00:00 JST %Y"),
    "C's ctime": lambda day: time.strftime("%a %b %e 00:00:00 %Y", day.timetuple()),
    "mail": lambda day: format_datetime(datetime(day.year, day.month, day.day, tzinfo=JST)),
    "Python": lambda day: str(datetime(day.year, day.month, day.day, tzinfo=JST)),
    "XML": lambda day: f"{day.isoformat()}T00:00:00+09:00",
    "Oracle": lambda day: day.strftime("%d-%b-%y").upper(),
    "fourteen digits": lambda day: day.strftime("%Y%m%d") + "000000",
    "a form's code": lambda day: (
        f"{3 if day < date(1989, 1, 8) else 4}-" + era(day, "", "").zfill(2) + day.strftime("-%m-%d")
    ),
    "one character": lambda day: era(day, "昭", "平") + f".{day.month}.{day.day}",
    "one square": lambda day: era(day, "㍼", "㍻") + f"年{day.month}月{day.day}日",
    "both years": lambda day: era(day, "昭和", "平成") + f"年（{day.year}年）{day.month}月{day.day}日",
    "both years, the other way": lambda day: f"{day.year}年({era(day, '昭和', '平成')}年){day.month}月{day.day}日",
}


@pytest.mark.parametrize("writer", WRITERS)
@given(day=DAYS)
def test_a_written_day_is_among_what_it_may_mean(writer: str, day: date) -> None:
    assume(writer not in COUNTED or abs((day - date(1970, 1, 1)).days) > 366)  # a few digits are anything
    text = WRITERS[writer](day)
    assert day.isoformat() in KIND.readings(text)
    canonical = KIND.canonical(text)
    assert canonical in {None, day.isoformat()}
    for spelling in (text.lower(), f" {text} "):
        assert day.isoformat() in KIND.readings(spelling)


@given(st.text(max_size=60) | st.from_regex(r"[0-9a-z:/. +-]{1,40}"))
def test_whatever_is_read_is_a_day(text: str) -> None:
    for reading in KIND.readings(text):
        assert json.dumps(date.fromisoformat(reading).isoformat()) == f'"{reading}"'


@pytest.mark.parametrize("text", ["09000000001", "1234567890123", "483030", "20261122", "0", "-5", "99999999999999"])
def test_a_number_that_counts_to_no_midnight_is_no_date(text: str) -> None:
    counted = {"20261122": ("2026-11-22",)}
    assert KIND.readings(text) == counted.get(text, ())


def test_a_day_on_which_summer_time_began_had_no_midnight() -> None:
    assert KIND.canonical("1948-05-01T15:00:00.000Z") == "1948-05-02"
    assert KIND.canonical("1948-05-02T15:00:00.000Z") == "1948-05-02"  # one o'clock in Tokyo on the day after
