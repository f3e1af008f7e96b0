"""The register: copies lent, copied on, returned and erased; as of any day; and who else holds the same customers."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook

from custody.enrolment.columns import understand
from custody.enrolment.enroller import Enroller, Lending
from custody.errors import ColumnError, RegisterError
from custody.lifecycle import ERASE, ERASED, OVERDUE, RETURN, RETURNED
from custody.models import LENT
from custody.register.copies_of import holders_of, subjects_of
from custody.register.history import Act, events_of
from custody.register.holdings import add_extract, copy_on, end, get_extract, holdings_of, lend, reopen, set_extract
from custody.register.overview import overdue_on, register_on
from custody.register.processors import add_processor, consent_of, get_processor, set_processor, tree
from custody.register.sheets import read_register, write_register
from fingerprints.index.generation import Index
from fingerprints.secrets.digests import Digester
from fingerprints.secrets.keys import create_key
from tests.custody.test_enrolment import write_csv
from tests.fingerprints.people import customers

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings

LENT_ON, DUE_ON = date(2026, 4, 1), date(2026, 9, 30)


def on(day: date, reason: str = "") -> Act:
    return Act("keeper", datetime(2026, 11, 22, tzinfo=UTC), day, reason)


@pytest.fixture
def register(database: Database) -> Database:
    """A carrier's register: a processor, its sub-processor and that one's supplier; one extract at the first two."""
    act = on(LENT_ON)
    with database.write() as session:
        add_processor(session, "架空販売", {"contract_kind": "A", "country": "JP"}, act)
        add_processor(session, "架空コール", {"under": "架空販売", "contract_kind": "B", "consent": "given"}, act)
        add_processor(session, "架空システム", {"under": "架空コール"}, act)
        extract = add_extract(session, "calls", {"due_on": DUE_ON, "size": 900, "columns": ["name", "phone"]}, act)
        lend(session, extract, get_processor(session, "架空販売"), act)
        copy_on(session, "calls", "架空販売", "架空コール", on(date(2026, 5, 10)))
    return database


def _standings(session: Session, day: date) -> dict[str, str]:
    return {line.processor: line.standing for line in register_on(session, day)}


def test_processors_stand_in_a_tree_with_unknown_consents_marked(register: Database) -> None:
    with register.read() as session:
        branches = [(b.processor.name, b.depth, b.held, b.lacks_consent, b.consent_unknown) for b in tree(session)]
    assert branches == [
        ("架空販売", 0, 1, False, False), ("架空コール", 1, 1, False, False), ("架空システム", 2, 0, False, True),
    ]  # fmt: skip


def test_a_consent_is_one_of_three_and_an_older_word_means_the_same(register: Database) -> None:
    assert [consent_of(one) for one in ("", None, "given", "missing", "refused")] == [
        "unknown", "unknown", "given", "refused", "refused",
    ]  # fmt: skip
    with register.write() as session:
        set_processor(session, "架空システム", {"consent": "unknown"}, on(LENT_ON))
        assert [branch.consent for branch in tree(session)] == ["", "given", "unknown"]
        with pytest.raises(RegisterError, match="none of unknown, given, refused"):
            set_processor(session, "架空システム", {"consent": "missing"}, on(LENT_ON))


def test_no_processor_comes_to_stand_below_itself(register: Database) -> None:
    with pytest.raises(RegisterError, match="stands below it"), register.write() as session:
        set_processor(session, "架空販売", {"under": "架空システム"}, on(LENT_ON))
    with pytest.raises(RegisterError, match="none of A, B"), register.write() as session:
        set_processor(session, "架空販売", {"contract_kind": "C"}, on(LENT_ON))


def test_the_register_is_read_as_of_any_day(register: Database) -> None:
    with register.write() as session:
        end(session, "calls", "架空コール", RETURN, on(date(2026, 8, 1)))
        end(session, "calls", "架空コール", ERASE, on(date(2026, 8, 20)), certificate="C-17")
        set_extract(session, "calls", {"due_on": date(2026, 10, 31)}, on(date(2026, 9, 1)))
    with register.read() as session:
        assert _standings(session, date(2026, 3, 31)) == {}
        assert _standings(session, date(2026, 4, 30)) == {"架空販売": LENT}
        assert _standings(session, date(2026, 5, 10)) == {"架空販売": LENT, "架空コール": LENT}
        assert _standings(session, date(2026, 8, 10)) == {"架空販売": LENT, "架空コール": RETURNED}
        assert _standings(session, date(2026, 10, 1)) == {"架空販売": LENT, "架空コール": ERASED}
        assert _standings(session, date(2026, 11, 1)) == {"架空販売": OVERDUE, "架空コール": ERASED}
        (late,) = overdue_on(session, date(2026, 11, 1))
        assert (late.processor, late.due_on) == ("架空販売", date(2026, 10, 31))
        assert register_on(session, date(2026, 8, 10))[0].due_on == DUE_ON
        (erased,) = [line for line in register_on(session, date(2026, 9, 1)) if line.standing == ERASED]
        assert (erased.certificate, erased.certificate_on) == ("C-17", date(2026, 8, 20))
        assert (erased.ended_on, erased.copied_from) == (date(2026, 8, 1), "架空販売")
        assert erased.chain == ("架空コール", "架空販売")


def test_what_is_written_down_late_counts_from_its_day(register: Database) -> None:
    with register.write() as session:
        set_processor(session, "架空コール", {"contact": "second"}, on(date(2026, 7, 1)))
        set_processor(session, "架空コール", {"contact": "first"}, on(date(2026, 6, 1)))
    with register.read() as session:
        for day, contact in ((date(2026, 6, 15), "first"), (date(2026, 7, 1), "second")):
            assert register_on(session, day)[1].contact == contact


def test_an_extract_ends_with_its_last_copy(register: Database) -> None:
    with register.write() as session:
        end(session, "calls", "架空コール", RETURN, on(date(2026, 8, 1)))
        assert get_extract(session, "calls").state == LENT
        end(session, "calls", "架空販売", RETURN, on(date(2026, 8, 2)))
        assert (get_extract(session, "calls").state, get_extract(session, "calls").ended_on) == (
            RETURNED,
            date(2026, 8, 2),
        )
        reopen(session, "calls", "架空販売", on(date(2026, 8, 3), "found a copy"))
        assert get_extract(session, "calls").state == LENT
        kinds = [event.kind for event in events_of(session, get_extract(session, "calls"))]
    assert kinds == ["extract-added", "lent", "copied-on", "returned", "returned", "reopened"]


def test_what_cannot_be_is_refused(register: Database) -> None:
    cases = [
        ("架空システム", RETURN, LENT_ON, "never held"),
        ("架空販売", RETURN, date(2026, 3, 1), "is before"),
        ("nobody", RETURN, LENT_ON, "no processor 'nobody'"),
    ]
    for holder, action, day, said in cases:
        with pytest.raises(RegisterError, match=said), register.write() as session:
            end(session, "calls", holder, action, on(day))
    with pytest.raises(RegisterError, match="already"), register.write() as session:
        copy_on(session, "calls", "架空販売", "架空コール", on(LENT_ON))
    with pytest.raises(RegisterError, match="needs a reason"), register.write() as session:
        reopen(session, "calls", "架空販売", on(LENT_ON))


def test_the_register_is_written_and_read_back_the_same(register: Database, tmp_path: Path, clock: SetClock) -> None:
    with register.write() as session:
        end(session, "calls", "架空コール", ERASE, on(date(2026, 8, 20)), certificate="=C-17")
    day = date(2026, 11, 22)
    with register.read() as session:
        lines = register_on(session, day)
    out = io.StringIO()
    write_register(lines, out)
    assert "'=C-17" in out.getvalue()
    file = tmp_path / "register.csv"
    file.write_text(out.getvalue(), encoding="cp932", newline="")
    again = read_register(file, register, actor="keeper", now=clock.now())
    assert (again.rows, again.changed, again.rejected) == (2, 0, [])


def test_a_carriers_spreadsheet_is_imported_with_its_bad_rows_named(
    database: Database, tmp_path: Path, clock: SetClock
) -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(
        ("管理番号", "委託先", "再委託元", "契約形態", "同意", "項目", "件数", "貸与日", "返却期限", "状態", "返却日")
    )
    sheet.append(
        ("D-1", "架空一社", "", "A", "", "氏名、電話番号", "1,200件", "令和8年4月1日", "2026/6/30", "貸与中", "")
    )
    sheet.append(("D-1", "架空二社", "架空一社", "B", "有", "", "", "2026-04-05", "", "返却済", "2026/5/1"))
    sheet.append(("D-2", "架空一社", "", "A", "", "氏名", "5", "someday", "", "", ""))
    sheet.append(("D-3", "架空一社", "", "Z", "", "氏名", "5", "2026-04-01", "", "", ""))
    file = tmp_path / "register.xlsx"
    book.save(file)
    done = read_register(file, database, actor="keeper", now=clock.now())
    assert (done.rows, done.changed) == (4, 2)
    assert [row for row, _reason in done.rejected] == [4, 5]
    assert "'someday' is no date" in done.rejected[0][1]
    with database.read() as session:
        lines = register_on(session, date(2026, 7, 1))
    assert [(line.extract, line.processor, line.standing) for line in lines] == [
        ("D-1", "架空一社", OVERDUE),
        ("D-1", "架空二社", RETURNED),
    ]
    assert lines[0].columns == ("name", "phone")
    assert (lines[1].consent, lines[1].contract_kind, lines[1].chain) == ("given", "B", ("架空二社", "架空一社"))
    (tmp_path / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(ColumnError, match="no column names the extract"):
        read_register(tmp_path / "other.csv", database, actor="keeper", now=clock.now())


def test_who_else_holds_these_is_answered_for_extracts_and_customers(
    tmp_path: Path, settings: Settings, database: Database, clock: SetClock
) -> None:
    key = create_key(settings.home / "key")
    enroller = Enroller(settings, key, database, clock)
    for name, numbers, holder in (("all", range(40), "架空販売"), ("shop", range(10), "架空店舗")):
        path = write_csv(tmp_path / f"{name}.csv", customers(numbers))
        enroller.enrol(path, understand(path), Lending(name, LENT_ON, holder), processes=1)
    with database.write() as session:
        add_processor(session, "架空清掃", {"under": "架空店舗"}, on(LENT_ON))
        add_processor(session, "架空発送", {"under": "架空販売"}, on(LENT_ON))
        copy_on(session, "all", "架空販売", "架空発送", on(date(2026, 5, 1)))
        add_extract(session, "paper", {}, on(LENT_ON))
        lend(session, get_extract(session, "paper"), get_processor(session, "架空発送"), on(LENT_ON))
        assert len(holdings_of(session, get_extract(session, "all"))) == 2
    index, day = Index.open(settings.index_dir, key), date(2026, 6, 1)
    with database.read() as session:
        reached, unknown = holders_of(session, index, index.members("shop"), day)
        found = {(one.line.processor, one.line.extract): (one.covered, one.of, one.below) for one in reached}
        assert found == {
            ("架空販売", "all"): (10, 10, ()),
            ("架空発送", "all"): (10, 10, ()),
            ("架空店舗", "shop"): (10, 10, ("架空清掃",)),
        }
        assert unknown == ["paper"]
        subjects, strangers = subjects_of(index, Digester(key), ["ｋ０００００３\n", "K000020", "K999999", ""])
        assert (len(subjects), strangers) == (2, 1)
        reached, _unknown = holders_of(session, index, subjects, day)
        assert [(one.line.processor, one.covered) for one in reached][-1] == ("架空店舗", 1)
    with database.write() as session:
        end(session, "all", "架空発送", RETURN, on(date(2026, 5, 20)))
    with database.read() as session:
        assert len(holders_of(session, index, subjects, day)[0]) == 2
        assert len(holders_of(session, index, subjects, day, ended=True)[0]) == 3
