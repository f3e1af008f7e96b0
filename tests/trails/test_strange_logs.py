"""Logs as other people's systems write them: who touched whom, and when, with no mapping given."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.trails.conftest import Importer, StoredRecords
    from trails.number_digests import KeyedDoor

NUMBERS = ("K000001", "K000002")
OBJECTS = [
    {
        "time": f"2026-04-01T10:00:0{i}.123+09:00", "actor": {"id": f"u{i}", "ip": "192.0.2.1"},
        "event": {"type": "customer.view"}, "target": {"customers": [{"id": f"K00000{i}"}]},
    }
    for i in (1, 2)
]  # fmt: skip
LOGS = {
    "names of columns that no list holds": (
        "cp932",
        (
            "操作日時,操作者コード,操作者名,端末ＩＤ,ＩＰアドレス,画面名,処理名,お客さま番号,件数\n"
            "2026/04/01 10:00:01,u1,架空一郎,PC-11,192.0.2.1,詳細,照会,K000001,1\n"
            "2026/04/01 10:00:02,u2,架空二郎,PC-12,192.0.2.2,一覧,検索,K000002,20\n"
        ),
    ),
    "the emperor's year, morning and afternoon, in two columns": (
        "cp932",
        (
            "アクセス日,アクセス時刻,ユーザーID,マシン名,操作区分,契約者番号\n"
            "令和8年4月1日,午前10時00分01秒,u1,M1,参照,K000001\n"
            "令和8年4月1日,午前10時00分02秒,u2,M2,ダウンロード,K000002\n"
        ),
    ),
    "tabs and EUC-JP": (
        "euc_jp",
        (
            "年月日\t時刻\tログインユーザ\t端末\t機能名\t顧客コード\n"
            "R8.4.1\t10:00:01\tu1\tT1\t照会\tK000001\nR08/04/01\t10:00:02\tu2\tT1\t照会\tK000002\n"
        ),
    ),
    "a spreadsheet's Unicode text": (
        "utf-16",
        "日時\t担当者\t顧客番号\r\n2026/4/1 10:00:01\tu1\tK000001\r\n2026/4/1 10:00:02\tu2\tK000002\r\n",
    ),
    "UTF-16 without its mark": (
        "utf-16-le",
        "日時\t担当者\t顧客番号\r\n2026/4/1 10:00:01\tu1\tK000001\r\n2026/4/1 10:00:02\tu2\tK000002\r\n",
    ),
    "JIS as old hosts send it": (
        "iso2022_jp",
        "日時,担当者,顧客番号\n2026/4/1 10:00:01,u1,K000001\n2026/4/1 10:00:02,u2,K000002\n",
    ),
    "milliseconds since 1970": (
        "utf-8",
        "ts,user,host,action,customer_id\n1775005201000,u1,h1,view,K000001\n1775005202000,u2,h1,view,K000002\n",
    ),
    "zones that differ from line to line": (
        "utf-8-sig",
        (
            "timestamp,username,event,account_no\n2026-04-01T10:00:01+09:00,u1,VIEW,K000001\n"
            "2026-04-01T01:00:02Z,u2,VIEW,K000002\n"
        ),
    ),
    "American dates": (
        "utf-8",
        (
            "Date,Time,User Name,Computer,Operation,Customer Number\n04/01/2026,10:00:01 AM,u1,C1,View,K000001\n"
            "04/01/2026,10:00:02 AM,u2,C1,View,K000002\n"
        ),
    ),
    "everything in quotation marks, with a counter": (
        "cp932",
        (
            '"No","発生日時","社員番号","氏名","端末番号","操作内容","お客様番号"\r\n'
            '"1","2026/04/01 10:00:01","u1","架空　一郎","T-1","顧客情報照会","K000001"\r\n'
            '"2","2026/04/01 10:00:02","u2","架空　二郎","T-2","顧客情報照会","K000002"\r\n'
        ),
    ),
    "a title above the table": (
        "cp932",
        (
            "顧客管理システム アクセスログ\n出力日:2026/04/30\n\n日時,ユーザID,端末,操作,お客様番号\n"
            "2026/04/01 10:00:01,u1,T1,照会,K000001\n2026/04/01 10:00:02,u2,T1,照会,K000002\n"
        ),
    ),
    "full width": (
        "cp932",
        (
            "日時,作業者ＩＤ,操作,お客様番号\n２０２６／０４／０１　１０：００：０１,u1,照会,Ｋ０００００１\n"
            "２０２６年４月１日１０時００分０２秒,u2,照会,Ｋ０００００２\n"
        ),
    ),
    "no names of columns": (
        "cp932",
        "2026/04/01 10:00:01,u1,T1,照会,K000001\n2026/04/01 10:00:02,u2,T1,照会,K000002\n",
    ),
    "Windows's names of columns": (
        "utf-8",
        (
            "TimeCreated,SubjectUserName,WorkstationName,IpAddress,Task,ObjectName\n"
            "2026-04-01T10:00:01.0000000+09:00,u1,W1,192.0.2.1,Read,K000001\n"
            "2026-04-01T10:00:02.1234567+09:00,u2,W1,192.0.2.1,Read,K000002\n"
        ),
    ),
    "upper case, bars and dates without separators": (
        "utf-8",
        (
            "DATETIME|OPERATOR_ID|TERM|FUNC|CUST_NO|RESULT\n20260401100001|u1|T1|VIEW|K000001|OK\n"
            "20260401100002|u2|T1|VIEW|K000002|NG\n"
        ),
    ),
    "nested JSON lines": ("utf-8", "".join(json.dumps(one) + "\n" for one in OBJECTS)),
    "one array, printed over lines": ("utf-8", json.dumps(OBJECTS, indent=2)),
    "one array on one line": ("utf-8", json.dumps(OBJECTS)),
    "syslog with structured data": (
        "utf-8",
        "".join(
            f'<134>1 2026-04-01T10:00:0{i}+09:00 crm01 crm 812 ACCESS [access@32473 user="u{i}" action="view" '
            f'customer="K00000{i}"] customer viewed\n'
            for i in (1, 2)
        ),
    ),
    "syslog with a mark before Japanese pairs": (
        "utf-8",
        "".join(
            f"<134>1 2026-04-01T10:00:0{i}+09:00 crm01 crm - - - \ufeff担当者=u{i} 操作=照会 お客様番号=K00000{i}\n"
            for i in (1, 2)
        ),
    ),
    "bare pairs": (
        "utf-8",
        "".join(f'time="2026-04-01 10:00:0{i}" user=u{i} action=view customer=K00000{i}\n' for i in (1, 2)),
    ),
    "an application's log, with pairs after a level": (
        "utf-8",
        "".join(f"2026-04-01 10:00:0{i},12 INFO audit user=u{i} act=view customer=K00000{i}\n" for i in (1, 2)),
    ),
    "labelled tab-separated values": (
        "utf-8",
        "".join(f"time:2026-04-01T10:00:0{i}+09:00\tuid:u{i}\tcustomer:K00000{i}\n" for i in (1, 2)),
    ),
    "a web server's log": (
        "utf-8",
        "".join(
            f'192.0.2.1 - u{i} [01/Apr/2026:10:00:0{i} +0900] "GET /customers/K00000{i} HTTP/1.1" 200 1\n'
            for i in (1, 2)
        ),
    ),
    "CEF with a labelled field": (
        "utf-8",
        "".join(
            f"CEF:0|Example|CRM|1|100|viewed|3|rt=Apr 01 2026 10:00:0{i} suser=u{i} act=view cs1=K00000{i} "
            "cs1Label=CustomerNumber\n"
            for i in (1, 2)
        ),
    ),
    "LEEF that says how its times are written": (
        "utf-8",
        "".join(
            f"LEEF:1.0|Example|CRM|1|view|devTime=2026-04-01 10:00:0{i}\tdevTimeFormat=yyyy-MM-dd HH:mm:ss\t"
            f"usrName=u{i}\tcustomerNo=K00000{i}\n"
            for i in (1, 2)
        ),
    ),
    "IIS with the number in the path": (
        "utf-8",
        "#Fields: date time cs-method cs-uri-stem cs-username c-ip sc-status\n"
        + "".join(f"2026-04-01 01:00:0{i} GET /api/customers/K00000{i} u{i} 192.0.2.1 200\n" for i in (1, 2)),
    ),
}


@pytest.fixture
def database_url(tmp_path: Path, sqlite_template: Path) -> str:
    """How a file is read does not depend on the database."""
    file = tmp_path / "hinomi.db"
    file.write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{file}"


@pytest.mark.parametrize("name", LOGS)
def test_it_is_read_without_being_told_how(name: str, take: Importer, stored: StoredRecords, door: KeyedDoor) -> None:
    encoding, text = LOGS[name]
    result = take(text, encoding=encoding)
    records = stored()
    assert records["operator"].to_list() == ["u1", "u2"]
    assert records["subject"].to_list() == door.numbers(NUMBERS).tolist()
    assert [f"{when:%Y-%m-%dT%H:%M:%S}" for when in records["when"]] == ["2026-04-01T01:00:01", "2026-04-01T01:00:02"]
    assert take(text, encoding=encoding).new == 0
    assert [one.reason for one in result.dropped if "columns" not in one.reason] == []


def test_days_before_months_are_told_by_a_day_beyond_twelve(take: Importer, stored: StoredRecords) -> None:
    take("time,user,customer\n03/04/2026 10:00:00,u1,K000001\n13/04/2026 10:00:00,u2,K000002\n")
    assert [f"{when:%Y-%m-%d}" for when in stored()["when"]] == ["2026-04-03", "2026-04-13"]


def test_where_nothing_tells_days_from_months_the_assumption_is_said(take: Importer) -> None:
    result = take("time,user,customer\n03/04/2026 10:00:00,u1,K000001\n")
    assert result.limits == ["month_first_assumed"]


def test_many_customers_in_a_cell_are_many_touches(take: Importer, stored: StoredRecords, door: KeyedDoor) -> None:
    cells = ["K000001 K000002 K000003", '"K000004,K000005"', "K000006・K000007", "K000008、K000009"]
    take("日時,作業者,操作,対象顧客\n" + "".join(f"2026/04/01 10:00:00,u1,一覧表示,{cell}\n" for cell in cells))
    assert set(stored()["subject"]) == set(door.numbers([f"K{i:06d}" for i in range(1, 10)]).tolist())


def test_a_column_of_customers_names_is_no_column_of_their_numbers(take: Importer, stored: StoredRecords) -> None:
    take("日時,作業者,顧客名,契約番号\n2026/04/01 10:00:00,u1,架空　花子,K000001\n")
    assert stored()["subject"].to_list() != [0]


def test_an_endless_line_costs_itself_alone(take: Importer) -> None:
    text = (
        "日時,作業者,顧客番号\n2026/04/01 10:00:00,u1,K000001\n"
        + "x" * (40 << 20)
        + "\n2026/04/02 10:00:00,u1,K000002\n"
    )
    result = take(text)
    assert (result.records, [one.line for one in result.dropped]) == (2, [3])
