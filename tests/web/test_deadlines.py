"""Deadlines at the pages: stated, met, waived, listed, and shown wherever somebody looks first."""

from __future__ import annotations

from html import unescape
from typing import TYPE_CHECKING

import pytest

from core.actors import Role
from deadlines.rulebook import SHIPPED, load_regimes
from incidents.clocks.models import DeadlineRow, FactRow
from tests.deadlines.cases import FIRST_REPORT, PEOPLE
from tests.web.people import another
from tests.web.scene import form_mark

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.applications import Starlette
    from starlette.testclient import TestClient

    from core.clock import SetClock
    from core.database import Database
    from tests.web.scene import Scene

ONE = "/incidents/1"


def post(client: TestClient, path: str, *, status: int = 200, **form: str) -> str:
    """Send a form of the first incident's page; gives the page that it leads to."""
    answer = client.post(f"{ONE}/{path}", data=form | {"form_mark": form_mark(client, ONE)})
    assert answer.status_code == status, answer.text
    return answer.text


@pytest.fixture
def running(browser: TestClient, scene: Scene) -> TestClient:
    """A browser at an incident that was acknowledged, and whose data somebody took with malice."""
    assert scene.incident_id == 1
    post(browser, "acknowledge")
    post(browser, "facts", malicious="possible", reason="a seller offers it")
    return browser


def test_facts_that_are_stated_begin_deadlines_and_show_who_said_so_and_why(running: TestClient) -> None:
    page = running.get(ONE).text
    assert "Personal information act (Japan) 26(1) · first report" in page
    assert "done with malicious intent" in page
    assert "Next deadline" in page, "in the strip"
    assert "what is possible" in page
    japanese = running.get(f"{ONE}?lang=ja").text
    assert "個人情報保護法26条1項 · 速報" in japanese
    assert "頼る前に確かめること" in japanese
    assert "知った日を1日目として数えている" in japanese


def test_what_was_left_as_it_was_in_the_form_is_said_by_nobody(running: TestClient, database: Database) -> None:
    post(running, "facts", malicious="possible", known="", residents="DE", sensitive="", reason="a letter")
    with database.read() as session:
        assert {(row.name, row.value) for row in session.query(FactRow)} == {
            ("malicious", "possible"), ("residents", "DE"),
        }  # fmt: skip
    post(running, "facts", known="2026-11-21T18:30", reason="the call centre was told", status=200)
    with database.read() as session:
        assert session.get_one(FactRow, (1, "known")).value == "2026-11-21T09:30:00+00:00"
    assert 'value="2026-11-21T18:30"' in running.get(ONE).text
    post(running, "facts", known="2026-11-21T18:30", malicious="possible", reason="again", status=409)


def test_a_deadline_is_met_waived_and_resumed_at_the_page(running: TestClient, database: Database) -> None:
    page = post(running, "deadlines", name=FIRST_REPORT, deed="met", at="", reason="receipt 2026-77")
    assert "was met at" in page
    post(running, "deadlines", name=PEOPLE, deed="waived", reason="nobody can be reached")
    with database.read() as session:
        states = {row.name: row.state for row in session.query(DeadlineRow)}
    assert (states[FIRST_REPORT], states[PEOPLE]) == ("met", "waived")
    post(running, "deadlines", name=FIRST_REPORT, deed="resumed", reason="sent to the wrong office")
    post(running, "deadlines", name=FIRST_REPORT, deed="forgotten", reason="x", status=409)
    post(running, "deadlines", name="moon/landing", deed="met", reason="x", status=409)


def test_the_overview_and_the_list_show_the_next_ones(running: TestClient) -> None:
    assert "Next deadlines" in running.get("/").text
    listed = running.get("/deadlines").text
    assert listed.count("first report") >= 2, "in the list and among the rules"
    assert "No deadlines of this kind" in running.get("/deadlines?show=missed").text
    assert "No deadlines of this kind" in running.get("/deadlines?regime=eu-gdpr-authority").text
    assert running.get("/deadlines?show=nonsense&regime=nonsense").status_code == 200


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_rule_shows_its_source_and_what_to_check(running: TestClient, language: str) -> None:
    page = unescape(running.get(f"/deadlines?lang={language}").text)
    for regime in load_regimes().regimes:
        assert regime.source.said(language) in page
        assert regime.check_before_relying.said(language) in page


def test_a_home_s_broken_rule_is_named_on_the_page(running: TestClient, home: Path) -> None:
    (home / "regimes").mkdir()
    (home / "regimes" / "own.toml").write_text("id = 7", encoding="utf-8")
    assert "own.toml" in running.get("/deadlines").text


def test_a_home_s_own_rule_runs(running: TestClient, home: Path) -> None:
    (home / "regimes").mkdir()
    own = (SHIPPED / "internal-rules.toml").read_text(encoding="utf-8").replace("template = true\n", "")
    (home / "regimes" / "own.toml").write_text(own, encoding="utf-8")
    post(running, "note", note="seen")
    assert "first word to the management" in running.get("/deadlines").text


def test_only_a_responder_states_facts_and_settles(
    running: TestClient, scene: Scene, database: Database, clock: SetClock
) -> None:
    del scene
    app: Starlette = running.app  # type: ignore[assignment]
    investigator = another(app, database, clock, "inv", Role.INVESTIGATOR)
    page = investigator.get(ONE).text
    assert "Deadlines" in page
    assert f"{ONE}/facts" not in page
    for path in ("facts", "deadlines"):
        data = {"form_mark": form_mark(investigator, ONE), "reason": "x"}
        assert investigator.post(f"{ONE}/{path}", data=data).status_code == 403


def test_a_data_owner_sees_the_deadlines_of_their_own_incidents_alone(
    running: TestClient, database: Database, clock: SetClock
) -> None:
    app: Starlette = running.app  # type: ignore[assignment]
    own = another(app, database, clock, "own", Role.DATA_OWNER, extracts=("sales-*",))
    foreign = another(app, database, clock, "foreign", Role.DATA_OWNER, extracts=("nothing",))
    assert f'href="{ONE}#deadlines"' in own.get("/deadlines").text
    for path in ("/", "/deadlines", "/deadlines?show=all"):
        assert f'href="{ONE}#deadlines"' not in foreign.get(path).text


def test_a_list_that_is_cut_says_so(running: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = running.get("/deadlines?show=all").text
    assert "end first are shown" not in whole
    monkeypatch.setattr("web.routes.casework.deadlines.LISTED", 1)
    cut = running.get("/deadlines?show=all").text
    assert "Only the 1 that end first are shown" in unescape(cut)
    assert cut.count(f'href="{ONE}') < whole.count(f'href="{ONE}')
