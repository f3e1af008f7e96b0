"""Imports: complete, once, named where dropped, and nothing half-done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.trails.conftest import HEADER
from trails.errors import MappingError, TrailBusyError
from trails.store.parts import system_lock

if TYPE_CHECKING:
    from core.settings import Settings
    from tests.trails.conftest import Importer, StoredRecords
    from trails.number_digests import KeyedDoor


def day(i: int, operator: str = "op-1", number: str | None = None) -> str:
    return f"2026/04/{i:02d} 10:00:00,{operator},T1,照会,{number or f'K{i:06d}'}\n"


def test_every_line_becomes_a_record_with_its_fields(take: Importer, stored: StoredRecords, door: KeyedDoor) -> None:
    result = take(HEADER + day(1) + day(2))
    assert (result.records, result.new, result.dropped, result.gaps) == (2, 2, [], [])
    row = stored().row(0, named=True)
    assert row["when"].isoformat() == "2026-04-01T01:00:00+00:00"
    assert (row["operator"], row["terminal"], row["action"]) == ("op-1", "T1", "view")
    assert row["subject"] == door.numbers(["K000001"])[0]


def test_the_same_file_again_adds_nothing(take: Importer, stored: StoredRecords) -> None:
    text = HEADER + "".join(day(i) for i in range(1, 11))
    take(text)
    again = take(text, name="copy.csv")
    assert (again.records, again.new) == (10, 0)
    assert len(stored()) == 10


def test_an_overlapping_file_adds_only_what_is_new(take: Importer, stored: StoredRecords) -> None:
    take(HEADER + "".join(day(i) for i in range(1, 11)))
    later = take(HEADER + "".join(day(i) for i in range(6, 16)))
    assert (later.records, later.new) == (10, 5)
    assert len(stored()) == 15


def test_a_line_repeated_within_a_file_counts_once(take: Importer, stored: StoredRecords) -> None:
    result = take(HEADER + day(1) + day(2) + day(1))
    assert (result.records, result.new) == (3, 2)
    assert len(stored()) == 2


def test_a_dropped_line_is_named_with_its_reason(take: Importer) -> None:
    text = (
        HEADER
        + day(1)
        + "only one cell\n"
        + "2026/13/41 10:00:00,op-1,T1,照会,K000001\n"
        + "2031/01/01 10:00:00,op-1,T1,照会,K000001\n"
        + "2026/04/02 10:00:00,op-1,T1,照会,no number\n"
    )
    result = take(text)
    assert result.records == 1
    assert [(one.line, one.reason) for one in result.dropped] == [
        (3, "1 columns where 5 were expected"),
        (4, "a time that cannot be read"),
        (5, "a time in the future"),
        (6, "a customer number that cannot be read"),
    ]


def test_a_line_without_a_time_is_kept_and_borrows_none(take: Importer, stored: StoredRecords) -> None:
    result = take(HEADER + day(1) + ",op-2,T1,照会,K000009\n" + day(2))
    assert (result.records, result.undated) == (3, 1)
    assert stored().filter(operator="op-2")["when"].to_list() == [None]


def test_one_line_may_concern_several_customers(take: Importer, stored: StoredRecords, door: KeyedDoor) -> None:
    result = take(HEADER + '2026/04/01 10:00:00,op-1,T1,エクスポート,"K000001;K000002, K000003"\n')
    assert (result.records, result.new) == (1, 1)
    records = stored()
    assert set(records["subject"]) == set(door.numbers(["K000001", "K000002", "K000003"]).tolist())
    assert set(records["action"]) == {"export"}


def test_cp932_is_read_like_utf8(take: Importer, stored: StoredRecords) -> None:
    take(HEADER + day(1, "担当者〇一"), encoding="cp932")
    again = take(HEADER + day(1, "担当者〇一"), name="utf8.csv")
    assert again.new == 0
    assert stored()["operator"].to_list() == ["担当者〇一"]


def test_no_customer_number_reaches_the_disk(take: Importer, settings: Settings) -> None:
    take(HEADER + day(1, number="K123987654") + "2026/04/01 11:00:00,op,T1,照会,K123987654;?\n")
    for file in settings.home.rglob("*"):
        if file.is_file():
            assert b"K123987654" not in file.read_bytes(), file.name


def test_a_file_that_lacks_a_mapped_column_is_refused(take: Importer, stored: StoredRecords) -> None:
    take(HEADER + day(1))
    with pytest.raises(MappingError, match="端末"):
        take("日時,作業者ID,操作,お客様番号\n2026/04/01 10:00:00,op-1,照会,K000001\n", name="other.csv")
    assert len(stored()) == 1


def test_two_imports_into_one_system_do_not_meet(take: Importer, settings: Settings) -> None:
    with system_lock(settings.trails_dir, "callcenter"), pytest.raises(TrailBusyError):
        take(HEADER + day(1))
