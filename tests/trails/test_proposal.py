"""What we make of a file by ourselves, and what a person can say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from trails.errors import MappingError
from trails.fields import action_of, is_refused
from trails.imports import plan_import
from trails.mapping.mapping_file import TrailMapping, as_toml, load_mapping, save_mapping
from trails.mapping.proposal import read_given

if TYPE_CHECKING:
    from pathlib import Path

    from tests.trails.conftest import Importer, StoredRecords
    from trails.imports import Plan
    from trails.number_digests import KeyedDoor


@pytest.fixture
def database_url(tmp_path: Path, sqlite_template: Path) -> str:
    """What is understood of a file does not depend on the database."""
    file = tmp_path / "hinomi.db"
    file.write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{file}"


def understood(tmp_path: Path, text: str, door: KeyedDoor, **options: object) -> Plan:
    path = tmp_path / "some.log"
    path.write_text(text, encoding="utf-8")
    return plan_import(path, "crm", tmp_path / "trails", is_number=door.is_number, **options)  # type: ignore[arg-type]


def test_columns_are_found_by_their_names(tmp_path: Path, door: KeyedDoor) -> None:
    text = (
        "日付,時刻,担当者ID,ログインID,端末番号,接続元IP,委託先名,セッションID,処理区分,顧客番号,結果,通番,備考\n"
        + "2026/04/01,10:00:00,a,b,c,d,e,f,g,K000001,h,1,i\n" * 3
    )
    fields = understood(tmp_path, text, door).mapping.fields
    assert fields == {
        "when": ("日付", "時刻"), "operator": ("担当者ID",), "account": ("ログインID",), "terminal": ("端末番号",),
        "address": ("接続元IP",), "processor": ("委託先名",), "session": ("セッションID",), "action": ("処理区分",),
        "subjects": ("顧客番号",), "outcome": ("結果",), "sequence": ("通番",),
    }  # fmt: skip


def test_columns_without_names_are_found_by_what_stands_in_them(tmp_path: Path, door: KeyedDoor) -> None:
    text = "2026/04/01 10:00:00,op-1,K000001\n2026/04/01 10:00:05,op-2,K000002\n"
    fields = understood(tmp_path, text, door).mapping.fields
    assert fields == {"when": ("column_1",), "operator": ("column_2",), "subjects": ("column_3",)}


def test_a_number_inside_a_longer_text_is_found(
    tmp_path: Path, door: KeyedDoor, take: Importer, stored: StoredRecords
) -> None:
    text = (
        "#Fields: date time cs-username cs-method cs-uri-query\n"
        "2026-04-01 01:00:00 op-1 GET customer=K000001&page=2\n2026-04-01 01:00:01 op-1 GET -\n"
    )
    mapping = understood(tmp_path, text, door).mapping
    assert (mapping.fields["subjects"], mapping.zone) == (("cs-uri-query",), "UTC")
    take(text, system="crm", name="iis.log")
    assert stored()["subject"].to_list() == [door.numbers(["K000001"])[0], 0]
    assert stored()["when"].to_list()[0].isoformat() == "2026-04-01T01:00:00+00:00"


def test_nested_keys_are_found_by_their_last_part(tmp_path: Path, door: KeyedDoor) -> None:
    who = '"user": {"id": "op-1"}, "event": {"action": "view"}, "customer": {"id": "K000001"}'
    text = f'{{"@timestamp": "2026-04-01T10:00:00Z", {who}}}\n'
    fields = understood(tmp_path, text, door).mapping.fields
    assert (fields["when"], fields["operator"], fields["subjects"]) == (("@timestamp",), ("user.id",), ("customer.id",))


def test_what_a_person_says_wins(tmp_path: Path, door: KeyedDoor) -> None:
    given = read_given("operator=備考, when=日時")
    plan = understood(
        tmp_path, "日時,担当者,備考,顧客番号\n2026/04/01 10:00,a,b,K000001\n", door, given=given, zone="UTC"
    )
    assert plan.mapping.fields["operator"] == ("備考",)
    assert plan.mapping.zone == "UTC"


@pytest.mark.parametrize("text", ["operator", "nobody=x", "operator="])
def test_a_slip_in_what_a_person_says_is_refused(text: str) -> None:
    with pytest.raises(MappingError, match="no field=column"):
        read_given(text)


def test_a_mapping_reads_back_as_it_was_saved(tmp_path: Path) -> None:
    mapping = TrailMapping(
        "crm", "csv", "UTC", {"when": ("日付", '時"刻'), "subjects": ("a\\b",)}, {"subjects": r"id=(\d+)"},
        {"processor": "架空"}, {"照会": "view"},
    )  # fmt: skip
    path = tmp_path / "mappings" / "crm.toml"
    save_mapping(mapping, path)
    assert load_mapping(path) == mapping
    assert load_mapping(tmp_path / "none.toml") is None
    assert "[fields]" in as_toml(mapping)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"fields": {"colour": ("x",)}}, "'colour' is no field"),
        ({"zone": "Asia/Edo"}, "no time zone"),
        ({"patterns": {"subjects": "("}}, "no regular expression"),
        ({"actions": {"x": "steal"}}, "no kind of action"),
    ],
)
def test_a_mapping_that_cannot_be_meant_is_refused(options: dict[str, object], said: str) -> None:
    with pytest.raises(MappingError, match=said):
        TrailMapping("crm", "csv", **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "x" * 64])
def test_a_system_has_a_name_that_every_disk_takes(name: str) -> None:
    with pytest.raises(MappingError, match="cannot name a system"):
        TrailMapping(name, "csv")


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("照会", "view"), ("顧客検索", "search"), ("CSV出力", "export"), ("EXPORT_CSV", "export"),
        ("ＵＳＢ書込", "removable_media"),
        ("クラウドへアップロード", "outside_storage"), ("印刷", "print"), ("GET", "view"), ("謎", "other"),
    ],
)  # fmt: skip
def test_actions_are_told_by_their_words(word: str, kind: str) -> None:
    assert action_of(word) == kind
    assert action_of(word, {word: "admin"}) == "admin"


@pytest.mark.parametrize("word", ["失敗", "アクセス拒否", "ＮＧ", "403", "500", "Denied", "failure", "エラー(E01)"])
def test_outcomes_that_showed_nothing_are_told(word: str) -> None:
    assert is_refused(word)


@pytest.mark.parametrize("word", ["成功", "OK", "200", "success", "正常", "完了", "0"])
def test_other_outcomes_are_no_refusal(word: str) -> None:
    assert not is_refused(word)
