"""Fields whose parts stand in columns of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fingerprints.columns.parts import Field
from fingerprints.identifiers import load_kinds
from matcher.readers.interface import Rows
from matcher.units.columns import type_columns

if TYPE_CHECKING:
    from collections.abc import Sequence

KINDS = load_kinds()


def cells(kind: str, *rows: Sequence[str], header: tuple[str, ...] = ()) -> list[str]:
    """What a table's field of a kind reads, row by row."""
    columns = tuple(list(column) for column in zip(*rows, strict=True))
    table = Rows(header, columns, range(len(rows)))
    field = next((f for f in type_columns(table, KINDS) if f.kind == kind), None)
    return [] if field is None else [str(KINDS[kind].canonical(cell)) for cell in field.joined(columns)]


@pytest.mark.parametrize("header", [(), ("氏名", "市外局番", "市内局番", "番号"), ("name", "tel1", "tel2", "tel3")])
def test_three_columns_of_digits_are_one_phone(header: tuple[str, ...]) -> None:
    rows = (("架空　一郎", "090", "0012", "3400"), ("仮名　二葉", "03", "0012", "3401"))
    assert cells("phone", *rows, header=header) == ["09000123400", "0300123401"]


def test_zeros_that_a_spreadsheet_dropped_from_each_part_come_back() -> None:
    assert cells("phone", ("a", "90", "12", "7"), ("b", "70", "1", "45")) == ["09000120007", "07000010045"]


def test_year_month_and_day_are_one_date_with_or_without_an_era() -> None:
    dates = ["1985-04-03", "1990-12-31"]
    assert cells("birth_date", ("架空　一郎", "1985", "4", "3"), ("仮名　二葉", "1990", "12", "31")) == dates
    assert cells("birth_date", ("昭和", "60", "4", "3"), ("平成", "2", "12", "31")) == dates


def test_two_columns_that_say_so_are_a_postal_code() -> None:
    rows = (("架空　一郎", "100", "1"), ("仮名　二葉", "060", "0001"))
    assert cells("postal_code", *rows, header=("氏名", "郵便番号1", "郵便番号2")) == ["1000001", "0600001"]
    assert cells("postal_code", *rows, header=("氏名", "数量", "単価")) == []


def test_a_column_of_prefectures_begins_an_address() -> None:
    rows = (("東京都", "十日町市", "例山1-2-3", "メゾン架空"), ("北海道", "架空市", "見本町4-5", ""))
    assert cells("address", *rows) == ["十日町市例山1-2-3", "架空市見本町4-5"]


def test_short_names_beside_each_other_are_family_and_given_name() -> None:
    names = (("架空", "一郎"), ("仮名", "葉"), ("例山", "三奈"), ("Doe", "Jane"))
    rows = [(*name, f"090-0012-340{n}") for n, name in enumerate(names)]
    assert cells("name", *rows) == ["架空一郎", "仮名葉", "例山三奈", "doe jane"]


def test_one_word_in_every_row_is_no_name() -> None:
    rows = [(str(n), "よろしく") for n in range(9)]
    assert cells("name", *rows) == []


def test_a_single_column_is_given_as_it_is() -> None:
    assert Field("name", (1,)).joined((["a"], ["b"])) == ["b"]


def test_days_as_a_spreadsheet_counts_them_are_dates_where_all_of_a_column_are_such() -> None:
    born = Field("birth_date", (0,))
    assert born.joined([["27395", "", "31140.0"]]) == ["1975-01-01", "", "1985-04-03"]
    assert born.joined([["850403", "10503"]]) == ["850403", "10503"]
    assert Field("postal_code", (0,)).joined([["27395"]]) == ["27395"]
