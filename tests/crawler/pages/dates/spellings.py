"""How sites write a moment; made by hand, and sharing nothing with what reads it."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


def words(text: str) -> list[str]:
    """Apart."""
    return text.split()


ENGLISH = words("January February March April May June July August September October November December")
GERMAN = words("Januar Februar März April Mai Juni Juli August September Oktober November Dezember")
FRENCH = words("janvier février mars avril mai juin juillet août septembre octobre novembre décembre")
SPANISH = words("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre")
RUSSIAN = words("января февраля марта апреля мая июня июля августа сентября октября ноября декабря")
PRESS = words("Jan. Feb. March April May June July Aug. Sept. Oct. Nov. Dec.")
DAYS = "月火水木金土日"
WIDE = str.maketrans("0123456789:/", "０１２３４５６７８９：／")


class Spelling(NamedTuple):
    """A way to write a moment that is in the site's zone; and what it leaves out."""

    write: Callable[[datetime], str]
    leaves_out: str = "s"  # seconds; "m": the time of day as well; "y": the year and the seconds


def hour(at: datetime) -> int:
    """On a clock of twelve hours."""
    return (at.hour + 11) % 12 + 1


def half(at: datetime, words: str = "am pm") -> str:
    """Of the day."""
    return words.split()[at.hour >= 12]


def ordinal(day: int) -> str:
    """With its ending."""
    return f"{day}{'th' if 10 < day < 14 else {1: 'st', 2: 'nd', 3: 'rd'}.get(day % 10, 'th')}"


def press(at: datetime) -> str:
    """As Django does it."""
    if (at.hour, at.minute) in {(0, 0), (12, 0)}:
        return "noon" if at.hour else "midnight"
    return f"{hour(at)}{f':{at.minute:02}' if at.minute else ''} {half(at, 'a.m. p.m.')}"


SPELLINGS = {
    "phpbb": Spelling(lambda t: f"{t:%a} {ENGLISH[t.month - 1][:3]} {t:%d}, {t:%Y} {hour(t)}:{t:%M} {half(t)}"),
    "phpbb line": Spelling(
        lambda t: f"by 名無し7 » {ENGLISH[t.month - 1][:3]} {t:%d}, {t:%Y} {hour(t)}:{t:%M} {half(t)}"
    ),
    "smf": Spelling(lambda t: f"{ENGLISH[t.month - 1]} {t:%d}, {t:%Y}, {hour(t):02}:{t:%M:%S} {half(t, 'AM PM')}", ""),
    "xenforo": Spelling(
        lambda t: f"{ENGLISH[t.month - 1][:3]} {t.day}, {t.year} at {hour(t)}:{t:%M} {half(t, 'AM PM')}"
    ),
    "fluxbb": Spelling(lambda t: f"{t:%Y-%m-%d %H:%M:%S}", ""),
    "ipb": Spelling(lambda t: f"Posted {t:%d} {ENGLISH[t.month - 1]} {t:%Y} - {hour(t):02}:{t:%M} {half(t, 'AM PM')}"),
    "django": Spelling(lambda t: f"{PRESS[t.month - 1]} {t.day}, {t.year}, {press(t)}"),
    "iso": Spelling(lambda t: f"{t:%Y-%m-%dT%H:%M:%S}", ""),
    "iso in utc": Spelling(lambda t: f"{t.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z", ""),
    "offset": Spelling(lambda t: f"{t:%Y-%m-%d %H:%M:%S} +0900", ""),
    "offset named": Spelling(lambda t: f"{t:%d} {ENGLISH[t.month - 1]} {t:%Y}, {t:%H:%M} (GMT+9)"),
    "mail": Spelling(lambda t: f"{t:%a}, {t:%d} {ENGLISH[t.month - 1][:3]} {t:%Y %H:%M:%S} +0900", ""),
    "ctime": Spelling(lambda t: f"{t:%a} {ENGLISH[t.month - 1][:3]} {t.day:2} {t:%H:%M:%S} JST {t:%Y}", ""),
    "epoch": Spelling(lambda t: str(int(t.timestamp()) * 1000), ""),
    "british": Spelling(lambda t: f"{ordinal(t.day)} {ENGLISH[t.month - 1]} {t.year} {t:%H:%M}"),
    "british day": Spelling(lambda t: f"{t.day} {ENGLISH[t.month - 1]} {t.year}", "m"),
    "german": Spelling(lambda t: f"{t.day}. {GERMAN[t.month - 1]} {t.year} um {t:%H:%M} Uhr"),
    "german short": Spelling(lambda t: f"{t:%d.%m.%Y}, {t:%H:%M}"),
    "french": Spelling(lambda t: f"le {t.day} {FRENCH[t.month - 1]} {t.year} à {t.hour}h{t:%M}"),
    "spanish": Spelling(lambda t: f"{t.day} de {SPANISH[t.month - 1]} de {t.year} {t:%H:%M}"),
    "russian": Spelling(lambda t: f"{t.day} {RUSSIAN[t.month - 1]} {t.year}, {t:%H:%M}"),
    "2ch": Spelling(lambda t: f"{t:%Y/%m/%d}({DAYS[t.weekday()]}) {t:%H:%M:%S}.00 ID:aB3/+9xY0", ""),
    "2ch short": Spelling(lambda t: f"{t:%y/%m/%d}({DAYS[t.weekday()]}) {t:%H:%M:%S}.00 ID:??? BE:12-#3", ""),
    "slashes": Spelling(lambda t: f"{t.year}/{t.month}/{t.day} {t.hour}:{t:%M}"),
    "wide": Spelling(lambda t: f"{t:%Y/%m/%d %H:%M}".translate(WIDE)),
    "kanji": Spelling(
        lambda t: f"{t.year}年{t.month}月{t.day}日({DAYS[t.weekday()]}) {t.hour}時{t.minute}分{t.second}秒", ""
    ),
    "kanji half": Spelling(lambda t: f"{t.year}年{t.month}月{t.day}日 {half(t, '午前 午後')}{t.hour % 12}:{t:%M}"),
    "half behind": Spelling(lambda t: f"{t:%Y/%m/%d} {half(t, '午前 午後')} {t.hour % 12}時{t:%M}分"),
    "yearless": Spelling(lambda t: f"{t.month}月{t.day}日 {t:%H:%M}", "y"),
    "yearless english": Spelling(lambda t: f"{ENGLISH[t.month - 1][:3]} {t.day}, {t:%H:%M}", "y"),
}


def era(at: datetime) -> str:
    """In the reckoning of Japan's eras."""
    name, first = ("令和", 2019) if (at.year, at.month) >= (2019, 5) else ("平成", 1989)
    year = at.year - first + 1
    return f"{name}{'元' if year == 1 else year}年{at.month}月{at.day}日 {at.hour}時{at.minute:02}分"


def era_short(at: datetime) -> str:
    """The same as forms have it."""
    letter, first = ("R", 2019) if (at.year, at.month) >= (2019, 5) else ("H", 1989)
    return f"{letter}{at.year - first + 1}.{at.month}.{at.day} {at:%H:%M}"


SPELLINGS |= {"era": Spelling(era), "era short": Spelling(era_short)}
