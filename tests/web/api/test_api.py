"""The API: scopes, cursors, each change once, limits."""

from __future__ import annotations

import hashlib
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from core.actors import SYSTEM, Role
from core.settings import load_settings
from incidents.casework.models import Task
from incidents.casework.playbooks import FOLDER
from incidents.models import Incident
from people.accounts import disable_account, get_account
from people.roles import SCOPES
from people.tokens import list_tokens, make_token, revoke_token
from reports.filing import hand_over
from reports.filling import ReportSubject, fill
from reports.making import make_all
from reports.models import ReportOutput
from tests.incidents.makers import event_kinds
from tests.web.people import somebody
from web.api.door import BASE
from web.api.operations import OPERATIONS

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.testclient import TestClient

    from core.clock import SetClock
    from core.database import Database
    from tests.web.scene import Scene

DAY = timedelta(days=1)


class Api:
    """A system with a token."""

    def __init__(self, client: TestClient, database: Database, clock: SetClock, *scopes: str) -> None:
        with database.write() as session:
            account = get_account(session, "soar")
            self.secret = make_token(
                session, account, scopes or tuple(SCOPES), lifetime=DAY, actor=SYSTEM, now=clock.now()
            )
        self._client = client

    def __call__(self, method: str, path: str, **given: Any) -> Any:
        """One call."""
        headers = {"authorization": f"Bearer {self.secret}", **given.pop("headers", {})}
        return self._client.request(method, BASE + path, headers=headers, **given)


@pytest.fixture
def api(stranger: TestClient, scene: Scene, database: Database, clock: SetClock) -> Api:
    """A system that may do everything that systems may."""
    del scene
    somebody(database, clock, "soar", Role.SERVICE, extracts=())
    return Api(stranger, database, clock)


def test_incidents_and_their_timelines_are_read_without_a_value(api: Api, scene: Scene) -> None:
    (line,) = api("GET", "/incidents").json()["incidents"]
    assert (line["id"], line["state"], line["subjects"]) == (scene.incident_id, "open", 40)
    assert api("GET", f"/incidents/{scene.incident_id}").json() == line
    found = api("GET", f"/incidents/{scene.incident_id}/events").json()
    assert [one["kind"] for one in found["events"]] == ["note", "opened", "note", "note"]
    assert scene.secret not in str(found)
    assert api("GET", "/incidents/999").status_code == 404
    assert api("GET", "/incidents", params={"state": "exploded"}).status_code == 422
    assert api("GET", "/incidents", params={"nonsense": "1"}).status_code == 422


def test_a_cursor_goes_through_everything_once(api: Api) -> None:
    seen: list[int] = []
    cursor = ""
    for _ in range(20):
        page = api("GET", "/events", params={"limit": 2, "cursor": cursor}).json()
        seen += [one["id"] for one in page["events"]]
        cursor = page["next"]
        if not cursor:
            break
    assert len(seen) == len(set(seen)) > 4
    assert api("GET", "/events", params={"cursor": "nonsense_x"}).status_code == 422
    assert api("GET", "/events", params={"cursor": "2026-11-22T00:00:00_5"}).status_code == 422


def test_a_search_that_is_too_long_is_refused_and_not_cut(api: Api) -> None:
    long = "kind:note -" + "x" * 450
    assert api("GET", "/events", params={"q": long}).status_code == 200
    assert api("GET", "/events", params={"q": f"{long} -kind:note"}).json()["events"] == []
    assert api("GET", "/events", params={"q": "x" * 2001}).status_code == 422


def test_a_token_does_what_its_scopes_say_and_nothing_else(
    api: Api, stranger: TestClient, database: Database, clock: SetClock, scene: Scene
) -> None:
    for scope in SCOPES:
        narrow = Api(stranger, database, clock, scope)
        for one in OPERATIONS:
            path = one.path.replace("{incident_id:id}", str(scene.incident_id)).replace("{version_id:id}", "1")
            path = path.replace("{quarter}", "2026-Q3").replace("{format}", "pdf")
            body: dict[str, Any] = {"json": {}} if one.method == "POST" else {}
            refused = narrow(one.method, path, **body).status_code == 403
            assert refused == (one.scope != scope), (scope, path)
    assert api("GET", "/incidents").status_code == 200


def test_without_a_good_token_nothing_is_answered(
    api: Api, stranger: TestClient, database: Database, clock: SetClock
) -> None:
    for header in ({}, {"authorization": "Bearer x"}, {"authorization": f"Basic {api.secret}"}):
        assert stranger.get(f"{BASE}/incidents", headers=header).status_code == 401
        clock.advance(timedelta(minutes=1))
    with database.write() as session:
        revoke_token(session, list_tokens(session)[0][0].id, actor=SYSTEM, now=clock.now())
    assert api("GET", "/incidents").status_code == 401


def test_a_change_is_made_once_for_its_key(api: Api, scene: Scene, database: Database) -> None:
    path, headers = f"/incidents/{scene.incident_id}/notes", {"idempotency-key": "k1"}
    first = api("POST", path, json={"text": "from the SOAR"}, headers=headers)
    again = api("POST", path, json={"text": "from the SOAR"}, headers=headers)
    assert (first.status_code, first.json()) == (200, again.json())
    assert again.headers["idempotency-replayed"] == "true"
    assert api("POST", path, json={"text": "another"}, headers=headers).status_code == 422
    assert event_kinds(database).count("note") == 4
    api("POST", path, json={"text": "from the SOAR"})
    assert event_kinds(database).count("note") == 5


def test_a_system_steers_confirms_nothing_and_is_on_the_record_as_itself(
    api: Api, scene: Scene, database: Database, clock: SetClock
) -> None:
    path = f"/incidents/{scene.incident_id}"
    assert api("POST", f"{path}/actions", json={"action": "confirm-csirt"}).status_code == 422
    assert api("POST", f"{path}/actions", json={"action": "close"}).status_code == 409
    somebody(database, clock, "hana", Role.RESPONDER)
    assert api("POST", f"{path}/assignee", json={"assignee": "nobody"}).status_code == 422
    assert api("POST", f"{path}/assignee", json={"assignee": "HANA"}).json()["state"] == "open"
    done = api("POST", f"{path}/actions", json={"action": "dismiss", "reason": "a drill"})
    assert done.json() == {"incident": scene.incident_id, "state": "dismissed"}
    event = api("GET", f"{path}/events").json()["events"][0]
    assert (event["kind"], event["actor"], event["data"]["by"]["how"]) == ("dismiss", "soar", "token")


def test_work_is_given_to_who_may_do_it(api: Api, scene: Scene, database: Database, clock: SetClock) -> None:
    path = f"/incidents/{scene.incident_id}/assignee"
    for login, role in (("aoi", Role.AUDITOR), ("boss", Role.ADMINISTRATOR)):
        somebody(database, clock, login, role)
        assert api("POST", path, json={"assignee": login}).status_code == 422
    assert api("POST", path, json={"assignee": "soar"}).status_code == 422, "a system"
    somebody(database, clock, "ino", Role.INVESTIGATOR)
    assert api("POST", path, json={"assignee": "ino"}).status_code == 200
    with database.write() as session:
        disable_account(session, "ino", actor=SYSTEM, now=clock.now())
    assert api("POST", path, json={"assignee": "ino"}).status_code == 422
    assert api("POST", path, json={"assignee": ""}).status_code == 200, "nobody"


PLAYBOOK = """
id = "own"
for = ["processor", "second-hand"]
title = { ja = "自社", en = "Own" }

[[step]]
id = "call"
role = "responder"
ja = "電話"
en = "Call"
"""


def test_a_case_steered_by_a_system_follows_the_home_s_own_playbook(
    api: Api, scene: Scene, database: Database, home: Path
) -> None:
    (home / FOLDER).mkdir()
    (home / FOLDER / "own.toml").write_text(PLAYBOOK, encoding="utf-8")
    with database.write() as session:
        session.get_one(Incident, scene.incident_id).state = "confirmed"
    done = api("POST", f"/incidents/{scene.incident_id}/actions", json={"action": "contain"})
    assert done.json() == {"incident": scene.incident_id, "state": "contained"}
    with database.read() as session:
        assert {(task.playbook, task.step) for task in session.scalars(select(Task))} == {("own", "call")}


def test_too_many_calls_have_to_wait(api: Api, clock: SetClock) -> None:
    statuses = [api("GET", "/incidents").status_code for _ in range(125)]
    assert statuses == [200] * 120 + [429] * 5
    clock.advance(timedelta(minutes=1))
    assert api("GET", "/incidents").status_code == 200


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"text": "\\u0000"}', b'{"text": 1}', b"\xff", b"x" * 70_000])
def test_a_body_that_cannot_be_meant_is_a_problem_document(api: Api, scene: Scene, body: bytes) -> None:
    answer = api("POST", f"/incidents/{scene.incident_id}/notes", content=body)
    assert answer.status_code in {413, 422}
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]


def test_reports_are_read_and_taken_as_they_were_filed(api: Api, scene: Scene, database: Database, home: Path) -> None:
    about = ReportSubject(scene.incident_id)
    settings, clock_now = load_settings(home), datetime(2026, 11, 22, 9, tzinfo=UTC)
    with database.write() as session:
        for form in ("rapid", "cause"):
            report = fill(session, form, about, settings, now=clock_now)
            files = make_all(report, settings, clock_now)
            hand_over(session, report, about, files, actor=SYSTEM, now=clock_now)
        rows = session.scalars(select(ReportOutput).where(ReportOutput.version_id == 1))
        kept = {one.format: one.content for one in rows}
    forms = api("GET", f"/incidents/{scene.incident_id}/reports").json()["forms"]
    assert {one["form"] for one in forms} >= {"rapid", "final", "customers"}
    (version,) = next(one for one in forms if one["form"] == "rapid")["versions"]
    assert (version["state"], version["number"]) == ("waiting", 1)
    assert api("GET", "/reports").json()["versions"] == [version], "the root cause is of investigators alone"
    assert api("GET", "/reports", params={"state": "filed"}).json()["versions"] == []
    for name, sha256 in version["outputs"].items():
        file = api("GET", f"/reports/versions/{version['id']}/{name}").json()
        assert b64decode(file["content_base64"]) == kept[name]
        assert hashlib.sha256(kept[name]).hexdigest() == file["sha256"] == sha256
    assert event_kinds(database).count("report-taken") == len(kept)
    assert api("GET", f"/reports/versions/{version['id'] + 1}/pdf").status_code == 404
    assert api("GET", f"/reports/versions/{version['id']}/exe").status_code == 404
    by_fiscal_year = api("GET", "/reports/quarters/FY2026-Q2").json()
    assert by_fiscal_year == api("GET", "/reports/quarters/2026-Q3").json()
    assert [one["form"] for one in by_fiscal_year["forms"]] == ["quarterly"]
    assert api("GET", "/reports/quarters/2026-Q9").status_code == 404
