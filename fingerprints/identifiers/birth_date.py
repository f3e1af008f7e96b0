"""Birth dates: 1985-04-03, 1985年4月3日, 昭和60年4月3日, S60.4.3, 令和元年…, 一九八五年…, 19850403, and 850403 at scan.

Canonical: ISO 8601. A date of six digits has no one form; `readings` gives all of them (western year, and year of an
era).
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar, Final

from core.processes.patterns import later
from fingerprints.identifiers._written_dates import ERA_CODES, ERAS, NEWEST, OLDEST, without_second_year, written_days
from fingerprints.identifiers.interface import Examples, Found, IdentifierKind
from fingerprints.slips import digits_meant
from fingerprints.text import fold, kanji_number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_TEXT: Final = 60
MOST_KNOWN: Final = 1 << 15
"""Spellings whose readings are kept at hand: of all living people there are 40,000 birth dates."""
_K: Final = "〇零一二三四五六七八九十"
_ISO: Final = later("([0-9]{4})-([0-9]{2})-([0-9]{2})")
_WESTERN: Final = later(
    r"(\d{4})(?:[-/.\s]{1,3}|年\s{0,9})(\d{1,2})(?:[-/.\s]{1,3}|月\s{0,9})(\d{1,2})\s{0,9}日?(?:\s{0,9}生(?:マレ|まれ)?)?(?:[t\s]{1,9}0?0:00(?::00(?:\.0{1,9})?)?z?)?"
)
_COMPACT: Final = later(r"(\d{4})(\d{2})(\d{2})(?:\.0)?")
_ERA: Final = later(
    r"(明治|大正|昭和|平成|令和|[明大昭平令]|[mtshr])\s{0,9}\.?\s{0,9}(元|\d{1,2})(?:[-/.\s]{1,3}|年\s{0,9})(\d{1,2})(?:[-/.\s]{1,3}|月\s{0,9})(\d{1,2})\s{0,9}日?(?:\s{0,9}生(?:まれ)?)?"
)
_ERA_COMPACT: Final = later(r"([mtshr])(\d{2})(\d{2})(\d{2})")
_DAY_LAST: Final = later(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_JAN_TO_DEC: Final = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_MONTHS: Final = {month: number for number, month in enumerate(_JAN_TO_DEC.split("|"), 1)}
_MONTH: Final = rf"({_JAN_TO_DEC})[a-z]{{0,6}}\.?"
_TH: Final = r"(\d{1,2})(?:st|nd|rd|th)?"
_MONTH_FIRST: Final = later(rf"{_MONTH}[\s-]{{1,2}}{_TH},?[\s-]{{1,2}}(\d{{4}})")
_MONTH_SECOND: Final = later(rf"{_TH}[\s/-]{{1,2}}(?:of )?{_MONTH},?[\s/-]{{1,2}}(\d{{4}})")
_ERA_CODE: Final = later(r"([1-5])(\d{2})(\d{2})(\d{2})")
_SHORT: Final = later(r"(\d{2})[-/.]?(\d{2})[-/.]?(\d{2})")
_KANJI: Final = later(rf"(明治|大正|昭和|平成|令和)?([{_K}元]{{1,4}})年([{_K}]{{1,3}})月([{_K}]{{1,3}})日")
_MOMENT_OR_NAMED: Final = later(r"[a-z]{3}\b|\d{4}-?\d{2}-?\d{2}[t\s]\d|\d{14}(?!\d)|\d{1,2} [a-z]{3} |[1-5]-\d{2}-\d")
"""How dates begin that mean one day wherever they stand; a bare count, or a year of two digits, is a reading."""
_D: Final = "0-9０-９"
_AFTER_LABEL: Final = "".join(
    f"|(?<={''.join(f'[{letter.upper()}{letter}]' for letter in label)}.)"
    for label in ("birth", "birthday", "born", "dob")
)
"""An era's letter may touch the label before it: DOBS60.4.3."""
_S: Final = r"[-/.．／－‐−年月]\s?"
# Each begins with one class of characters and is tried only on text that can hold it: several times faster than one.
_WESTERN_IN_TEXT: Final = later(
    rf"[12１２](?<![{_D}].)[{_D}]{{3}}(?:{_S}[{_D}]{{1,2}}{_S}[{_D}]{{1,2}}日?|[01]\d[0-3]\d)(?![{_D}])", re.DOTALL
)
_ERA_LETTER: Final = later(
    rf"[MTSHRmtshrＭＴＳＨＲ](?:(?<![A-Za-z].){_AFTER_LABEL})\.?"
    rf"[{_D}]{{1,2}}{_S}[{_D}]{{1,2}}{_S}[{_D}]{{1,2}}(?![{_D}])",
    re.DOTALL,
)
_ERA_NAME: Final = later(
    rf"[明大昭平令][治正和成]?\s?(?:元|[{_D}]{{1,2}})\s?{_S}[{_D}]{{1,2}}\s?{_S}[{_D}]{{1,2}}日?(?![{_D}])"
)
_EIGHT_DIGITS: Final = later(r"(\d{4})[-/.]?(\d{2})[-/.]?(\d{2})")
_KANJI_IN_TEXT: Final = later(rf"[{_K}元明大昭平令][{_K}元治正和成]{{0,5}}年[{_K}]{{1,3}}月[{_K}]{{1,3}}日")
_YEAR_AFTER: Final = r"(?:st|nd|rd|th)?,?[ -]\d{4}(?!\d)"
_MONTH_IN_TEXT: Final = later(
    rf"[JFMASOND](?<![A-Za-z].)(?:an|eb|ar|pr|ay|un|ul|ug|ep|ct|ov|ec)[a-z]{{0,6}}\.?[ -]\d{{1,2}}{_YEAR_AFTER}",
    re.DOTALL | re.IGNORECASE,
)
_MONTH_AFTER_DAY: Final = later(
    rf"(?<!\d)\d{{1,2}}(?:st|nd|rd|th)?[ -](?:of )?(?:{_JAN_TO_DEC})[a-z]{{0,6}},?[ -]\d{{4}}(?!\d)", re.IGNORECASE
)


_DAY_LAST_IN_TEXT: Final = later(
    rf"(?<![{_D}./-])[{_D}]{{1,2}}[-/.．／－][{_D}]{{1,2}}[-/.．／－][12１２][{_D}]{{3}}(?![{_D}])"
)


class BirthDate(IdentifierKind):
    """A birth date, or any date that could be one."""

    name = "birth_date"
    code = 7
    headers: ClassVar[tuple[str, ...]] = (
        "生年月日", "誕生日", "birthdate", "birthday", "dateofbirth", "dob", "birth", "生年月日西暦", "生年月日和暦",
        "契約者生年月日", "birthdt", "birthymd", "bday",
    )  # fmt: skip
    examples = Examples(
        hits=(
            ("1985-04-03", "1985-04-03"),
            ("1985/4/3", "1985-04-03"),
            ("１９８５年４月３日", "1985-04-03"),
            ("昭和60年4月3日", "1985-04-03"),
            ("S60.4.3", "1985-04-03"),
            ("S600403", "1985-04-03"),
            ("令和元年5月1日生", "2019-05-01"),
            ("一九八五年四月三日", "1985-04-03"),
            ("昭和六十年四月三日", "1985-04-03"),
            ("19850403", "1985-04-03"),
            ("1985-04-03 00:00:00", "1985-04-03"),
            ("April 3, 1985", "1985-04-03"),
            ("3rd of Apr 1985", "1985-04-03"),
            ("03-Apr-1985", "1985-04-03"),
            ("昭60-04-03", "1985-04-03"),
            ("昭和60年(1985年)4月3日", "1985-04-03"),
            ("1985-04-02T15:00:00.000Z", "1985-04-03"),
            ("19850403000000", "1985-04-03"),
            ("Wed Apr 03 00:00:00 JST 1985", "1985-04-03"),
            ("3-60-04-03", "1985-04-03"),
        ),
        misses=("", "1985-13-03", "1985-02-30", "850403", "0900000001", "架空", "1750-01-01"),
    )

    def canonical(self, text: str) -> str | None:
        """ISO 8601; the month first where 03/04/1985 leaves it open."""
        if len(text) > MAX_TEXT:
            return None
        usual = _ISO.fullmatch(text)
        text = text if usual else without_second_year(fold(text).strip())
        if match := usual or _WESTERN.fullmatch(text) or _COMPACT.fullmatch(text):
            return _iso(*map(int, match.groups()))
        if match := _ERA.fullmatch(text) or _ERA_COMPACT.fullmatch(text):
            era, year, month, day = match.groups()
            return _iso(ERAS[era] + (1 if year == "元" else int(year)), int(month), int(day))
        if match := _KANJI.fullmatch(text):
            return _from_kanji(*match.groups())
        if match := _DAY_LAST.fullmatch(text):
            first, second, year = map(int, match.groups())
            return _iso(year, first, second) or _iso(year, second, first)
        return _from_months(text) or (next(written_days(text), None) if _MOMENT_OR_NAMED.match(text) else None)

    def readings(self, text: str) -> tuple[str, ...]:
        """All dates that the text may write.

        Six digits in western years and every era, seven with the era's number, 03/04/1985 both ways.
        """
        return _readings(self, text) if len(text) <= MAX_TEXT else ()

    def readings_many(self, texts: Sequence[str]) -> list[tuple[str, ...]]:
        """`readings` of each value of a column; days come again and again."""
        if max(map(len, texts), default=0) > MAX_TEXT:
            return super().readings_many(texts)
        return [_readings(self, text) for text in texts]

    def slips(self, text: str) -> tuple[str, ...]:
        """Days with one digit another, two neighbours swapped, or day for month; also of digits that are no day."""
        return _slips(self.canonical(text) or fold(text[:MAX_TEXT]).strip())

    def find(self, text: str) -> Iterator[Found]:
        """Dates with a year of four digits or an era."""
        matches = [*_WESTERN_IN_TEXT.finditer(text), *_ERA_LETTER.finditer(text)]
        if any(vowel in text for vowel in "aeouAEOU"):  # every month has one
            matches += [*_MONTH_IN_TEXT.finditer(text), *_MONTH_AFTER_DAY.finditer(text)]
        if not text.isascii():
            matches += [*_ERA_NAME.finditer(text), *(_KANJI_IN_TEXT.finditer(text) if "年" in text else ())]
        matches += _DAY_LAST_IN_TEXT.finditer(text)
        for match in sorted(matches, key=lambda m: m.start()):
            for canonical in self.readings(match.group()):
                yield Found(self.name, match.start(), match.end(), canonical)


@lru_cache(MOST_KNOWN)
def _readings(kind: BirthDate, text: str) -> tuple[str, ...]:
    forms = [kind.canonical(text)]
    if _ISO.fullmatch(text):
        return (forms[0],) if forms[0] else ()
    folded = fold(text).strip()
    if match := _DAY_LAST.fullmatch(folded):
        first, second, year = map(int, match.groups())
        forms.append(_iso(year, second, first))
    if match := _ERA_CODE.fullmatch(folded):
        era, year, month, day = map(int, match.groups())
        forms.append(_iso(ERAS[ERA_CODES[era - 1]] + year, month, day))
    if match := _SHORT.fullmatch(folded):
        year, month, day = map(int, match.groups())
        starts = (1900, 2000, *dict.fromkeys(ERAS.values()))
        forms += [_iso(start + year, month, day) for start in starts]
    forms += written_days(folded)
    return tuple(dict.fromkeys(form for form in forms if form))


@lru_cache(MOST_KNOWN)
def _slips(written: str) -> tuple[str, ...]:
    parts = _EIGHT_DIGITS.fullmatch(written)
    if parts is None:
        return ()
    year, month, day = parts.groups()
    texts = (year + day + month, *digits_meant(year + month + day))
    days = (_iso(int(text[:4]), int(text[4:6]), int(text[6:])) for text in texts)
    return tuple(dict.fromkeys(day for day in days if day and day != written))


def _iso(year: int, month: int, day: int) -> str | None:
    if not OLDEST <= year <= NEWEST:
        return None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _from_months(text: str) -> str | None:
    """April 3, 1985 and 3rd of April 1985."""
    if match := _MONTH_FIRST.fullmatch(text):
        return _iso(int(match[3]), _MONTHS[match[1]], int(match[2]))
    match = _MONTH_SECOND.fullmatch(text)
    return _iso(int(match[3]), _MONTHS[match[2]], int(match[1])) if match else None


def _from_kanji(era: str | None, year: str, month: str, day: str) -> str | None:
    numbers = [1 if part == "元" else kanji_number(part) for part in (year, month, day)]
    if None in numbers:
        return None
    years, months, days = (number or 0 for number in numbers)
    return _iso(ERAS[era] + years if era else years, months, days)
