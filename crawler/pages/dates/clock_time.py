"""The time of day in a text, and the zone that stands with it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta, timezone
from typing import Final

from crawler.pages.dates.names import AFTERNOON, HALVES, ZONES

_HALF_DAY: Final = 12
_LAST_HOUR: Final = 29  # the small hours are counted on in Japan, as in 25:30
_SEXTUPLE: Final = 60
_FARTHEST: Final = timedelta(hours=15)  # of a zone from UTC: one more than there are
_COLONS: Final = re.compile(
    rf"(?P<before>{HALVES})?\s?(?<![\d:.])(?P<h>\d{{1,2}}):(?P<m>\d{{2}})(?::(?P<s>\d{{2}})(?:[.,](?P<f>\d{{1,9}}))?)?"
    rf"(?![\d:])(?:\s?(?P<after>{HALVES}))?(?:\s?uhr\b)?"
)
_WORDS: Final = re.compile(
    rf"(?P<before>{HALVES})?\s?(?<!\d)(?P<h>\d{{1,2}})\s?(?:[時시点]|h(?=\d|\b)|uhr\b)\s?"
    rf"(?:(?P<m>\d{{1,2}})(?:\s?(?:[分분]|min\b)|(?!\d)))?\s?(?:(?P<s>\d{{1,2}})\s?[秒초])?(?P<f>(?!))?(?P<after>{HALVES})?"
)
_HOUR: Final = re.compile(
    rf"(?<![\d:])(?P<h>\d{{1,2}})\s?(?P<after>{HALVES})(?P<before>(?!))?(?P<m>(?!))?(?P<s>(?!))?(?P<f>(?!))?"
)
_NAMED: Final = re.compile(r"\b(?:noon|midday)\b|正午|(?P<night>\bmidnight\b)")
_OFFSET: Final = r"(?P<sign>[+\-])(?P<zh>\d{1,2})(?::?(?P<zm>\d{2}))?(?![\d./-])"
_ZONE_NEXT: Final = re.compile(rf"\s?[(\[]?\s?(?:(?P<name>utc|gmt)\s?{_OFFSET}|(?P<abbr>{'|'.join(ZONES)})\b)\s?[)\]]?")
_OFFSET_NEXT: Final = re.compile(
    r"\s?[(\[]?(?:(?P<sign>[+\-])(?P<zh>\d{2}):?(?P<zm>\d{2})|(?P<plus>\+)(?P<ph>\d{1,2}))(?![\d./:-])[)\]]?"
)
_ZONE_APART: Final = re.compile(rf"\b(?:(?P<name>utc|gmt)\s?{_OFFSET}|(?P<abbr>{'|'.join(set(ZONES) - {'z'})})\b)")


@dataclass(frozen=True, slots=True)
class ClockTime:
    """When on its day.

    Attributes:
        since_midnight: By the clock; more than a day, where the small hours are counted on.
        zone: As written; None when it is the site's.
        has_half: It said which half of the day.
    """

    since_midnight: timedelta
    zone: timezone | None = None
    has_half: bool = False


MIDNIGHT: Final = ClockTime(timedelta())


def take_clock_time(text: str) -> tuple[ClockTime | None, str]:
    """The time of day in a text in small letters, and the text without it; None when it names none.

    Raises:
        ValueError: What looks like one is none.
    """
    if found := _NAMED.search(text):
        clock = ClockTime(timedelta(hours=0 if found["night"] else _HALF_DAY), has_half=True)
    elif found := _COLONS.search(text) or _WORDS.search(text) or _HOUR.search(text):
        clock = _clock_of(found)
    else:
        return None, text
    zone, left = _take_zone(text[: found.start()] + " ", text[found.end() :])
    return ClockTime(clock.since_midnight, zone, clock.has_half), left


def _clock_of(found: re.Match[str]) -> ClockTime:
    hour, minute, second = (int(found[name] or 0) for name in ("h", "m", "s"))
    half = re.sub(r"[.\s]", "", found["before"] or found["after"] or "")
    if hour > _LAST_HOUR or minute >= _SEXTUPLE or second > _SEXTUPLE:
        raise ValueError("no time of day")
    if half and hour <= _HALF_DAY:
        hour = hour % _HALF_DAY + (_HALF_DAY if half in AFTERNOON else 0)
    fraction = int((found["f"] or "0").ljust(6, "0")[:6])
    return ClockTime(timedelta(hours=hour, minutes=minute, seconds=second, microseconds=fraction), has_half=bool(half))


def _take_zone(before: str, behind: str) -> tuple[timezone | None, str]:
    """The zone right behind the time, or by its name anywhere."""
    if found := _ZONE_NEXT.match(behind) or _OFFSET_NEXT.match(behind):
        return _zone_of(found), f"{before} {behind[found.end() :]}"
    left = f"{before} {behind}"
    if found := _ZONE_APART.search(left):
        return _zone_of(found), f"{left[: found.start()]} {left[found.end() :]}"
    return None, left


def _zone_of(found: re.Match[str]) -> timezone:
    said = found.groupdict()
    if said.get("abbr"):
        return timezone(timedelta(hours=ZONES[said["abbr"]]))
    size = timedelta(hours=int(said.get("zh") or said.get("ph") or 0), minutes=int(said["zm"] or 0))
    if size > _FARTHEST:
        raise ValueError("no zone is that far away")
    return timezone(-size if said["sign"] == "-" else size)
