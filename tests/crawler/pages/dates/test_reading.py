"""Any moment, in any spelling, reads back as that moment, as far as the spelling goes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawler.pages.dates import DateOrder, read_posted
from tests.crawler.pages.dates.spellings import SPELLINGS

TOKYO = ZoneInfo("Asia/Tokyo")
FETCHED = datetime(2026, 11, 28, 3, 0, tzinfo=UTC)  # noon in Tokyo, a Saturday
MOMENT = st.datetimes(datetime(2002, 1, 1), datetime(2050, 1, 1)).map(  # noqa: DTZ001  # the zone comes next
    lambda at: at.replace(microsecond=0, tzinfo=TOKYO)
)
PIECES = st.sampled_from([
    "3", "分", "前", "昨日", "12:03", "2026", "/", "-", ".", " ", "11", "31", "年", "月", "日", "午後", "am", "pm",
    "UTC", "+09:00", "+9", "Nov", "mai", "ago", "an", "hour", "ID:x", "令和", "元", "R8", "Monday", "»", "(日)", "時",
    "noon", ":", ",", "99", "29", "0", "-12", "1793525820", "des", "hace", "yesterday", "now", "٣", "²",
])  # fmt: skip
ANY = st.text() | st.lists(PIECES, max_size=9).map("".join)


def read(written: str, fetched_at: datetime | None = FETCHED, order: DateOrder | None = None) -> datetime | None:
    posted = read_posted(written, TOKYO, order=order, fetched_at=fetched_at)
    return posted.at if posted else None


@given(at=MOMENT, later=st.timedeltas(timedelta(), timedelta(days=300)))
@example(at=datetime(2026, 11, 1, 18, 37, tzinfo=TOKYO), later=timedelta(days=27))
@example(at=datetime(2024, 2, 29, 0, 0, tzinfo=TOKYO), later=timedelta())
@example(at=datetime(2026, 11, 1, 12, 0, tzinfo=TOKYO), later=timedelta())
@pytest.mark.parametrize("name", SPELLINGS)
def test_a_moment_in_any_spelling_reads_back(name: str, at: datetime, later: timedelta) -> None:
    spelling = SPELLINGS[name]
    at = at if "s" not in spelling.leaves_out and spelling.leaves_out != "y" else at.replace(second=0)
    at = at.replace(hour=0, minute=0, second=0) if spelling.leaves_out == "m" else at
    posted = read_posted(spelling.write(at), TOKYO, fetched_at=(at + later).astimezone(UTC))
    assert posted
    assert posted.at == at
    assert not posted.ambiguous


@given(at=MOMENT, later=st.timedeltas(timedelta(), timedelta(days=300)), name=st.sampled_from(sorted(SPELLINGS)))
def test_what_says_its_year_does_not_depend_on_when_it_was_fetched(at: datetime, later: timedelta, name: str) -> None:
    if SPELLINGS[name].leaves_out != "y" and name != "2ch short":
        assert read(SPELLINGS[name].write(at), None) == read(SPELLINGS[name].write(at), (at + later).astimezone(UTC))


@pytest.mark.parametrize(
    "spell", ["{}分前", "{} minutes ago", "約{}分前", "vor {} Minuten", "il y a {} minutes", "{} min ago"]
)
@given(minutes=st.integers(0, 9999))
def test_minutes_ago_are_counted_from_the_fetch(spell: str, minutes: int) -> None:
    assert read(spell.format(minutes)) == FETCHED - timedelta(minutes=minutes)


@pytest.mark.parametrize("spell", ["{h:02}:{m:02}", "Yesterday at {h}:{m:02}", "昨日の{h}:{m:02}",
                                   "Tuesday, {h}:{m:02}", "火曜日 {h}:{m:02}", "今日 {h}時{m}分",
                                   "11/28 {h}:{m:02}"])  # fmt: skip
@given(minute=st.integers(0, 24 * 60 - 1), zone=st.sampled_from(["", " UTC", " PST", " NZDT"]))
def test_a_day_that_is_told_by_a_word_is_the_last_one(spell: str, minute: int, zone: str) -> None:
    at = read(spell.format(h=minute // 60, m=minute % 60) + zone)
    assert at
    assert (at.minute, at.second) == (minute % 60, 0)
    assert at <= FETCHED + timedelta(days=1)
    assert at > FETCHED - timedelta(days=366)


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("3分前", "2026-11-28T11:57"),
        ("2時間前", "2026-11-28T10:00"),
        ("3日前", "2026-11-25T12:00"),
        ("2ヶ月前", "2026-09-28T12:00"),
        ("たった今", "2026-11-28T12:00"),
        ("昨日 12:03", "2026-11-27T12:03"),
        ("一昨日 9:00", "2026-11-26T09:00"),
        ("おととい", "2026-11-26T00:00"),
        ("今日 午後3:05", "2026-11-28T15:05"),
        ("Yesterday at 6:37 pm", "2026-11-27T18:37"),
        ("Today, 06:37 AM", "2026-11-28T06:37"),
        ("an hour ago", "2026-11-28T11:00"),
        ("half an hour ago", "2026-11-28T11:30"),
        ("1 hour, 5 minutes ago", "2026-11-28T10:55"),
        ("less than a minute ago", "2026-11-28T12:00"),
        ("Monday at 6:37 PM", "2026-11-23T18:37"),
        ("Saturday at 6:37 PM", "2026-11-21T18:37"),
        ("12月1日 18:37", "2025-12-01T18:37"),
        ("Feb 29", "2024-02-29T00:00"),
        ("2026/11/01 25:30", "2026-11-02T01:30"),
        ("11-02-2026, 12:03 PM UTC", "2026-11-02T21:03"),
        ("2026-11-01 18:37:05 EST", "2026-11-02T08:37:05"),
        ("mar. 3 nov. 2026, 18h37", "2026-11-03T18:37"),
        ("20261101183705", "2026-11-01T18:37:05"),
        ("#12 2026-11-01 18:37", "2026-11-01T18:37"),
        ("« Reply #1 on: Yesterday at 06:37:12 PM »", "2026-11-27T18:37:12"),
        ("投稿日：2026/11/01(日・祝) 18:37", "2026-11-01T18:37"),
        ("hello", None),
        ("lunch at 12:00", None),
        ("Monday madness", None),
        ("3 replies", None),
        ("2026年11月", None),
        ("2026-13-11", None),
        ("1 to 3 minutes ago", None),
        ("2026-11-01 and 2026-11-02", None),
        ("18:37 19:40", None),
        ("26:61 2026/11/01", None),
        ("1970-01-01 00:00", None),
    ],
)
def test_as_sites_have_it(written: str, at: str | None) -> None:
    assert read(written) == (datetime.fromisoformat(at).replace(tzinfo=TOKYO) if at else None)


@given(written=ANY, fetched_at=st.none() | st.just(FETCHED) | MOMENT)
def test_no_text_breaks_the_reader(written: str, fetched_at: datetime | None) -> None:
    posted = read_posted(written, TOKYO, fetched_at=fetched_at)
    assert (posted is None) == (not written.split())
    if posted:
        assert posted.at is None or posted.at.tzinfo is UTC
        assert posted.written


@pytest.mark.parametrize("written", ["3分前", "昨日 12:03", "18:37", "11月1日 18:37", "Monday, 18:37"])
def test_what_depends_on_the_fetch_is_not_guessed_without_it(written: str) -> None:
    posted = read_posted(written, TOKYO)
    assert posted
    assert (posted.at, posted.written) == (None, written)
