"""Tasks, hand-overs and what is decided about an incident, at the pages."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from core.actors import SYSTEM, Role
from incidents import queries
from incidents.casework.models import Task
from incidents.figures import with_holders
from incidents.models import FindingRow
from people.absences import be_away
from tests.incidents.makers import Leaked, take
from tests.web.people import LOGIN, another, link_of, somebody
from tests.web.scene import form_mark

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.testclient import TestClient

    from core.clock import SetClock
    from core.database import Database
    from tests.web.scene import Scene

BROKEN = 'id = "night"\nfor = ["flood"]\n'


def post(client: TestClient, path: str, **form: str) -> str:
    """Send a form of a page of the first incident; gives the page that it leads to."""
    answer = client.post(f"/incidents/1/{path}", data=form | {"form_mark": form_mark(client, "/incidents/1")})
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.fixture
def confirmed(browser: TestClient, scene: Scene, database: Database) -> TestClient:
    """A browser at an incident that the CSIRT confirmed."""
    assert scene.incident_id == 1
    with database.write() as session:
        finding = session.scalars(select(FindingRow).where(FindingRow.incident_id == 1)).one()
        finding.extracts = with_holders(finding.extracts, {"sales-2026-04": "Blue Calls"})
    post(browser, "act", action="confirm-csirt")
    return browser


def test_the_page_names_the_processor_that_held_the_extract(confirmed: TestClient) -> None:
    assert "Blue Calls" in confirmed.get("/incidents/1").text


def test_a_confirmed_incident_shows_its_playbook_with_its_tasks(confirmed: TestClient) -> None:
    page = confirmed.get("/incidents/1").text
    assert "Playbook: A processor&#39;s leak" in page
    assert "Ask for the posts to be taken down" in page
    assert "掲載先に削除を求める" in confirmed.get("/incidents/1?lang=ja").text


def test_a_task_is_given_settled_and_reopened_at_the_page(
    confirmed: TestClient, database: Database, clock: SetClock
) -> None:
    somebody(database, clock, "tanaka", Role.INVESTIGATOR)
    post(confirmed, "tasks/1/change", owner="tanaka", due="2026-11-30T18:00")
    with database.read() as session:
        task = session.get_one(Task, 1)
        assert (task.owner, f"{task.due_at:%Y-%m-%d %H:%M}") == ("tanaka", "2026-11-30 09:00")
    page = post(confirmed, "tasks/1/settle", state="done", reason="asked and kept")
    assert "Task 1 is done" in page
    assert "Task 1 is open again" in post(confirmed, "tasks/1/reopen", reason="one terminal was forgotten")
    answer = confirmed.post(
        "/incidents/1/tasks/999/settle", data={"state": "done", "form_mark": form_mark(confirmed, "/incidents/1")}
    )
    assert answer.status_code == 409


def test_saving_a_task_that_nobody_changed_leaves_no_event(confirmed: TestClient, database: Database) -> None:
    page = confirmed.get("/incidents/1").text
    due = re.search(r'id="due-1" name="due" value="([^"]+)"', page)
    assert due is not None
    with database.read() as session:
        before = len(queries.timeline(session, 1, language="en"))
    post(confirmed, "tasks/1/change", owner="", due=due[1])
    with database.read() as session:
        assert len(queries.timeline(session, 1, language="en")) == before


def test_the_page_of_tasks_shows_mine_my_roles_and_what_is_overdue(confirmed: TestClient, clock: SetClock) -> None:
    assert "No task here." in confirmed.get("/tasks").text
    post(confirmed, "tasks", text="call the police", role="responder", owner=LOGIN, mandatory="yes")
    assert "call the police" in confirmed.get("/tasks").text
    assert "Ask for the posts" in confirmed.get("/tasks?show=role").text
    assert "No task here." in confirmed.get("/tasks?show=overdue").text
    clock.advance(timedelta(minutes=170))
    post(confirmed, "tasks/1/change", owner="", due="2026-11-22T12:00")
    assert "Secure the evidence" in confirmed.get("/tasks?show=overdue").text
    assert "Overdue tasks" in confirmed.get("/").text


def test_a_deputy_s_own_tasks_are_also_those_of_who_is_away(
    confirmed: TestClient, database: Database, clock: SetClock
) -> None:
    now = clock.now()
    for login in ("tanaka", "suzuki"):
        somebody(database, clock, login, Role.INVESTIGATOR)
    deputy = another(confirmed.app, database, clock, "deputy", Role.INVESTIGATOR)  # type: ignore[arg-type]
    for text, owner in (("ask tanaka", "tanaka"), ("ask suzuki", "suzuki"), ("ask the deputy", "deputy")):
        post(confirmed, "tasks", text=text, role="investigator", owner=owner)
    with database.write() as session:
        be_away(session, "tanaka", "deputy", since=now, until=now + timedelta(days=2), actor=SYSTEM, now=now)
    page = deputy.get("/tasks").text
    assert ("ask the deputy" in page, "ask tanaka" in page, "ask suzuki" in page) == (True, True, False)
    clock.advance(timedelta(days=2))
    page = another_sight(deputy, database, clock)
    assert ("ask the deputy" in page, "ask tanaka" in page, "ask suzuki" in page) == (True, False, False)


def another_sight(client: TestClient, database: Database, clock: SetClock) -> str:
    """The page of tasks, of somebody whose session ended meanwhile."""
    client.get(link_of(database, clock, "deputy"))
    return client.get("/tasks").text


def test_a_data_owner_sees_tasks_of_their_own_extracts_alone(
    confirmed: TestClient, database: Database, clock: SetClock
) -> None:
    app = confirmed.app
    own = another(app, database, clock, "mine", Role.DATA_OWNER, extracts=("sales-*",))  # type: ignore[arg-type]
    other = another(app, database, clock, "theirs", Role.DATA_OWNER, extracts=("other-*",))  # type: ignore[arg-type]
    assert "Confirm with the data owner" in own.get("/tasks?show=all").text
    assert "Confirm with the data owner" not in other.get("/tasks?show=all").text


def test_closing_says_what_is_missing_and_lets_a_responder_waive_it(confirmed: TestClient) -> None:
    post(confirmed, "act", action="contain")
    form = {"action": "close", "form_mark": form_mark(confirmed, "/incidents/1")}
    answer = confirmed.post("/incidents/1/act", data=form)
    assert answer.status_code == 409
    assert "the data owner has not confirmed" in answer.text
    page = post(confirmed, "waive", what="confirm-owner", reason="the department was dissolved")
    assert "It may be closed without: the data owner&#39;s confirmation" in page
    assert "the data owner has not confirmed" not in confirmed.post("/incidents/1/act", data=form).text


def test_severity_days_and_hand_overs_are_forms_of_the_page(
    confirmed: TestClient, database: Database, clock: SetClock
) -> None:
    assert "critical, set by a person" in post(confirmed, "severity", level="critical", reason="shelters")
    post(confirmed, "come-back", day="2026-11-22", why="the deadline of the seller")
    for page in ("/", "/tasks?show=all"):
        assert "To be looked at again" in confirmed.get(page).text
    assert "settled" in post(confirmed, "come-back", do="clear", why="quiet")
    taker = another(confirmed.app, database, clock, "tanaka", Role.RESPONDER)  # type: ignore[arg-type]
    post(confirmed, "hand-over", to="tanaka", note="the host answers at night")
    assert "Take it over" in taker.get("/incidents/1").text
    assert "Take it over" not in confirmed.get("/incidents/1").text
    assert "Took over what" in post(taker, "take")


def test_merging_relating_and_splitting_are_forms_of_the_page(confirmed: TestClient, database: Database) -> None:
    other = take(database, Leaked("another list", (901, 902))).incident_id
    assert f'href="/incidents/{other}"' in post(confirmed, "relate", other=f"#{other}", reason="one forum")
    post(confirmed, "merge", other=str(other), direction="into-this", reason="one seller")
    part = confirmed.get(f"/incidents/{other}").text
    assert "This is part of" in part or "merged" in part
    mark = form_mark(confirmed, "/incidents/1")
    split = confirmed.post(f"/incidents/{other}/split", data={"reason": "two sellers", "form_mark": mark})
    assert split.status_code == 200
    with database.read() as session:
        assert queries.incident_line(session, other or 0, language="en").merged_into is None
    for wrong in ("999", "x", ""):
        form = {"other": wrong, "reason": "one", "form_mark": mark}
        assert confirmed.post("/incidents/1/merge", data=form).status_code == 404


def test_a_broken_playbook_of_the_home_is_named(browser: TestClient, home: Path) -> None:
    (home / "playbooks").mkdir()
    (home / "playbooks" / "night.toml").write_text(BROKEN, encoding="utf-8")
    assert "night.toml:2" in browser.get("/tasks").text
