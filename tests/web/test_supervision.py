"""Supervision in the browser: contracts, records, answers, attachments, a second person's check, lists, numbers."""

from __future__ import annotations

import hashlib
import io
import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import docx
import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from archive.models import Capture, DocumentRow
from core.actors import Role
from custody.models import Edge, Extract, Holding, RegisterEvent
from custody.register.history import Act
from custody.register.holdings import add_extract, lend
from custody.register.processors import add_processor, get_processor
from custody.supervision.models import SupervisionRecord
from tests.web.people import another
from tests.web.scene import form_mark

if TYPE_CHECKING:
    from httpx2 import Response
    from starlette.testclient import TestClient

    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings

DAY = date(2026, 4, 1)
EVIL = '"><script>alert(1)</script>'


@pytest.fixture
def register(database: Database) -> Database:
    """A processor with an extract, and its sub-processor."""
    act = Act("keeper", datetime(2026, 11, 1, tzinfo=UTC), DAY)
    with database.write() as session:
        add_processor(session, "架空販売", {"contract_kind": "A"}, act)
        add_processor(session, "架空コール", {"under": "架空販売", "contract_kind": "B"}, act)
        lend(session, add_extract(session, "sales-1", {"size": 7}, act), get_processor(session, "架空販売"), act)
    return database


def post(browser: TestClient, path: str, **fields: str) -> Response:
    return browser.post(path, data={"form_mark": form_mark(browser, "/account"), **fields}, follow_redirects=True)


def numbers(database: Database) -> dict[str, int]:
    with database.read() as session:
        return {
            "seller": get_processor(session, "架空販売").id,
            "caller": get_processor(session, "架空コール").id,
            "edge": session.scalars(select(Edge.id).where(Edge.parent_id.is_not(None))).one(),
        }


def last(database: Database) -> SupervisionRecord:
    with database.read() as session:
        return session.scalars(select(SupervisionRecord).order_by(SupervisionRecord.id.desc()).limit(1)).one()


def test_records_of_every_kind_are_entered_and_seen(browser: TestClient, register: Database) -> None:
    known = numbers(register)
    page, edge = f"/supervision/processors/{known['caller']}", str(known["edge"])
    for fields in (
        {"kind": "consent", "edge": edge, "result": "given", "happened_on": "2026-04-02"},
        {"kind": "clause", "edge": edge, "topic": "secrecy", "result": "present", "happened_on": "2026-04-02"},
        {
            "kind": "inspection",
            "topic": "on-site",
            "due_on": "2026-10-01",
            "done_on": "2026-10-02",
            "person": "検査 太郎",
        },
        {"kind": "training", "happened_on": "2026-05-01"},
        {"kind": "pledge", "topic": "start", "happened_on": "2026-04-01"},
        {"kind": "breach", "words": EVIL, "happened_on": "2026-09-01", "due_on": "2026-09-30"},
    ):
        answer = post(browser, page, do="add", **fields)
        assert answer.status_code == 200, fields
        assert "It is recorded" in answer.text
    assert EVIL not in browser.get(f"{page}?tab=breaches").text
    looked = next(one for one in records(register) if one.kind == "inspection")
    assert post(browser, page, do="add", kind="finding", of=str(looked.id), words="鍵", happened_on="2026-10-02",
                due_on="2026-11-01").status_code == 200  # fmt: skip
    assert "鍵" in browser.get(f"/supervision/records/{looked.id}").text
    seller = f"/supervision/processors/{known['seller']}"
    answer = post(
        browser, seller, do="add", kind="certificate", extract="sales-1", topic="erasure", happened_on="2026-08-01"
    )
    assert "sales-1" in answer.text
    with register.read() as session:
        kinds = set(session.scalars(select(RegisterEvent.kind)))
        edge_row = session.get_one(Edge, known["edge"])
        assert (edge_row.consent, edge_row.consent_on) == ("given", date(2026, 4, 2))
        assert edge_row.processor.consent == "given"
    assert {"erased", "consent-added", "finding-added"} <= kinds
    for tab in ("contracts", "sheets", "inspections", "promises", "certificates", "breaches", "due", "history"):
        for language in ("ja", "en"):
            assert browser.get(f"{page}?tab={tab}&lang={language}").status_code == 200


def records(database: Database) -> list[SupervisionRecord]:
    with database.read() as session:
        return list(session.scalars(select(SupervisionRecord)))


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "pledge", "topic": "midway", "happened_on": "2026-04-01"},
        {"kind": "training", "happened_on": "someday"},
        {"kind": "training", "happened_on": "2026-11-23"},
        {"kind": "breach", "words": "x", "happened_on": "2026-04-01", "done_on": "2026-11-23"},
        {"kind": "breach", "words": "", "happened_on": "2026-04-01"},
        {"kind": "inspection", "topic": "paper"},
        {"kind": "clause", "topic": "secrecy", "result": "present", "happened_on": "2026-04-01", "edge": "999"},
        {"kind": "certificate", "topic": "return", "happened_on": "2026-04-01", "extract": "nothing"},
    ],
)
def test_what_cannot_be_meant_is_refused_and_said(
    browser: TestClient, register: Database, fields: dict[str, str]
) -> None:
    page = f"/supervision/processors/{numbers(register)['seller']}"
    answer = post(browser, page, do="add", **fields)
    assert answer.status_code == 409
    assert "That was not recorded" in answer.text
    assert records(register) == []


def test_contracts_are_added_changed_and_moved(browser: TestClient, register: Database) -> None:
    known = numbers(register)
    page = f"/supervision/processors/{known['seller']}"
    assert (
        post(browser, page, do="add-edge", company="架空モバイル", contract_kind="B", stage="before").status_code == 200
    )
    with register.read() as session:
        edge = session.scalars(select(Edge).where(Edge.company == "架空モバイル")).one()
    assert post(browser, page, do="move-edge", edge=str(edge.id), stage="during").status_code == 409
    for stage in ("at", "during", "after"):
        assert post(browser, page, do="move-edge", edge=str(edge.id), stage=stage).status_code == 200
    assert post(browser, page, do="add-edge", under="架空コール", stage="during").status_code == 409
    foreign = post(browser, page, do="move-edge", edge=str(known["edge"]), stage="after")
    assert foreign.status_code == 409


def test_a_sheet_is_answered_with_an_attachment_kept_in_the_archive(
    browser: TestClient, register: Database, settings: Settings
) -> None:
    known = numbers(register)
    answer = post(
        browser, f"/supervision/processors/{known['caller']}", do="add", kind="check-sheet", edge=str(known["edge"]),
        topic="service", happened_on="2026-06-01",
    )  # fmt: skip
    assert "Check sheet for external services" in answer.text
    number = last(register).id
    page = f"/supervision/records/{number}"
    answer = post(browser, page, do="answer", **{"answer-tec-auth": "yes", "words-tec-auth": "設定を確認"})
    assert answer.status_code == 200
    assert last(register).data["tec-auth"]["answer"] == "yes"
    assert post(browser, page, do="answer", **{"answer-tec-auth": "maybe"}).status_code == 409
    content = b"%PDF-1.7 made up"
    form = {"form_mark": form_mark(browser, "/account"), "record": str(number), "question": "tec-auth"}
    files = {"file": ("設定 画面.pdf", content)}
    assert "設定 画面.pdf" in browser.post("/supervision/attach", data=form, files=files).text
    (kept,) = last(register).documents
    assert kept["sha256"] == hashlib.sha256(content).hexdigest()
    assert kept["question"] == "tec-auth"
    given = browser.get(f"{page}/attachments/{kept['document_id']}")
    assert given.content == content
    assert given.headers["content-disposition"].startswith("attachment")
    with register.read() as session:
        document = session.get_one(DocumentRow, kept["document_id"])
        assert (document.state, document.held) == ("evidence", True)
        assert set(session.scalars(select(Capture.state))) == {"reported"}
    assert browser.get(f"{page}/attachments/999").status_code == 404
    assert browser.get(f"/documents/{kept['document_id']}").status_code == 200
    assert not list((settings.home / "uploads").glob("*/*.pdf"))


def test_nobody_checks_what_they_entered_and_a_change_unchecks(
    browser: TestClient, register: Database, clock: SetClock
) -> None:
    known = numbers(register)
    post(browser, f"/supervision/processors/{known['seller']}", do="add", kind="training", happened_on="2026-05-01")
    page = f"/supervision/records/{last(register).id}"
    assert "Check it" not in browser.get(page).text
    assert post(browser, f"{page}/check", result="confirmed").status_code == 409
    auditor = another(browser.app, register, clock, "監査", Role.AUDITOR)  # type: ignore[arg-type]
    assert "Check it" in auditor.get(page).text
    assert post(auditor, f"{page}/check", result="objected").status_code == 409
    assert post(auditor, f"{page}/check", result="objected", reason="写しがない").status_code == 200
    assert last(register).check_result == "objected"
    assert post(auditor, page, do="withdraw", reason="x").status_code == 403
    post(browser, page, do="change", happened_on="2026-05-02")
    assert last(register).check_result == ""
    assert post(browser, page, do="withdraw", reason="二重入力").status_code == 200
    assert last(register).withdrawn_on is not None
    assert post(auditor, f"{page}/check", result="confirmed").status_code == 409


def test_what_is_due_is_listed_and_filtered(browser: TestClient, register: Database) -> None:
    del register
    shown = browser.get("/supervision").text
    assert "架空コール" in shown
    assert "consent to passing on" in shown
    only = browser.get("/supervision?duty=pledge-start&q=架空販売&when=overdue").text
    rows = re.findall(r'<tr role="row">.*?</tr>', only, re.DOTALL)[1:]
    assert len(rows) == 1
    assert "架空販売" in rows[0]
    post(browser, "/supervision", topic="carrier")
    assert "Check sheet for the carrier itself" in post(browser, "/supervision", topic="carrier").text


def test_numbers_lead_to_their_lists_and_leave_as_files(browser: TestClient, register: Database) -> None:
    del register
    page = browser.get("/supervision/numbers?on=2026-10-01")
    assert page.status_code == 200
    links = re.findall(r'href="(/supervision/numbers/list[^"]+)">([\d,]+)<', page.text)
    assert links
    for link, number in links:
        shown = browser.get(link.replace("&amp;", "&"))
        assert f'id="list">{number}<' in shown.text
    book = load_workbook(io.BytesIO(browser.get("/supervision/numbers.xlsx?fiscal_year=2026&lang=ja").content))
    assert book.sheetnames[0] == "数値"
    document = docx.Document(io.BytesIO(browser.get("/supervision/numbers.docx?on=2026-10-01").content))
    said = "\n".join(one.text for one in document.paragraphs)
    assert "調査票" in said
    assert "1-1" in said
    assert browser.get("/supervision/numbers?on=nonsense&fiscal_year=999999").status_code == 200
    assert browser.get("/supervision/numbers/list?number=nothing").status_code == 404


@pytest.mark.parametrize(
    "year", ["020240", "２０２４", "-1", "99999", "20241", "1e3", "+2024", "2024.0", "", "0000", "1989", "2201", "٢٠٢٤"]
)
def test_a_year_that_is_none_of_four_digits_is_todays(browser: TestClient, register: Database, year: str) -> None:
    del register
    for path in ("/supervision/numbers.xlsx", "/supervision/numbers.docx"):
        answer = browser.get(path, params={"fiscal_year": year})
        assert answer.status_code == 200
        assert answer.headers["content-disposition"] == browser.get(path).headers["content-disposition"]
    given = browser.get("/supervision/numbers.xlsx", params={"fiscal_year": "2024"}).headers["content-disposition"]
    assert "2025-03-31" in given


def test_a_workbook_goes_out_and_in(browser: TestClient, register: Database) -> None:
    known = numbers(register)
    post(browser, f"/supervision/processors/{known['seller']}", do="add", kind="training", happened_on="2026-05-01")
    content = browser.get("/supervision/export.xlsx").content

    def take(name: str, what: bytes) -> Response:
        form = {"form_mark": form_mark(browser, "/account")}
        return browser.post("/supervision/import", data=form, files={"file": (name, what)})

    assert "3 rows" in take("supervision.xlsx", content).text
    assert take("broken.xlsx", b"PK\x03\x04 no workbook").status_code == 409
    assert take("other.csv", "委託先\n架空販売\n".encode()).status_code == 409


def test_a_copy_is_ended_and_opened_again_by_who_may_change_its_extract(
    browser: TestClient, register: Database, clock: SetClock
) -> None:
    with register.write() as session:
        act = Act("keeper", datetime(2026, 11, 1, tzinfo=UTC), DAY)
        lend(session, add_extract(session, "billing-1", {}, act), get_processor(session, "架空販売"), act)

    def state(name: str) -> str:
        with register.read() as session:
            holding = select(Holding.state).join(Extract, Extract.id == Holding.extract_id)
            return session.scalars(holding.where(Extract.name == name)).one()

    page = f"/supervision/processors/{numbers(register)['seller']}"
    paper = {"do": "add", "kind": "certificate", "topic": "erasure", "happened_on": "2026-08-01"}
    keeper = another(browser.app, register, clock, "keeper", Role.ADMINISTRATOR)  # type: ignore[arg-type]
    both = (Role.ADMINISTRATOR, Role.DATA_OWNER)
    mixed = another(browser.app, register, clock, "mixed", *both, extracts=("billing-*",))  # type: ignore[arg-type]
    for who in (keeper, mixed):
        answers = [post(who, page, extract=name, **paper) for name in ("sales-1", "nothing")]
        assert [one.status_code for one in answers] == [404, 404]
        assert answers[0].text.replace("sales-1", "nothing") == answers[1].text
    assert post(keeper, page, extract="billing-1", **paper).status_code == 404
    assert (state("sales-1"), state("billing-1")) == ("lent", "lent")
    rows = "kind_of,processor,extract,topic,happened_on\ncertificate,架空販売,sales-1,erasure,2026-08-01\n"
    for who in (keeper, mixed):
        form = {"form_mark": form_mark(who, "/account")}
        who.post("/supervision/import", data=form, files={"file": ("x.csv", rows.encode())})
    assert state("sales-1") == "lent"
    assert post(mixed, page, extract="billing-1", **paper).status_code == 200
    assert state("billing-1") == "erased"
    record = f"/supervision/records/{last(register).id}"
    assert post(keeper, record, do="withdraw", reason="x").status_code == 404
    assert state("billing-1") == "erased"
    assert post(mixed, record, do="withdraw", reason="x").status_code == 200
    assert state("billing-1") == "lent"
    assert 'value="certificate"' not in keeper.get(f"{page}?tab=certificates").text
    shown = mixed.get(f"{page}?tab=certificates").text
    assert 'value="billing-1"' in shown
    assert "sales-1" not in shown


def test_a_link_that_leads_to_a_refusal_is_not_offered(
    browser: TestClient, register: Database, clock: SetClock
) -> None:
    links = ("/supervision/import", "/supervision/export.xlsx")
    people = (
        ("所有", (Role.DATA_OWNER,), ("billing-*",)), ("全部", (Role.DATA_OWNER,), ("*",)),
        ("管理", (Role.ADMINISTRATOR,), ()), ("監査", (Role.AUDITOR,), ()), ("調査", (Role.INVESTIGATOR,), ()),
        ("両方", (Role.DATA_OWNER, Role.ADMINISTRATOR), ("billing-*",)),
    )  # fmt: skip
    for login, roles, extracts in people:
        who = another(browser.app, register, clock, login, *roles, extracts=extracts)  # type: ignore[arg-type]
        shown = who.get("/supervision").text
        assert [f'href="{link}"' in shown for link in links] == [who.get(link).status_code == 200 for link in links]


def test_who_owns_some_extracts_sees_no_foreign_extract_and_changes_nothing(
    browser: TestClient, register: Database, clock: SetClock
) -> None:
    own = another(browser.app, register, clock, "own", Role.DATA_OWNER, extracts=("billing-*",))  # type: ignore[arg-type]
    page = f"/supervision/processors/{numbers(register)['seller']}"
    assert own.get(page).status_code == 200
    assert post(own, page, do="add", kind="training", happened_on="2026-05-01").status_code == 404
    assert own.get("/supervision/export.xlsx").status_code == 404
    assert "sales-1" not in own.get("/supervision/numbers/list?number=lent").text
    post(browser, page, do="add", kind="certificate", extract="sales-1", topic="return", happened_on="2026-08-01")
    for path in (page + "?tab=certificates", page + "?tab=due", page + "?tab=history", "/supervision"):
        assert "sales-1" not in own.get(path).text
