"""The day in a text: every reading that it has, since a site's order of day and month is not to be seen in one date."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from crawler.pages.dates.names import DAYS_AGO, MONTHS, WEEKDAYS
from crawler.pages.dates.order import DateOrder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_ERAS: Final = {"令和": 2018, "r": 2018, "平成": 1988, "h": 1988, "昭和": 1925, "s": 1925}
_A_CENTURY: Final = 100
_WEEK: Final = 7
_LEAP_CYCLE: Final = 8  # years from one 29 February to the next, at most
_MONTH: Final = "|".join(sorted(MONTHS, key=len, reverse=True))
_LITTLE_WORDS: Final = r"(?:\s(?:of|de|d['’])\s?)?"
_ERA: Final = re.compile(
    r"(令和|平成|昭和|(?<![a-z])[rhs](?=\d))\s?(元|\d{1,2})\s?[年./-]\s?(\d{1,2})\s?[月./-]\s?(\d{1,2})(?:\s?日|(?!\d))"
)
_KANJI: Final = re.compile(r"(?:(\d{4}|\d{2})\s?[年년]\s?)?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일号]")
_YEAR_FIRST: Final = re.compile(r"(?<!\d)(\d{4})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{1,2})(?!\d)")
_YEAR_NAME: Final = re.compile(rf"(?<!\d)(\d{{4}})[\s./-]?({_MONTH})\b[\s./-]?(\d{{1,2}})(?!\d)")
_DAY_NAME: Final = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th|er|[.º])?{_LITTLE_WORDS}[\s/-]?\s?({_MONTH})\b\.?,?"
    rf"(?:{_LITTLE_WORDS}[\s/-]?\s?(\d{{4}}|['’]\d{{2}}|(?<=-)\d{{2}})(?!\d))?"
)
_NAME_DAY: Final = re.compile(
    rf"\b({_MONTH})\b\.?[\s/-]?(\d{{1,2}})(?:st|nd|rd|th|\.)?(?!\d)(?:,?[\s/-]*(\d{{4}}|['’]\d{{2}})(?!\d))?"
)
_YEAR_LAST: Final = re.compile(r"(?<!\d)(\d{1,2})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{4})(?!\d)")
_SHORT: Final = re.compile(r"(?<![\d./-])['’]?(\d{1,2})([-/.])(\d{1,2})\2(\d{2})(?!\d)")
_YEARLESS: Final = re.compile(r"(?<![\d./-])(\d{1,2})([-/.])(\d{1,2})(?![\d/-])\.?")
_DAY_WORD: Final = re.compile("|".join(re.escape(word) for word in sorted(DAYS_AGO, key=len, reverse=True)))
_WEEKDAY: Final = re.compile("|".join(sorted(WEEKDAYS, key=len, reverse=True)))


class Now(NamedTuple):
    """Where the site is: which day the page was fetched on, and the newest day that a post on it can be of."""

    today: date
    newest: date


class Reading(NamedTuple):
    """One way to read a date: in which order of its numbers, if that matters, and the day."""

    order: DateOrder | None
    day: date


class DayFound(NamedTuple):
    """The day that a text tells.

    Attributes:
        readings: In one way or more.
        left: What the text says beside it.
        separator: Between its numbers.
        again_after: Days after which the same text means a later day; 0 for a date.
    """

    readings: tuple[Reading, ...]
    left: str
    separator: str = ""
    again_after: int = 0


def find_days(text: str, now: Now | None) -> Iterator[DayFound]:
    """What in a text in small letters can be its date, likelier places first.

    Args:
        text: Without its time of day.
        now: None when it is not known: then nothing is read that depends on it.
    """
    for pattern, readings in _PATTERNS:
        for found in pattern.finditer(text):
            days = tuple(dict.fromkeys(readings(found, now)))
            if days:
                separator = found[2] if pattern in _SEPARATED else ""
                left = f"{text[: found.start()]} {text[found.end() :]}"
                yield DayFound(days, left, separator, _WEEK if pattern is _WEEKDAY else 0)
    if now:
        yield DayFound((Reading(None, now.today),), text, again_after=1)


def _readings(order: DateOrder | None, year: int | None, month: int, day: int, now: Now | None) -> list[Reading]:
    """The day, if there is such a one; of a date without its year, the last."""
    years = [year] if year is not None else [now.newest.year - back for back in range(_LEAP_CYCLE + 1)] if now else []
    for one in years:
        try:
            made = date(one, month, day)
        except ValueError:
            continue
        if year is not None or (now and made <= now.newest):
            return [Reading(order, made)]
    return []


def _full_year(written: str | None, now: Now | None) -> int | None:
    """A year of four digits, or of two: the last such year that is not to come."""
    if not written:
        return None
    year = int(written.strip("'’"))
    if len(written.strip("'’")) > 2:  # noqa: PLR2004  # digits
        return year
    newest = now.newest.year if now else 2068  # as POSIX reads years of two digits
    return newest - (newest - year) % _A_CENTURY


def _of_era(found: re.Match[str], now: Now | None) -> list[Reading]:
    year = _ERAS[found[1]] + (1 if found[2] == "元" else int(found[2]))
    return _readings(None, year, int(found[3]), int(found[4]), now)


def _of_kanji(found: re.Match[str], now: Now | None) -> list[Reading]:
    return _readings(None, _full_year(found[1], now), int(found[2]), int(found[3]), now)


def _year_first(found: re.Match[str], now: Now | None) -> list[Reading]:
    return _readings(None, int(found[1]), int(found[3]), int(found[4]), now)


def _year_name(found: re.Match[str], now: Now | None) -> list[Reading]:
    return _readings(None, int(found[1]), MONTHS[found[2]], int(found[3]), now)


def _day_name(found: re.Match[str], now: Now | None) -> list[Reading]:
    return _readings(None, _full_year(found[3], now), MONTHS[found[2]], int(found[1]), now)


def _name_day(found: re.Match[str], now: Now | None) -> list[Reading]:
    return _readings(None, _full_year(found[3], now), MONTHS[found[1]], int(found[2]), now)


def _either(first: int, second: int, year: int | None, now: Now | None) -> list[Reading]:
    return [
        *_readings(DateOrder.DAY_FIRST, year, second, first, now),
        *_readings(DateOrder.MONTH_FIRST, year, first, second, now),
    ]


def _year_last(found: re.Match[str], now: Now | None) -> list[Reading]:
    return _either(int(found[1]), int(found[3]), int(found[4]), now)


def _short(found: re.Match[str], now: Now | None) -> list[Reading]:
    by_year = _readings(DateOrder.YEAR_FIRST, _full_year(found[1], now), int(found[3]), int(found[4]), now)
    return [*by_year, *_either(int(found[1]), int(found[3]), _full_year(found[4], now), now)]


def _yearless(found: re.Match[str], now: Now | None) -> list[Reading]:
    return _either(int(found[1]), int(found[3]), None, now)


def _day_word(found: re.Match[str], now: Now | None) -> list[Reading]:
    return [Reading(None, now.today - timedelta(days=DAYS_AGO[found[0]]))] if now else []


def _weekday(found: re.Match[str], now: Now | None) -> list[Reading]:
    if now is None:
        return []
    return [Reading(None, now.today - timedelta(days=(now.today.weekday() - WEEKDAYS[found[0]]) % _WEEK))]


_PATTERNS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str], Now | None], list[Reading]]], ...]] = (
    (_ERA, _of_era), (_KANJI, _of_kanji), (_YEAR_FIRST, _year_first), (_YEAR_NAME, _year_name), (_DAY_NAME, _day_name),
    (_NAME_DAY, _name_day), (_YEAR_LAST, _year_last), (_SHORT, _short), (_YEARLESS, _yearless), (_DAY_WORD, _day_word),
    (_WEEKDAY, _weekday),
)  # fmt: skip
_SEPARATED: Final = frozenset({_YEAR_LAST, _SHORT, _YEARLESS})
