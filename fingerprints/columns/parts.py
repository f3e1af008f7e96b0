"""Fields whose parts stand in columns of their own: 姓 | 名, 東京都 | 千代田区, 090 | 0012 | 3400, 1985 | 4 | 3.

Names and addresses are told by their headers, and addresses also by a column of prefectures; the parts of numbers and
dates are told by what they are, since 電話1, 電話2, 電話3 are three phones as often as three parts of one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Final

from core.processes.patterns import later
from fingerprints.identifiers.address import PREFECTURES
from fingerprints.identifiers.interface import header_words
from fingerprints.text import nfkc

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from fingerprints.identifiers import IdentifierKind

    Cells = Sequence[Sequence[str]]

_SPLIT: Final = {
    "name": (
        "姓 氏 苗字 名字 漢字姓 姓漢字 氏漢字 lastname familyname surname last lname family sei",
        "名 漢字名 名漢字 下の名前 firstname givenname givennames forename first fname given mei",
    ),
    "kana": (
        "セイ 姓カナ 氏カナ カナ姓 姓フリガナ フリガナ姓 姓ヨミ lastnamekana familynamekana lastkana seikana",
        "メイ 名カナ カナ名 名フリガナ フリガナ名 名ヨミ firstnamekana givennamekana firstkana meikana",
    ),
    "address": (
        "都道府県 都道府県名 県 県名 prefecture pref streetnumber housenumber",
        "市区町村 市町村 市区町村名 市区郡 郡市区 市区 市郡区 city municipality 住所1",
        "町域 町名 町名番地 町域番地 番地以下 番地以降 住所詳細 字丁目 大字 住所2 street town address1 addressline1",
        "番地 丁目番地 番地等 番地号 丁目番地号 地番 住所3 address2 addressline2",
        "建物名 建物 マンション名 建物名等 建物名部屋番号 方書 部屋番号 号室 住所4 building room apartment address3",
        "suburb locality",
        "state",
    ),
}
_PARTS: Final = {
    header_words(word): (kind, order)
    for kind, parts in _SPLIT.items()
    for order, words in enumerate(parts)
    for word in words.split()
}
_BUILDING: Final = 4
"""Which of an address's parts that is."""
_BRACKETS: Final = later(r"\([^()]{0,40}\)|\[[^\[\]]{0,40}\]")
_WHOSE: Final = later(
    "^(?:契約者様?|ご?契約|オ客様|オ客サマ|顧客|会員|加入者|利用者|現|ゴ|自宅|送付先|請求先|住所(?=[^\\d])|mailing|billing|shipping|home|customer|cust)+"
)
"""Whose part of an address it is, before what says which part."""
_SERIAL: Final = later(r"[1-4][0-9]{4}(?:\.0)?")
_DAY_0: Final = date(1899, 12, 30)
FIRST_SERIAL, LAST_SERIAL = 5000, 55_000
"""From 1913 to 2050: less would be a year, more a date of six digits without its zero."""
SERIALS: Final = 30  # cells that tell whether a column of dates holds such numbers
FIT: Final = 0.8  # share of the rows whose parts read as a whole
FEWEST: Final = 2  # rows that are told by shape alone
_PART: Final = later(r"[^\W\d_a-zA-Z]{1,5}|[A-Za-z'-]{2,20}")  # a family or a given name alone
_YEAR: Final = later(r"(?:19|20)\d\d年?|(?:明治|大正|昭和|平成|令和|[MTSHRmtshr])\s?(?:元|\d{1,2})年?")
_ERA: Final = later(r"明治|大正|昭和|平成|令和|[MTSHR]")
_SHORT_YEAR: Final = later(r"(?:元|[1-9]|[1-6]\d)年?")
_MONTH: Final = later(r"(?:0?[1-9]|1[0-2])月?")
_DAY: Final = later(r"(?:0?[1-9]|[12]\d|3[01])日?")
_IN_ERA: Final = later(r"(?:元|\d{1,2})(?:年\s?|[./-])\d{1,2}(?:月\s?|[./-])\d{1,2}日?")
_DIGITS: Final = later(r"\d{1,5}")
_POST: Final = later(r"郵便|〒|zip|post", re.IGNORECASE)
_CITY: Final = later(r"[^市区町村郡]{0,200}[市区町村郡].*")
_HOUSE: Final = later(r"[^\d〇一二三四五六七八九十]{0,200}[\d〇一二三四五六七八九十].*")
_PREFECTURE: Final = later(PREFECTURES)
_TOWN: Final = later(r"[^\d]{1,20}[市区町村郡][^\d]{1,20}")
_NUMBERED: Final = later(r"[\d一二三四五六七八九十]{1,5}(?:丁目|番|号|-|の|\s|$).{0,60}")


@dataclass(frozen=True, slots=True)
class Field:
    """One identifier kind (or part of one, as pairs name it) and the columns, in order, that hold it together.

    Attributes:
        kind: Of the identifier.
        columns: Their numbers.
        sure: It is what it looks like, so that another value than somebody's speaks against him.
        labelled: Its header says what it is.
    """

    kind: str
    columns: tuple[int, ...]
    sure: bool = True
    labelled: bool = False

    def joined(self, columns: Cells) -> list[str]:
        """The field's cells, row by row, with what belongs between its parts."""
        if len(self.columns) == 1:
            alone = columns[self.columns[0]]
            return from_serials(alone) if self.kind == "birth_date" else list(alone)
        parts = zip(*(columns[number] for number in self.columns), strict=True)
        if self.kind == "phone":
            return [_phone(cells) for cells in parts]
        if self.kind == "postal_code":
            return [_postal_code(cells) for cells in parts]
        if self.kind == "birth_date":
            return [_date(cells) for cells in parts]
        return [" ".join(filter(None, cells)) for cells in parts]


def from_serials(cells: Sequence[str]) -> list[str]:
    """A column of birth dates; days as a spreadsheet counts them, from 1899-12-30 on, as dates if all are such.

    Of five digits they are of 1927 to 2036. A column of dates as 850403 has some of six digits.
    """
    filled = [cell for cell in cells[:SERIALS] if cell.strip()]
    if not filled or not all(_SERIAL.fullmatch(cell) for cell in filled):
        return list(cells)
    return [(_DAY_0 + timedelta(int(cell[:5]))).isoformat() if _SERIAL.fullmatch(cell) else cell for cell in cells]


def as_day(cell: str) -> str:
    """The day that a spreadsheet's count of days is, in ISO 8601; other cells as they are."""
    number = cell.removesuffix(".0")
    if not (number.isascii() and number.isdecimal() and FIRST_SERIAL <= int(number) <= LAST_SERIAL):
        return cell
    return (_DAY_0 + timedelta(int(number))).isoformat()


@cache
def part_of_header(header: str) -> str | None:
    """The kind that a header names a part of."""
    return _part(header)[0] or None


@cache
def _part(header: str) -> tuple[str, int]:
    """The kind that a header names a part of, and which part; with or without a word that says whose."""
    words = header_words(header.rsplit(".", 1)[-1])
    kind, order = _PARTS.get(words) or _PARTS.get(_WHOSE.sub("", words)) or ("", 0)
    return (kind, order) if kind == "address" or words in _PARTS else ("", 0)


def is_building(header: str) -> bool:
    """Whether a header names what stands behind the house number of an address."""
    return _part(_BRACKETS.sub("", nfkc(header))) == ("address", _BUILDING)


def in_order(field: Field, columns: Cells) -> Field:
    """An address with its prefecture first, whatever a header calls that."""
    if field.kind != "address":
        return field
    first = [n for n in field.columns if _all([nfkc(cell).strip() for cell in columns[n]], _PREFECTURE)][:1]
    return replace(field, columns=(*first, *(n for n in field.columns if n not in first)))


def split_by_header(header: Sequence[str]) -> list[Field]:
    """Fields whose parts the header names; one part alone is none."""
    parts: dict[str, list[tuple[int, int]]] = {}
    for number, word in enumerate(header):
        kind, order = _part(word)
        if kind and order not in {o for o, _ in parts.get(kind, [])}:
            parts.setdefault(kind, []).append((order, number))
    return [
        Field(kind, tuple(n for _, n in sorted(found)), labelled=True)
        for kind, found in parts.items()
        if len(found) > 1
    ]


def split_by_shape(
    header: Sequence[str], columns: Cells, kinds: Mapping[str, IdentifierKind], sample: int
) -> Iterator[Field]:
    """Fields whose parts stand beside each other and read as a whole: phones, dates, postal codes, addresses."""
    step = max(1, len(columns[0]) // sample) if columns else 1
    cells = [[nfkc(cell).strip() for cell in column[::step][:sample]] for column in columns]
    at = 0
    while at < len(cells):
        found = next((f for look in _SHAPES if (f := look(header, cells, at)) is not None), None)
        if found is not None and _reads(found, cells, kinds):
            yield found
            at = found.columns[-1] + 1
        else:
            at += 1


def together(fields: Sequence[Field], samples: Cells, taken: Collection[int]) -> Iterator[Field]:
    """Fields told by their shape; short names with short names beside them are family and given name.

    Args:
        fields: One column each.
        samples: Of every column of the table.
        taken: Columns that belong to other fields.
    """
    named = {field.columns[0]: field.kind for field in fields}
    joined: set[int] = set()
    for field in fields:
        at = field.columns[0]
        if at in joined:
            continue
        if field.kind in {"name", "kana"} and _are_parts(samples[at]):
            beside = next((n for n in (at + 1, at - 1) if _goes_with(n, field.kind, named, samples, taken)), None)
            if beside is not None and beside not in joined:
                joined.add(beside)
                yield Field(field.kind, (min(at, beside), max(at, beside)))
                continue
        yield field


def _goes_with(at: int, kind: str, named: Mapping[int, str], samples: Cells, taken: Collection[int]) -> bool:
    free = 0 <= at < len(samples) and at not in taken and named.get(at, kind) == kind
    return free and _are_parts(samples[at]) and len(set(samples[at])) > 1


def _are_parts(sample: Sequence[str]) -> bool:
    """Whether a column holds single short words without digits."""
    return bool(sample) and sum(_PART.fullmatch(cell.strip()) is not None for cell in sample) >= FIT * len(sample)


def _phone_parts(_header: Sequence[str], cells: Cells, at: int) -> Field | None:
    """Area code, exchange and number, as digits alone."""
    three = cells[at : at + 3]
    fits = len(three) == 3 and all(_all(column, _DIGITS) for column in three)  # noqa: PLR2004  # parts of a number
    return Field("phone", (at, at + 1, at + 2)) if fits else None


def _date_parts(_header: Sequence[str], cells: Cells, at: int) -> Field | None:
    """Year, month and day; or an era, its year, month and day, in columns of their own or in one."""
    for shapes in ((_YEAR, _MONTH, _DAY), (_ERA, _SHORT_YEAR, _MONTH, _DAY), (_ERA, _IN_ERA)):
        wanted = cells[at : at + len(shapes)]
        if len(wanted) == len(shapes) and all(_all(c, shape) for c, shape in zip(wanted, shapes, strict=True)):
            return Field("birth_date", tuple(range(at, at + len(shapes))))
    return None


def _code_parts(header: Sequence[str], cells: Cells, at: int) -> Field | None:
    """The three and the four digits of a postal code, where the header says so."""
    two = cells[at : at + 2]
    named = bool(header) and at < len(header) and _POST.search(nfkc(header[at])) is not None
    fits = named and len(two) == 2 and all(_all(column, _DIGITS) for column in two)  # noqa: PLR2004  # its two halves
    return Field("postal_code", (at, at + 1)) if fits else None


def _address_parts(_header: Sequence[str], cells: Cells, at: int) -> Field | None:
    """A prefecture, a city, and what follows as far as it looks like more of an address."""
    if not _all(cells[at], _PREFECTURE) or at + 1 >= len(cells) or not _all(cells[at + 1], _CITY):
        return None
    end = at + 2
    if not _all(cells[at + 1], _HOUSE):
        houses = (n for n in range(end, min(end + 2, len(cells))) if _all(cells[n], _HOUSE))
        end = next(houses, end - 1) + 1
    return Field("address", tuple(range(at, end)))


def _town_and_house(_header: Sequence[str], cells: Cells, at: int) -> Field | None:
    """A town without a house number, and the house number beside or below it."""
    fits = at + 1 < len(cells) and _all(cells[at], _TOWN) and _all(cells[at + 1], _NUMBERED)
    return Field("address", (at, at + 1)) if fits else None


_SHAPES: Final[tuple[Callable[[Sequence[str], Cells, int], Field | None], ...]] = (
    _date_parts,
    _phone_parts,
    _code_parts,
    _address_parts,
    _town_and_house,
)


def _all(cells: Sequence[str], shape: re.Pattern[str]) -> bool:
    filled = [cell for cell in cells if cell]
    return len(filled) >= FEWEST and sum(shape.fullmatch(cell) is not None for cell in filled) >= FIT * len(filled)


def _reads(field: Field, cells: Cells, kinds: Mapping[str, IdentifierKind]) -> bool:
    whole = [cell for cell in field.joined(cells) if cell]
    kind = kinds.get(field.kind)
    return bool(kind) and sum(bool(kind and kind.readings(cell)) for cell in whole) >= FIT * len(whole) > 0


def _phone(cells: Sequence[str]) -> str:
    """A number from its parts, with the zeros that a spreadsheet dropped from each of them."""
    parts = [nfkc(cell).strip().removesuffix(".0") for cell in cells]
    if not all(part.isascii() and part.isdecimal() for part in parts):
        return "-".join(filter(None, parts))
    area = parts[0] if parts[0].startswith("0") else "0" + parts[0]
    length = 11 if area[2:] == "0" and area[1] in "56789" else 10
    last = parts[-1].zfill(4)
    return "-".join((area, "".join(parts[1:-1]).zfill(length - len(area) - len(last)), last))


def _postal_code(cells: Sequence[str]) -> str:
    head, tail = (nfkc(cell).strip().removesuffix(".0") for cell in cells)
    return f"{head.zfill(3)}-{tail.zfill(4)}" if head and tail else ""


def _date(cells: Sequence[str]) -> str:
    if len(cells) == 2:  # noqa: PLR2004  # an era, and the day in it
        return "".join(cells) if all(cells) else ""
    parts = [nfkc(cell).strip().rstrip("年月日").removesuffix(".0") for cell in cells]
    if not all(parts):
        return ""
    return "".join(parts[:-2]) + "-" + "-".join(parts[-2:])
