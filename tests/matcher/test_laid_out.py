"""Lists as people lay them out by hand: whoever stands in them is found, and nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jaconv
import pytest

from fingerprints.identifiers import load_kinds
from matcher.readers.interface import Rows
from matcher.units.columns import type_columns
from tests.matcher.people import PEOPLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.matcher.conftest import Bench

    Person = dict[str, str]

EVERYONE = {p["customer_number"] for p in PEOPLE}
ROMAN = (
    "Kakuu Ichiro",
    "Kamei Futaba",
    "Reiyama Mina",
    "Tameshigawa Shiro",
    "Mimoto Satsuki",
    "Mogi Rikka",
    "Takarei Nanase",
    "Watanabe Yaeko",
)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep")


def _place(p: Person) -> int:
    return PEOPLE.index(p)


def _label(p: Person) -> str:
    town = p["address"].rstrip("0123456789-")
    chome, block, house = p["address"][len(town) :].split("-")
    return f"〒{p['postal_code']}\n{town}\n　{chome}丁目{block}番{house}号\n　　{p['name'].replace('　', ' ')} 様\n"


def _day_first(p: Person) -> str:
    year, month, day = p["birth_date"].split("-")
    family, given = ROMAN[_place(p)].split()
    return f"{family.upper()}, {given} - {day}-{MONTHS[int(month) - 1]}-{year}"


def _hiragana(p: Person) -> str:
    year, month, day = map(int, p["birth_date"].split("-"))
    return f"{jaconv.kata2hira(p['kana'].replace(' ', ''))}　昭和{year - 1925}年{month}月{day}日生"


def _initial(p: Person) -> str:
    family, given = ROMAN[_place(p)].split()
    return f"{given[0]}. {family};{p['phone']}"


def _misread(p: Person) -> str:
    return f"{p['name']},{p['phone'].replace('0', 'O').replace('1', 'l')}"


@pytest.mark.parametrize(
    ("write", "header", "between"),
    [
        pytest.param(_label, "", "\n", id="labels with the house number on a line of its own"),
        pytest.param(_day_first, "", "\n", id="names and dates in one cell"),
        pytest.param(_hiragana, "", "\n", id="hiragana beside a date"),
        pytest.param(_initial, "name;phone\n", "\n", id="given names as initials"),
        pytest.param(_misread, "氏名,電話\n", "\n", id="digits read as letters"),
    ],
)
def test_everybody_is_found(bench: Bench, write: Callable[[Person], str], header: str, between: str) -> None:
    finding = bench.match(header + between.join(map(write, PEOPLE)))
    assert finding.verdict == "leak"
    assert bench.numbers(finding) == EVERYONE


def test_a_table_that_lies_on_its_side_is_read_by_its_first_column(bench: Bench) -> None:
    kinds = {"氏名": "name", "電話": "phone", "生年月日": "birth_date"}
    lines = ["\t".join([header, *(p[kind] for p in PEOPLE)]) for header, kind in kinds.items()]
    assert bench.numbers(bench.match("\n".join(lines))) == EVERYONE


def test_sections_part_records_and_their_headings_belong_to_what_follows(bench: Bench) -> None:
    text = "\n".join(f"[{p['customer_number']}]\nname={p['name']}\ntel=x" for p in PEOPLE)
    found = bench.match(text)
    assert bench.numbers(found) == EVERYONE
    assert all(match.fields["name"] == 1 for match in found.matches)


def test_paragraphs_that_each_say_two_things_are_of_one_person_each(bench: Bench) -> None:
    told = [
        (f"{ROMAN[n]} lives at {p['address']}, call {p['phone']}.", f"{ROMAN[n]}: {p['phone']}, {p['postal_code']}.")[
            n % 2
        ]
        for n, p in enumerate(PEOPLE)
    ]
    assert bench.numbers(bench.match("Look what I found:\n\n" + "\n\n".join(told))) == EVERYONE


def test_surnames_alone_contradict_nobody_whose_phone_and_house_agree(bench: Bench) -> None:
    rows = [f"{p['name'].split('　')[0]},{p['phone']},{p['address']}" for p in PEOPLE]
    assert bench.numbers(bench.match("姓,電話,住所\n" + "\n".join(rows))) == EVERYONE


def _begun(p: Person) -> str:
    return f"{p['kana'][:3]}***,{p['phone']}"


def _sample(p: Person) -> str:
    return f"{p['name'].replace('　', '')} / {p['phone'][:-4]}**** / {p['address'].rstrip('0123456789-')}"


@pytest.mark.parametrize("write", [_begun, _sample], ids=["beginnings of readings", "a few rows in a post"])
def test_masked_rows_are_found(bench: Bench, write: Callable[[Person], str]) -> None:
    assert bench.numbers(bench.match("見本です\n\n" + "\n".join(map(write, PEOPLE)) + "\n\n残りは有料")) == EVERYONE


def test_four_digits_without_a_header_end_phones_where_some_begin_with_zero() -> None:
    ends, years, header = ("0123", "4567", "8901"), ("1950", "1961", "1972"), ("氏名", "暗証")
    names = ("架空 一郎", "仮名 二葉", "例山 三奈")
    kinds = load_kinds()
    for cells, head, expected in ((ends, (), True), (years, (), False), (ends, header, False)):
        fields = type_columns(Rows(head, (list(names), list(cells)), (1, 2, 3)), kinds)
        assert ("phone.last4" in {field.kind for field in fields}) == expected


def test_a_list_of_surnames_and_phones_is_ours_where_most_of_them_agree(bench: Bench) -> None:
    surnames = [p["name"].split("　")[0] for p in PEOPLE]
    ours = [f"{name},{p['phone']}" for name, p in zip(surnames, PEOPLE, strict=True)]
    assert bench.numbers(bench.match("姓,電話\n" + "\n".join(ours))) == EVERYONE
    former = [f"{name},{p['phone']}" for name, p in zip([*surnames[1:], surnames[0]], PEOPLE, strict=True)]
    assert bench.match("姓,電話\n" + "\n".join(former)).verdict == "clear"
    assert bench.match("姓,電話\n" + "\n".join([ours[0], *former[1:]])).verdict == "clear"


def test_every_month_is_found_in_text(bench: Bench) -> None:
    text = " ".join(f"{day:02d}-{month}-1985" for day, month in enumerate(MONTHS, 1))
    assert len(list(bench.kinds["birth_date"].find(text))) == len(MONTHS)
    assert len(list(bench.kinds["birth_date"].find("Hi, 24-Oct-2008"))) == 1


def test_a_house_number_of_one_part_ends_an_address_in_a_post(bench: Bench) -> None:
    text = "千代田区千代田12 に住む人。市内の村田35名、千代田区の12校、札幌市中央区北一条西2だぞ。港区赤坂3件"
    found = [form.canonical for form in bench.kinds["address"].find(text)]
    assert found == ["千代田区千代田12", "札幌市中央区北1条西2"]


def test_a_masked_phone_is_no_postal_code_and_no_house(bench: Bench) -> None:
    text = "・川村健司様　060-0001-****　"
    assert not list(bench.kinds["postal_code"].find(text))
    assert not list(bench.kinds["address"].find(text))


def test_masked_rows_of_strangers_are_people(bench: Bench) -> None:
    ours = f"{PEOPLE[0]['name']},{PEOPLE[0]['phone'][:-4]}****,千代田区千代田"
    strangers = [f"他人**,090-0{n:03d}-****,千代田区千代田" for n in range(100, 140)]
    assert bench.match("氏名,電話,住所\n" + "\n".join([*strangers, ours])).people >= len(strangers)
