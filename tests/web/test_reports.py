"""Reports in the browser: what is known beside what is written, versions, approval by another, the file."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete

from core.actors import Role
from incidents import actions
from incidents.clocks.keeping import keep
from incidents.clocks.statements import say
from incidents.timeline.attention import acknowledge
from reports.forms import form_of as report_form
from reports.models import ReportOutput
from reports.values import LONGEST_TEXT
from tests.actors import by
from tests.web.people import another
from tests.web.scene import form_mark

if TYPE_CHECKING:
    from starlette.testclient import TestClient

    from core.clock import SetClock
    from core.database import Database
    from tests.web.scene import Scene

FORMS = ["rapid", "final", "telecom28", "gdpr33", "principal", "customers", "management", "cause"]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_form_opens_in_every_language_and_shows_no_customer_s_value(
    browser: TestClient, scene: Scene, language: str
) -> None:
    browser.headers["accept-language"] = language
    place = f"/incidents/{scene.incident_id}/reports"
    assert browser.get(place).status_code == 200
    assert browser.get("/reports").status_code == 200
    assert place in browser.get(f"/incidents/{scene.incident_id}").text
    for form in FORMS:
        answer = browser.get(f"{place}/{form}")
        assert answer.status_code == 200, form
        assert scene.secret not in answer.text
        assert "佐伯" not in answer.text
        assert "nightowl" not in answer.text
    for path in (f"{place}/nothing", f"{place}/quarterly", "/incidents/99/reports/rapid", "/incidents/99/reports"):
        assert browser.get(path).status_code == 404, path
    assert browser.get("/reports/quarters/2026-Q4/quarterly").status_code == 200
    assert browser.get("/reports/quarters/2026-Q9/quarterly").status_code == 404


def test_a_report_goes_from_draft_to_the_office(
    browser: TestClient, scene: Scene, database: Database, clock: SetClock
) -> None:
    owner = another(browser.app, database, clock, "nakamura", Role.DATA_OWNER)  # type: ignore[arg-type]
    page = f"/incidents/{scene.incident_id}/reports/rapid"
    mark = form_mark(browser, page)
    draft = {"form_mark": mark, "revision": "0", "text-cause": "委託先での持ち出し <b>", "known-cause": "yes"}
    saved = browser.post(page, data=draft | {"do": "save"})
    assert saved.status_code == 200
    assert "委託先での持ち出し &lt;b&gt;" in saved.text
    assert browser.post(page, data=draft | {"text-cause": "上書き"}).status_code == 409, "somebody saved meanwhile"
    assert browser.post(page, data={"form_mark": mark, "revision": "1", "do": "ask"}).status_code == 200
    version = f"{page}/versions/1"
    mine = browser.post(f"{version}/decision", data={"form_mark": mark, "do": "approve"})
    assert mine.status_code == 409
    assert "somebody else approves" in mine.text
    theirs = form_mark(owner, version)
    assert owner.post(f"{version}/filing", data={"form_mark": theirs}).status_code == 403
    assert owner.post(f"{version}/decision", data={"form_mark": theirs, "do": "approve"}).status_code == 200
    filing = {"form_mark": mark, "recipient": "総合通信局", "reference": "R-7", "at": ""}
    assert browser.post(f"{version}/filing", data=filing).status_code == 200
    shown = browser.get(version).text
    assert "総合通信局" in shown
    assert "R-7" in shown
    first, again = (
        browser.post(f"{page}/file", data={"form_mark": mark, "format": "pdf", "number": "1"}) for _ in range(2)
    )
    assert first.content == again.content
    assert first.content.startswith(b"%PDF")
    for format_name in ("md", "docx", "pdf"):
        now = browser.post(f"{page}/file", data={"form_mark": mark, "format": format_name})
        assert now.status_code == 200
        assert f"hinomi-rapid-{scene.incident_id}.{format_name}" in now.headers["content-disposition"]
    timeline = browser.get(f"/search?q=incident:{scene.incident_id}").text
    assert "R-7" in timeline
    changed = {"form_mark": mark, "revision": "1", "text-cause": "改めた", "known-cause": "yes", "do": "ask"}
    assert browser.post(page, data=changed).status_code == 200
    second = browser.get(f"{page}/versions/2").text
    assert "<del>委託先での持ち出し &lt;b&gt;</del>" in second
    assert "<ins>改めた</ins>" in second


def test_the_root_cause_report_is_for_who_may_see_the_cause(
    browser: TestClient, scene: Scene, database: Database, clock: SetClock
) -> None:
    owner = another(browser.app, database, clock, "nakamura", Role.DATA_OWNER)  # type: ignore[arg-type]
    place = f"/incidents/{scene.incident_id}/reports"
    assert owner.get(f"{place}/cause").status_code == 403
    assert f"{place}/cause" not in owner.get(place).text
    assert owner.get("/reports/quarters/2026-Q4/quarterly").status_code == 403
    auditor = another(browser.app, database, clock, "aida", Role.AUDITOR)  # type: ignore[arg-type]
    page = auditor.get(f"{place}/rapid")
    assert page.status_code == 200
    assert "<textarea" not in page.text


def test_a_character_without_a_glyph_is_told_before_it_is_printed(browser: TestClient, scene: Scene) -> None:
    page = f"/incidents/{scene.incident_id}/reports/rapid"
    mark = form_mark(browser, page)
    saved = browser.post(page, data={"form_mark": mark, "revision": "0", "text-cause": "Győr"})
    assert "U+0151" in saved.text
    refused = browser.post(f"{page}/file", data={"form_mark": mark, "format": "pdf"})
    assert (refused.status_code, "U+0151" in refused.text) == (409, True)


def test_a_version_of_before_a_format_was_known_is_shown(browser: TestClient, scene: Scene, database: Database) -> None:
    page = f"/incidents/{scene.incident_id}/reports/rapid"
    mark = form_mark(browser, page)
    browser.post(page, data={"form_mark": mark, "revision": "0", "text-cause": "原因", "do": "ask"})
    with database.write() as session:
        session.execute(delete(ReportOutput).where(ReportOutput.format == "docx"))
    shown = browser.get(f"{page}/versions/1")
    assert (shown.status_code, ">PDF<" in shown.text, ">DOCX<" in shown.text) == (200, True, False)


def test_numbers_of_customers_are_listed_for_who_may_alone(
    browser: TestClient, scene: Scene, database: Database, clock: SetClock
) -> None:
    page = f"/incidents/{scene.incident_id}/reports/customers"
    to = f'action="/incidents/{scene.incident_id}/customers"'
    assert to in browser.get(page).text
    investigator = another(browser.app, database, clock, "kato", Role.INVESTIGATOR)  # type: ignore[arg-type]
    assert to not in investigator.get(page).text


def test_the_report_of_a_deadline_is_the_next_step_of_whoever_can_bring_it_on(
    browser: TestClient, scene: Scene, database: Database, clock: SetClock
) -> None:
    """Beside the deadline and on top of the page: write, approve, file; then a mark in the story."""
    owner = another(browser.app, database, clock, "nakamura", Role.DATA_OWNER)  # type: ignore[arg-type]
    number, me = scene.incident_id, by("suzuki", Role.RESPONDER)
    report = f"/incidents/{number}/reports/rapid"
    with database.write() as session:
        earlier = clock.now() - timedelta(days=3)
        acknowledge(session, number, actor=me, now=earlier)
        say(session, number, {"malicious": "possible"}, actor=me, now=earlier, reason="police")
        keep(session, number, now=clock.now())
    assert "Write the report" not in browser.get(f"/incidents/{number}").text, "first it is confirmed"
    with database.write() as session:
        for action, who in (("confirm-csirt", me), ("confirm-owner", by("other", Role.DATA_OWNER))):
            actions.act(session, number, action, actor=who, now=clock.now())
    for page in (f"/incidents/{number}", "/deadlines"):
        assert f'<a href="{report}">Report of a leak (first report)</a>: no draft' in browser.get(page).text
    assert f'<a class="button primary" href="{report}">Write the report</a>' in browser.get(f"/incidents/{number}").text
    mark = form_mark(browser, report)
    browser.post(report, data={"form_mark": mark, "revision": "0", "text-cause": "x", "known-cause": "yes"})
    assert "draft, last saved by" in browser.get("/deadlines").text
    browser.post(report, data={"form_mark": mark, "revision": "1", "do": "ask"})
    assert "waits for the approval of the role" in browser.get("/deadlines").text
    assert "Waiting for you" in owner.get("/reports").text
    assert "Waiting for you" not in browser.get("/reports").text
    assert f'href="{report}/versions/1">Look at it and decide</a>' in owner.get(f"/incidents/{number}").text
    theirs = form_mark(owner, f"{report}/versions/1")
    owner.post(f"{report}/versions/1/decision", data={"form_mark": theirs, "do": "approve"})
    assert "Waiting for you" not in owner.get("/reports").text
    assert "Waiting for you" in browser.get("/reports").text
    assert f'href="{report}/versions/1">Record the filing</a>' in browser.get(f"/incidents/{number}").text
    browser.post(f"{report}/versions/1/filing", data={"form_mark": mark, "recipient": "R", "reference": "1", "at": ""})
    page = browser.get(f"/incidents/{number}").text
    assert "filed as version 1 on" in page
    assert "Filed: Report of a leak (first report), version 1" in page
    assert "Record the filing" not in page


def test_the_list_of_reports_is_filtered_and_paged(browser: TestClient, scene: Scene) -> None:
    place = f"/incidents/{scene.incident_id}/reports"
    for form in ("rapid", "final"):
        mark = form_mark(browser, f"{place}/{form}")
        asked = browser.post(f"{place}/{form}", data={"form_mark": mark, "revision": "0", "do": "ask"})
        assert asked.status_code == 200
    for query, shown in (
        ("", {"rapid", "final"}), ("?form=rapid", {"rapid"}), ("?state=waiting", {"rapid", "final"}),
        ("?state=filed", set()), ("?form=final&state=waiting", {"final"}),
        ("?form=nonsense&page=x", {"rapid", "final"}), ("?page=99", {"rapid", "final"}),
    ):  # fmt: skip
        page = browser.get(f"/reports{query}")
        assert page.status_code == 200
        listed = page.text.partition('id="versions"')[2]
        assert {one for one in FORMS if f"{place}/{one}/versions/1" in listed} == shown, query


def test_a_report_as_long_as_its_fields_allow_is_saved(browser: TestClient, scene: Scene) -> None:
    """A letter of Japanese takes nine bytes in a form; every item at once is what the page sends."""
    page = f"/incidents/{scene.incident_id}/reports/principal"
    mark = form_mark(browser, page)
    names = [plan.name for plan in report_form("principal").items]
    texts = {f"text-{name}": "漏" * LONGEST_TEXT for name in names}
    saved = browser.post(page, data={"form_mark": mark, "revision": "0", "do": "save"} | texts)
    assert (saved.status_code, saved.text.count("漏" * LONGEST_TEXT)) == (200, len(names))
    too_long = browser.post(page, data={"form_mark": mark, "revision": "1", "text-cause": "漏" * 400_000})
    assert too_long.status_code == 413
