"""What a table's columns are, by header and by content."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fingerprints.identifiers import load_kinds
from matcher.readers.interface import Rows
from matcher.units.columns import Field, kind_of_header, type_columns
from matcher.units.rows import RowUnits

if TYPE_CHECKING:
    from tests.matcher.conftest import Bench


def typed(bench: Bench, header: tuple[str, ...], *rows: tuple[str, ...]) -> dict[str, tuple[int, ...]]:
    columns = tuple(list(column) for column in zip(*rows, strict=True))
    fields = type_columns(Rows(header, columns, range(len(rows))), bench.kinds)
    return {field.kind: field.columns for field in fields}


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("携帯電話番号", "phone"),
        ("TEL1", "phone"),
        ("ご自宅電話番号", "phone"),
        ("E-Mail", "email"),
        ("契約者氏名", "name"),
        ("備考", None),
        ("金額", None),
        ("user.profile.name", "name"),
    ],
)
def test_a_header_names_its_kind(header: str, kind: str | None) -> None:
    assert kind_of_header(header) == kind


def test_columns_without_header_are_told_by_their_content(bench: Bench) -> None:
    rows = [
        (
            "架空　一郎",
            "090-0012-3400",
            "a@b.example",
            "カクウ イチロウ",
            "1950-01-10",
            "東京都千代田区千代田1-2-3",
            "100-0001",
        ),
        ("仮名　二葉", "090-0112-3401", "b@b.example", "カメイ フタバ", "1951-02-11", "中央区北1条西2-3", "060-0001"),
    ]
    assert typed(bench, (), *rows * 2) == {
        "name": (0,),
        "phone": (1,),
        "email": (2,),
        "kana": (3,),
        "birth_date": (4,),
        "address": (5,),
        "postal_code": (6,),
    }


def test_parts_in_columns_of_their_own_make_one_field(bench: Bench) -> None:
    header = ("姓", "名", "都道府県", "市区町村", "番地", "電話")
    found = typed(bench, header, *[("架空", "一郎", "東京都", "千代田区千代田", "1-2-3", "090-0012-3400")] * 3)
    assert found == {"name": (0, 1), "address": (2, 3, 4), "phone": (5,)}


def test_a_header_that_lies_is_not_believed(bench: Bench) -> None:
    assert typed(bench, ("電話", "氏名"), *[("a@b.example", "架空　一郎")] * 3) == {"email": (0,), "name": (1,)}


def test_masked_columns_keep_their_kind(bench: Bench) -> None:
    found = typed(bench, ("氏名", "電話", "下4桁"), *[("架空 一*", "090-0012-****", "3400")] * 3)
    assert found == {"name": (0,), "phone": (1,), "phone.last4": (2,)}


def test_fields_can_be_told_apart_by_value() -> None:
    assert Field("name", (0,)) == Field("name", (0,))


@given(ends=st.lists(st.integers(0, 9999).map("{:04}".format) | st.sampled_from(["", "-", "****"]), min_size=1))
def test_a_column_of_last_digits_is_taken_as_it_stands_with_or_without_signs_that_mask(ends: list[str]) -> None:
    rows = Rows(("電話下4桁",), (ends,), range(len(ends)))
    units = RowUnits(rows, load_kinds(), [Field("phone.last4", (0,))])
    wanted = [(unit, end) for unit, end in enumerate(ends) if end.isdecimal()]
    found, values = units.collected.values["phone.last4"]
    assert [*zip(found, values, strict=True)] == wanted
