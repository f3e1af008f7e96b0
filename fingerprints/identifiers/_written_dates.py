"""Dates as programs and forms write them, beyond those that people do: each text gives every day it may mean.

Databases and scripts keep a day as a moment: midnight in Japan is 15:00 of the day before in UTC, so that a time with a
zone stands for the day there and for the day in Japan. Numbers count seconds or milliseconds from 1970, fourteen
digits hold the time as well, and forms number the eras.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from core.clock import DEFAULT_ZONE
from core.processes.patterns import later

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator

ERAS: Final = {
    "明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018,
    "明": 1867, "大": 1911, "昭": 1925, "平": 1988, "令": 2018,
    "m": 1867, "t": 1911, "s": 1925, "h": 1988, "r": 2018,
}  # fmt: skip
"""The year before the first one of each era, by its name, its first character and its letter."""
ERA_CODES: Final = ("m", "t", "s", "h", "r")
"""As forms number them: 3600403 is 昭和60年4月3日."""
OLDEST, NEWEST = 1880, 2049
JAPAN: Final = ZoneInfo(DEFAULT_ZONE)
MONTHS: Final[dict[str | None, int]] = {
    name: number
    for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)  # noqa: SIM905
}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FEWEST_S, _MOST_S = 3 * 86_400, 50_000 * 86_400
"""A smaller number is as likely anything else, a larger one no day that anybody alive was born on."""
_CLOCK: Final = r"(\d{1,2}):?(\d{2})(?::?(\d{2})(?:[.,]\d{1,9})?)?"
_MOMENT: Final = later(rf"(\d{{4}})-?(\d{{2}})-?(\d{{2}})[t\s]\s?{_CLOCK}\s?(z|utc|gmt|[+-]\d{{2}}:?\d{{2}})")
_FOURTEEN: Final = later(r"(\d{4})(\d{2})(\d{2})[t\s]?(?:\d{6}|\d{4})(?:\.0{1,6})?")
_COUNTED: Final = later(r"-?\d{5,13}")
_SHORT_YEAR: Final = later(r"(\d{1,2})[-/. ]([a-z]{3})[a-z]{0,6}\.?[-/. ](\d{2})")
_BOTH_YEARS: Final = later(r"\s?\(\s?(?:\d{4}|(?:明治|大正|昭和|平成|令和)(?:元|\d{1,2}))\s?年?\s?\)\s?")
_C_STYLE: Final = later(
    r"(?:[a-z]{3},?\s)?(?:(\d{1,2})\s([a-z]{3})|([a-z]{3})\s{1,2}(\d{1,2})),?\s(?:(\d{4})\s)?"
    r"\d{1,2}:\d{2}(?::\d{2})?(?:\s?[+-]\d{4}|\s?[a-z]{3,4}(?:[+-]\d{2}:?\d{2})?)?(?:\s\(.{1,30}\))?(?:\s(\d{4}))?"
)
_CODED: Final = later(r"([1-5])[-/. ](\d{2})[-/. ](\d{1,2})[-/. ](\d{1,2})")


def written_days(text: str) -> Iterator[str]:
    """Every day (ISO 8601) that a folded text may mean as a program's or a form's date, the likeliest first."""
    for form, days_of in _FORMS:
        if match := form.fullmatch(text):
            yield from days_of(match)


def without_second_year(text: str) -> str:
    """昭和59年(1984年)6月25日 without one of its years."""
    return _BOTH_YEARS.sub("", text, count=1) if "(" in text else text


def _days_of_moment(match: re.Match[str]) -> Iterator[str]:
    """The day in Japan, where the time with its zone is midnight there, and the day as it stands."""
    year, month, day, hour, minute, second, zone = match.groups()
    try:
        written = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0), tzinfo=UTC)
    except ValueError:
        return
    there = (written - _offset(zone)).astimezone(JAPAN)
    for moment in (there, written) if _begins_a_day(there) else (written, there):
        yield from _day(moment.year, moment.month, moment.day)


def _begins_a_day(moment: datetime) -> bool:
    """Whether it is the first moment of its day: midnight, or one o'clock on the days on which summer time began."""
    before = (moment.astimezone(UTC) - timedelta(seconds=1)).astimezone(moment.tzinfo)
    return before.date() < moment.date()


def _offset(zone: str) -> timedelta:
    if not zone.startswith(("+", "-")):
        return timedelta()
    sign = -1 if zone[0] == "-" else 1
    digits = zone[1:].replace(":", "")
    return sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))


def _days_counted(match: re.Match[str]) -> Iterator[str]:
    """Seconds or milliseconds from 1970 that fall on a midnight, in UTC or in Japan (whose clocks had summers once)."""
    for scale in (1, 1000):
        seconds, rest = divmod(int(match[0]) * scale, 1000)
        if rest or not _FEWEST_S <= abs(seconds) <= _MOST_S:
            continue
        for zone in (JAPAN, UTC):
            there = (_EPOCH + timedelta(seconds=seconds)).astimezone(zone)
            if _begins_a_day(there):
                yield from _day(there.year, there.month, there.day)


def _day_first(match: re.Match[str]) -> Iterator[str]:
    yield from _day(int(match[1]), int(match[2]), int(match[3]))


def _days_of_code(match: re.Match[str]) -> Iterator[str]:
    code, year, month, day = map(int, match.groups())
    yield from _day(ERAS[ERA_CODES[code - 1]] + year, month, day)


def _days_of_short_year(match: re.Match[str]) -> Iterator[str]:
    for century in (1900, 2000):
        yield from _day(century + int(match[3]), MONTHS.get(match[2], 0), int(match[1]))


def _days_in_c_style(match: re.Match[str]) -> Iterator[str]:
    month, day = (match[2], match[1]) if match[1] else (match[3], match[4])
    yield from _day(int(match[5] or match[6] or 0), MONTHS.get(month, 0), int(day))


def _day(year: int, month: int, day: int) -> Iterator[str]:
    if OLDEST <= year <= NEWEST:
        try:
            yield date(year, month, day).isoformat()
        except ValueError:
            return


_FORMS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Iterator[str]]], ...]] = (
    (_MOMENT, _days_of_moment),
    (_FOURTEEN, _day_first),
    (_CODED, _days_of_code),
    (_SHORT_YEAR, _days_of_short_year),
    (_C_STYLE, _days_in_c_style),
    (_COUNTED, _days_counted),
)
