"""Contracts and records as a table: what was written, read back, changes nothing; elsewhere it makes the same."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select

from benchmarks._supervised import make_carrier, write_carrier
from core.database import Database
from custody.errors import ColumnError
from custody.models import Extract, Holding, RegisterEvent
from custody.register.history import Act
from custody.register.holdings import add_extract, get_extract, lend
from custody.register.processors import add_processor, get_processor
from custody.supervision import exchange
from custody.supervision.check_sheets import shipped_sheets
from custody.supervision.exchange import exchange_rows, headers_in, read_exchange
from custody.supervision.models import SupervisionRecord
from custody.supervision.records import About, add_record
from custody.supervision.words import Words
from custody.supervision.workbooks import workbook_bytes

if TYPE_CHECKING:
    from pathlib import Path

    from custody.register.sheets import Imported

FIRST, LAST = date(2024, 4, 1), date(2026, 3, 20)
ACT = Act("importer", datetime(2026, 3, 20, 9, tzinfo=UTC), LAST, "from a sheet")


def written(database: Database, language: str, *, numbered: bool = True) -> bytes:
    words = Words(language)
    with database.read() as session:
        rows = list(exchange_rows(session, words))
    if not numbered:
        rows = [("", *row[1:16], "", *row[17:]) for row in rows]
    return workbook_bytes([("supervision", headers_in(words), rows)])


def read(folder: Path, content: bytes, database: Database) -> Imported:
    file = folder / "sheet.xlsx"
    file.write_bytes(content)
    return read_exchange(file, database, act=ACT, sheets=shipped_sheets(), may_end=bool)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_table_read_back_changes_nothing(database: Database, tmp_path: Path, language: str) -> None:
    write_carrier(database, make_carrier(1, first=FIRST, last=LAST, processors=9, edges=20, extracts=5))
    done = read(tmp_path, written(database, language), database)
    assert (done.changed, done.rejected) == (0, [])
    assert done.rows > 100


def test_a_table_makes_the_same_in_an_empty_register(database: Database, tmp_path: Path, sqlite_template: Path) -> None:
    write_carrier(database, make_carrier(2, first=FIRST, last=LAST, processors=9, edges=20, extracts=0))
    other = tmp_path / "other.db"
    other.write_bytes(sqlite_template.read_bytes())
    elsewhere = Database(f"sqlite:///{other}")
    done = read(tmp_path, written(database, "ja", numbered=False), elsewhere)
    assert done.rejected == []

    def told(of: Database) -> list[Any]:
        with of.read() as session:
            rows = exchange_rows(session, Words("en"))
            return sorted((str(row[1:16]) for row in rows), key=str)

    assert told(elsewhere) == told(database)
    assert read(tmp_path, written(database, "ja", numbered=False), elsewhere).changed == 0
    elsewhere.close()


def test_a_row_that_cannot_be_used_is_named_and_the_others_are_taken(database: Database, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    for row in (
        ["種別", "委託先", "契約形態", "区分", "結果", "実施日", "期限", "内容"],
        ["契約", "架空販売", "A", "", "", "令和6年4月1日", "", ""],
        ["検査", "架空販売", "", "書面", "", "", "2024/10/1", '=HYPERLINK("http://x.invalid")'],
        ["検査", "だれも知らない", "", "書面", "", "", "2024/10/1", ""],
        ["検査", "架空販売", "", "電話", "", "", "2024/10/1", ""],
        ["検査", "架空販売", "", "実地", "", "", "いつか", ""],
        ["お茶会", "架空販売", "", "", "", "", "", ""],
        ["誓約", "架空販売", "", "開始時", "", "2024-04-02", "", ""],
    ):
        sheet.append(row)
    book.save(tmp_path / "mine.xlsx")
    done = read_exchange(tmp_path / "mine.xlsx", database, act=ACT, sheets=shipped_sheets(), may_end=bool)
    assert done.changed == 3
    assert [line for line, _ in done.rejected] == [4, 5, 6, 7]


CELLS = {
    "種別": ("検査", "指摘", "誓約", "契約", "training", "certificate", "breach", "consent", "check-sheet", ""),
    "委託先": ("架空販売", "だれも知らない", ""),
    "区分": ("書面", "開始時", "返却", "service", "実地", ""),
    "結果": ("承諾", "あり", ""),
    "実施日": ("2024-04-02", "令和6年4月1日", "いつか", ""),
    "期限": ("2024/10/1", ""),
    "完了日": ("2024-04-01", "2024-12-01", ""),
    "内容": ("鍵", "あ" * 4001, ""),
    "元の番号": ("1", "999999999", "-1", "１", ""),
    "番号": ("1", "77", "x", ""),
}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(odd=st.lists(st.tuples(*(st.sampled_from(values) for values in CELLS.values())), min_size=1, max_size=4))
def test_whatever_a_row_says_the_rows_before_and_after_it_count(
    sqlite_template: Path, tmp_path: Path, odd: list[tuple[str, ...]]
) -> None:
    place = tmp_path / "odd.db"
    place.write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{place}")
    plain = dict.fromkeys(CELLS, "") | {"委託先": "架空販売"}
    first = plain | {"種別": "契約", "実施日": "2024-04-01"}
    last = plain | {"種別": "breach", "実施日": "2025-05-05", "内容": "最後の行"}
    lines = [list(CELLS), list(first.values()), *map(list, odd), list(last.values())]
    text = "\n".join(",".join(line) for line in lines)
    (tmp_path / "odd.csv").write_bytes(text.encode())
    try:
        done = read_exchange(tmp_path / "odd.csv", database, act=ACT, sheets=shipped_sheets(), may_end=bool)
        assert {2, len(lines)}.isdisjoint(line for line, _ in done.rejected)
        with database.read() as session:
            told = session.scalars(select(SupervisionRecord.words).where(SupervisionRecord.kind == "breach"))
            assert "最後の行" in set(told)
    finally:
        database.close()


def test_a_finding_without_a_day_and_an_inspection_is_left_out_alone(database: Database, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text(
        "種別,委託先,契約形態,実施日,内容\n契約,架空販売,A,2024-04-01,\n指摘,架空販売,,,鍵\nbreach,架空販売,,2024-05-01,紛失\n",
        encoding="utf-8",
    )
    done = read_exchange(tmp_path / "mine.csv", database, act=ACT, sheets=shipped_sheets(), may_end=bool)
    assert ([line for line, _ in done.rejected], done.changed) == ([3], 2)


def test_an_error_that_nobody_thought_of_is_of_its_row_alone(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.csv").write_text(
        "種別,委託先,契約形態,実施日,内容\n契約,架空販売,A,2024-04-01,\nbreach,架空販売,,2024-05-01,a\nbreach,架空販売,,2024-05-01,b\n",
        encoding="utf-8",
    )

    def breaks(*given: Any, **named: Any) -> SupervisionRecord:
        if given[3]["words"] == "a":
            raise KeyError("a")
        return add_record(*given, **named)

    monkeypatch.setattr(exchange, "add_record", breaks)
    done = read_exchange(tmp_path / "mine.csv", database, act=ACT, sheets=shipped_sheets(), may_end=bool)
    assert (done.rejected, done.changed) == ([(3, "this row cannot be used")], 2)


def test_the_number_of_anothers_record_changes_nothing(database: Database, tmp_path: Path) -> None:
    on = date(2024, 4, 1)
    with database.write() as session:
        for name in ("架空販売", "架空コール"):
            add_processor(session, name, {}, Act("keeper", ACT.now, on))
        for name in ("sales-1", "sales-2"):
            extract = add_extract(session, name, {}, ACT)
            lend(session, extract, get_processor(session, "架空販売"), Act("keeper", ACT.now, on))
        theirs = About(get_processor(session, "架空コール"))
        looked = add_record(session, "inspection", theirs, {"topic": "paper", "done_on": on}, ACT).id
        breach = add_record(session, "breach", theirs, {"words": "b", "happened_on": on}, ACT).id
        mine = About(get_processor(session, "架空販売"), extract=get_extract(session, "sales-1"))
        paper = add_record(session, "certificate", mine, {"topic": "return", "happened_on": on, "words": "c"}, ACT).id
        last = session.scalar(select(func.max(RegisterEvent.id)))
    (tmp_path / "mine.csv").write_text(
        "record,kind_of,processor,extract,topic,happened_on,words,of\n"
        f"{breach},breach,架空販売,,,2024-04-01,他社の記録,\n"
        f"{breach},breach,,,,2024-04-01,他社の記録,\n"
        f"{paper},certificate,架空販売,sales-2,return,2024-04-01,別の写し,\n"
        f",finding,架空販売,,,2024-04-01,他社の検査,{looked}\n",
        encoding="utf-8",
    )
    done = read_exchange(tmp_path / "mine.csv", database, act=ACT, sheets=shipped_sheets(), may_end=bool)
    assert ([line for line, _ in done.rejected], done.changed) == ([2, 3, 4, 5], 0)
    with database.read() as session:
        assert session.scalar(select(func.max(RegisterEvent.id))) == last
    (tmp_path / "mine.csv").write_text(f"record,kind_of,processor,words\n{breach},breach,架空コール,自社\n", "utf-8")
    assert read_exchange(tmp_path / "mine.csv", database, act=ACT, sheets=shipped_sheets(), may_end=bool).changed == 1


def test_a_certificate_of_an_extract_that_is_not_theirs_is_left_out_as_if_there_were_none(
    database: Database, tmp_path: Path
) -> None:
    with database.write() as session:
        add_processor(session, "架空販売", {}, ACT)
        for name in ("mine", "theirs"):
            lend(session, add_extract(session, name, {}, ACT), get_processor(session, "架空販売"), ACT)
    rows = (f"certificate,架空販売,{name},erasure,2026-03-20" for name in ("mine", "theirs", "nobody"))
    (tmp_path / "mine.csv").write_text("\n".join(("kind_of,processor,extract,topic,happened_on", *rows)), "utf-8")
    done = read_exchange(
        tmp_path / "mine.csv", database, act=ACT, sheets=shipped_sheets(), may_end=lambda name: name == "mine"
    )
    assert done.changed == 1
    reasons = [reason.replace("theirs", "nobody") for _, reason in done.rejected]
    assert len(reasons) == 2
    assert reasons[0] == reasons[1]
    with database.read() as session:
        held = dict(session.execute(select(Extract.name, Holding.state).join(Holding)).all())
    assert held == {"mine": "erased", "theirs": "lent"}


def test_what_has_not_happened_yet_is_left_out_and_what_is_planned_is_taken(database: Database, tmp_path: Path) -> None:
    with database.write() as session:
        add_processor(session, "架空販売", {}, ACT)
    (tmp_path / "mine.csv").write_text(
        "kind_of,processor,topic,words,happened_on,due_on,done_on\n"
        "training,架空販売,,,2026-03-21,,\n"
        "breach,架空販売,,b,2026-03-20,,2026-03-21\n"
        "inspection,架空販売,paper,,,2026-03-21,\n"
        "training,架空販売,,,2026-03-20,,\n",
        encoding="utf-8",
    )
    done = read_exchange(tmp_path / "mine.csv", database, act=ACT, sheets=shipped_sheets(), may_end=bool)
    assert ([line for line, _ in done.rejected], done.changed) == ([2, 3], 2)


def test_a_table_without_kinds_is_refused(database: Database, tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["委託先", "内容"])
    book.active.append(["架空販売", "何か"])
    book.save(tmp_path / "mine.xlsx")
    with pytest.raises(ColumnError, match="kind of record"):
        read_exchange(tmp_path / "mine.xlsx", database, act=ACT, sheets=shipped_sheets(), may_end=bool)


def test_no_cell_of_a_workbook_is_a_formula(tmp_path: Path) -> None:
    content = workbook_bytes([("a/b:c" * 20, ["h", "i"], [["=1+1", "\x07bell"], ["+81", 3]])])
    (tmp_path / "x.xlsx").write_bytes(content)
    sheet = load_workbook(tmp_path / "x.xlsx").worksheets[0]
    assert [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)] == [["'=1+1", " bell"], ["'+81", 3]]
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
