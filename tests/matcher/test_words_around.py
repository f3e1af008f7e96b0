"""Words that people write around a list, and between its fields, hide nobody who stands in it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fingerprints.building.builder import build_index
from fingerprints.identifiers import load_kinds
from fingerprints.index.generation import Index
from fingerprints.secrets.digests import Digester
from fingerprints.secrets.keys import Key
from tests.matcher.conftest import Bench

if TYPE_CHECKING:
    from collections.abc import Sequence

FAMILIES: Final = (("架空", "カクウ", "Kakuu"), ("仮名", "カメイ", "Kamei"), ("見本", "ミモト", "Mimoto"))
GIVEN: Final = (
    ("俊也", "トシヤ", "Toshiya"),
    ("真由", "マユ", "Mayu"),
    ("千蔵", "チゾウ", "Chizo"),
    ("花", "ハナ", "Hana"),
)
TOWNS: Final = (
    ("5670835", "大阪府茨木市新堂"),
    ("7900062", "愛媛県松山市南江戸"),
    ("0600061", "北海道札幌市中央区南一条西"),
)
HOUSEHOLDS: Final = [
    {
        "customer_number": f"K{100 * home + n:06d}",
        "name": f"{family}　{name}",
        "kana": f"{reading}　{given_kana}",
        "latin": f"{latin}, {given_latin}",
        "postal_code": TOWNS[home][0],
        "address": f"{TOWNS[home][1]}{2398 + home}",
        "phone": f"0{(n + home) % 3 + 6}00{home}12340{n}" if n % 2 else f"052000{home}12{n}",
    }
    for home, (family, reading, latin) in enumerate(FAMILIES)
    for n, (name, given_kana, given_latin) in enumerate(GIVEN)
]
OTHERS: Final = [
    {
        "customer_number": f"K{10_000 + n:06d}",
        "name": f"例山　{n % 10}{n}郎",
        "kana": f"レイヤマ　{chr(0x30A2 + n % 40)}ロウ",
        "postal_code": f"{1000000 + 10007 * n:07d}",
        "address": f"東京都千代田区千代田{n + 1}-{n % 7 + 1}",
        "phone": f"0900099{n:04d}",
    }
    for n in range(400)
]
EVERYONE: Final = {person["customer_number"] for person in HOUSEHOLDS}
ENROLLED: Final = ("customer_number", "name", "kana", "postal_code", "address", "phone")
PREAMBLE: Final = st.sampled_from(
    [
        "[SELL] telecom list, sample below, price in PM",
        "これマジ？",
        "> 引用",
        "続きはまた明日",
        "お世話になっております。",
        "12:34 ID:abcd",
    ]
)
MARKS: Final = st.sampled_from(["● ", "- ", "> ", ""])
GAPS: Final = st.sampled_from([" ", "　", "・"])
SIGNS: Final = st.sampled_from(["  ", " / ", "|", "》《", "：", ";", "\t", "，", "★"])
PARTERS: Final = st.sampled_from(["・", "、", " ", "｜", " :: ", "→", "…", "__"])
ENDINGS: Final = st.sampled_from(["です", "っすね", "だって", "さん", "だよ", "！", ""])
TAGS: Final = st.lists(
    st.sampled_from(["p", "div", "b", "list", "f0", "entry", "k"]), min_size=3, max_size=3, unique=True
)
AROUND: Final = st.lists(PREAMBLE, max_size=4)


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Three homes with four customers each, among others, enrolled."""
    folder, key = tmp_path_factory.mktemp("homes"), Key(b"h" * 32)
    columns = {kind: [person[kind] for person in [*HOUSEHOLDS, *OTHERS]] for kind in ENROLLED}
    build_index(folder, key, "homes", columns, as_of=date(2026, 4, 1))
    index = Index.open(folder, key)
    return Bench(index, Digester(key), load_kinds(index.number_patterns))


def found(homes: Bench, before: Sequence[str], lines: Sequence[str], after: Sequence[str] = ()) -> set[str]:
    """Who is found in lines with others around them."""
    return homes.numbers(homes.match("\n".join([*before, *lines, *after])))


def lost_zero(person: dict[str, str]) -> str:
    """The phone as a spreadsheet keeps it."""
    return person["phone"].removeprefix("0")


@settings(max_examples=25)
@given(AROUND, AROUND, st.sampled_from(["TEL", "電話番号", "phone"]), st.sampled_from([24, 30]))
def test_a_header_is_found_below_lines_as_wide_as_the_table(
    homes: Bench, before: list[str], after: list[str], header: str, width: int
) -> None:
    lines = [f"{header:<{width}}{'プラン'}", *(f"{lost_zero(p):<{width}}モバイルS" for p in HOUSEHOLDS)]
    assert found(homes, before, lines, after) == EVERYONE


@settings(max_examples=40)
@given(
    AROUND,
    SIGNS,
    st.booleans(),
    st.sampled_from(["", "> ", "・"]),
)
def test_a_number_without_its_zero_is_one_wherever_it_is_a_field(
    homes: Bench,
    before: list[str],
    between: str,
    first: bool,  # noqa: FBT001  # drawn
    mark: str,
) -> None:
    fields = [(lost_zero(p), "光A") if first else ("光A", lost_zero(p)) for p in HOUSEHOLDS]
    assert found(homes, before, [f"{mark}{between.join(pair)}" for pair in fields]) == EVERYONE


@settings(max_examples=40)
@given(AROUND, ENDINGS, st.sampled_from([" ", "　", "・"]))
def test_a_sentence_that_goes_on_behind_a_turned_name_is_no_part_of_it(
    homes: Bench, before: list[str], ending: str, gap: str
) -> None:
    turned = [gap.join(reversed(p["name"].split("　"))) for p in HOUSEHOLDS]
    lines = [
        f"郵便は{p['postal_code'][:3]}-{p['postal_code'][3:]}、名前は{name}{ending}"
        for p, name in zip(HOUSEHOLDS, turned, strict=True)
    ]
    assert found(homes, before, lines) == EVERYONE


@settings(max_examples=40)
@given(
    AROUND,
    PARTERS,
    st.booleans(),
    st.sampled_from(["● ", "- ", ""]),
)
def test_those_who_share_a_house_are_told_apart_line_by_line(
    homes: Bench,
    before: list[str],
    between: str,
    labelled: bool,  # noqa: FBT001  # drawn
    mark: str,
) -> None:
    names = ("名前は", "住所は", "ふりがなは") if labelled else ("", "", "")
    lines = [
        mark + between.join(label + p[kind] for label, kind in zip(names, ("latin", "address", "kana"), strict=True))
        for p in HOUSEHOLDS
    ]
    assert found(homes, before, lines) == EVERYONE


@settings(max_examples=20)
@given(
    TAGS,
    st.booleans(),
)
def test_records_in_xml_may_be_named_as_parts_of_pages_are(homes: Bench, tags: list[str], declared: bool) -> None:  # noqa: FBT001  # drawn
    one, other, row = tags
    rows = (f"<{row}><{one}>{lost_zero(p)}</{one}><{other}>光A</{other}></{row}>" for p in HOUSEHOLDS)
    text = ("<?xml version='1.0'?>" if declared else "") + f"<rows>{''.join(rows)}</rows>"
    assert homes.numbers(homes.match(text)) == EVERYONE
