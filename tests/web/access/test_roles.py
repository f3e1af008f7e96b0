"""Every route with every role: what somebody may not, the page refuses and nothing happens."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from starlette.routing import Mount

from core.actors import Role
from people.roles import SCOPES, TABLE, Permission, is_bound_to_own, may
from tests.actors import by
from tests.web.people import EVERYTHING, another
from tests.web.scene import form_mark
from web.access.gate import OPEN_PATHS, SIGN_IN_PATH
from web.access.guarded import Guarded
from web.probes.routes import OPEN as PROBES

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.testclient import TestClient

    from core.clock import SetClock
    from core.database import Database
    from tests.web.scene import Scene

REFUSED = 403
READING = frozenset({
    Permission.BE_HERE, Permission.SEE_CASES, Permission.SEE_DOCUMENTS, Permission.SEE_UNSETTLED, Permission.SEE_CAUSE,
    Permission.EXPORT_RESULTS,  # an audit is written from what it took away; that it did is on the record
    Permission.SEE_REGISTER, Permission.SEE_PROCESSORS, Permission.SEE_SUPERVISION, Permission.SEE_QUARTERS,
    Permission.CHECK_SUPERVISION,  # the second line's own word, beside a record, which stays as it is
    Permission.SEE_SUSPICIONS, Permission.SEE_SOURCES, Permission.SEE_READINGS, Permission.SEE_RECORD,
    Permission.SEE_ENTRIES, Permission.VERIFY, Permission.SEE_HEALTH, Permission.SEE_PEOPLE,
})  # fmt: skip
"""What changes nothing."""


def guarded(app: Starlette) -> list[Guarded]:
    return [route for route in app.routes if isinstance(route, Guarded)]


def test_every_route_says_what_it_takes_or_is_open_to_all(stranger: TestClient) -> None:
    for route in stranger.app.routes:  # type: ignore[attr-defined]
        path = route.path
        open_ = path in {SIGN_IN_PATH, *PROBES} or path.startswith((*OPEN_PATHS, SIGN_IN_PATH + "/"))
        assert isinstance(route, Guarded) or open_ or isinstance(route, Mount), path


def test_every_permission_is_of_somebody_and_no_role_is_without_any() -> None:
    assert set(TABLE) == set(Permission)
    assert all(TABLE.values())
    for role in EVERYTHING:
        assert any(role in roles for roles in TABLE.values())
    assert not any(Role.SERVICE in roles for roles in TABLE.values()), "a service has what its token's scopes say"
    forbidden = {Permission.CONFIRM_CSIRT, Permission.CONFIRM_OWNER, Permission.REVEAL_VALUES, Permission.REVEAL_NAMES}
    assert not any(forbidden & permissions for permissions in SCOPES.values())


def test_an_auditor_changes_nothing_and_an_administrator_sees_no_leak() -> None:
    auditor, administrator = by("a", Role.AUDITOR), by("b", Role.ADMINISTRATOR)
    assert {p for p in Permission if may(auditor, p)} == READING
    leaked = {"see-cases", "see-documents", "reveal-values", "see-cause", "reveal-names", "enrol", "see-readings"}
    assert not {p.value for p in Permission if may(administrator, p)} & leaked


def test_who_is_more_than_a_data_owner_is_not_bound_to_their_own() -> None:
    assert is_bound_to_own(by("a", Role.DATA_OWNER), Permission.SEE_CASES)
    assert not is_bound_to_own(by("a", Role.DATA_OWNER, Role.AUDITOR), Permission.SEE_CASES)
    assert is_bound_to_own(by("a", Role.DATA_OWNER, Role.ADMINISTRATOR), Permission.SEE_CASES)


@pytest.mark.parametrize("role", EVERYTHING)
def test_each_wrong_role_is_refused_at_every_route_and_each_right_one_is_not(
    stranger: TestClient, scene: Scene, database: Database, clock: SetClock, role: Role
) -> None:
    client = another(stranger.app, database, clock, "someone", role, extracts=("sales-*",))  # type: ignore[arg-type]
    mark = form_mark(client, "/account")
    numbers = {"incident_id": scene.incident_id, "document_id": scene.document_id}
    asked = 0
    for route in guarded(stranger.app):  # type: ignore[arg-type]
        path = re.sub(r"\{(\w+)(?::\w+)?\}", lambda m: str(numbers.get(m[1], 1)), route.path)
        for method in sorted((route.methods or set()) - {"HEAD"}):
            if path == "/session/leave":
                continue
            form = {"form_mark": mark, "reason": "x"} if method == "POST" else None
            if path == "/enrol" and method == "POST" and role in TABLE[route.needs]:
                continue  # a file, which its own tests hand in
            answer = client.request(method, path, data=form, follow_redirects=False)
            allowed = role in TABLE[route.needs]
            assert (answer.status_code == REFUSED) != allowed, (role, method, path, answer.status_code)
            asked += 1
    assert asked > 40


def test_a_refusal_says_what_it_takes_and_leaves_things_as_they_were(
    stranger: TestClient, scene: Scene, database: Database, clock: SetClock
) -> None:
    client = another(stranger.app, database, clock, "監査", Role.AUDITOR)  # type: ignore[arg-type]
    page = f"/incidents/{scene.incident_id}"
    mark = form_mark(client, "/account")
    answer = client.post(f"{page}/note", data={"note": "planted", "form_mark": mark})
    assert answer.status_code == REFUSED
    assert "work-cases" in answer.text
    assert "planted" not in client.get(page).text


def test_a_data_owner_sees_the_incidents_of_their_own_extracts_alone(
    stranger: TestClient, scene: Scene, database: Database, clock: SetClock
) -> None:
    app: Starlette = stranger.app  # type: ignore[assignment]
    page, document = f"/incidents/{scene.incident_id}", f"/documents/{scene.document_id}"
    own = another(app, database, clock, "own", Role.DATA_OWNER, extracts=("sales-*",))
    foreign = another(app, database, clock, "foreign", Role.DATA_OWNER, extracts=("billing-*", "nothing"))
    for path in (page, document):
        assert own.get(path).status_code == 200
        assert foreign.get(path).status_code == 404
    for path in ("/", "/incidents", "/search?q=名簿"):
        assert page in own.get(path).text
        assert page not in foreign.get(path).text
    for client in (own, foreign):
        assert client.get(f"/documents/{scene.clear_document_id}").status_code == 404, "a document of no incident"
    answer = foreign.post(f"{page}/note", data={"note": "x", "form_mark": form_mark(foreign, "/account")})
    assert answer.status_code == 404
