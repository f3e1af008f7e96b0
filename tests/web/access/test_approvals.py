"""What needs a second person waits on a page of its own, is granted there, and happens once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.actors import Role
from tests.web.people import another
from tests.web.scene import form_mark

if TYPE_CHECKING:
    from starlette.testclient import TestClient

    from core.clock import SetClock
    from core.database import Database
    from tests.web.scene import Scene


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_dismissal_of_a_confirmed_incident_takes_two(
    browser: TestClient, scene: Scene, database: Database, clock: SetClock, language: str
) -> None:
    browser.headers["accept-language"] = language
    other = another(browser.app, database, clock, "hana", Role.RESPONDER)  # type: ignore[arg-type]
    page = f"/incidents/{scene.incident_id}"

    def act(action: str) -> int:
        form = {"action": action, "reason": "a mistake of ours", "form_mark": form_mark(browser, "/account")}
        return browser.post(f"{page}/act", data=form).status_code

    assert act("confirm-csirt") == 200
    assert act("dismiss") == 202
    assert act("dismiss") == 202
    waiting = other.get("/approvals").text
    assert waiting.count("a mistake of ours") == 1
    assert "incident 1" in waiting
    form = {"do": "grant", "form_mark": form_mark(other, "/approvals")}
    assert browser.post("/approvals/1", data=form | {"form_mark": form_mark(browser, "/account")}).status_code == 409
    assert other.post("/approvals/1", data=form).status_code == 200
    assert browser.get("/approvals").status_code == 200
    assert act("dismiss") == 200
    timeline = browser.get(page).text
    assert "a mistake of ours" in timeline


def test_many_values_wait_and_few_do_not(
    browser: TestClient, scene: Scene, database: Database, clock: SetClock
) -> None:
    another(browser.app, database, clock, "hana", Role.INVESTIGATOR)  # type: ignore[arg-type]
    page = f"/documents/{scene.document_id}"
    form = {"reason": "a hearing", "form_mark": form_mark(browser, page)}
    assert scene.secret in browser.post(f"{page}/reveal", data=form).text, "forty customers, a hundred are allowed"
    settings = browser.app.state.world.home.settings  # type: ignore[attr-defined]
    settings.people.__dict__["reveal_limit"] = 10
    answer = browser.post(f"{page}/reveal", data=form)
    assert (answer.status_code, scene.secret in answer.text) == (202, False)


def test_names_of_operators_wait(browser: TestClient, scene: Scene, database: Database, clock: SetClock) -> None:
    other = another(browser.app, database, clock, "hana", Role.INVESTIGATOR)  # type: ignore[arg-type]
    form = {"reveal": "yes", "reason": "a hearing", "form_mark": form_mark(browser, "/account")}
    assert browser.post(f"/incidents/{scene.incident_id}/root-cause", data=form).status_code == 202
    refuse = {"do": "refuse", "said": "", "form_mark": form_mark(other, "/approvals")}
    assert other.post("/approvals/1", data=refuse).status_code == 409, "a refusal says why"
    assert other.post("/approvals/1", data=refuse | {"said": "not yet"}).status_code == 200
    assert "not yet" in browser.get("/approvals").text


def test_an_absence_is_named_on_the_own_page_and_seen_by_who_stands_in(
    browser: TestClient, database: Database, clock: SetClock
) -> None:
    other = another(browser.app, database, clock, "hana", Role.RESPONDER)  # type: ignore[arg-type]
    mark = form_mark(browser, "/account")
    away = {"do": "away", "deputy": "hana", "from": "2026-11-22", "until": "2026-11-24", "form_mark": mark}
    assert browser.post("/account", data=away | {"until": "2026-11-20"}).status_code == 409
    assert browser.post("/account", data=away).status_code == 200
    assert "stands in" in browser.get("/people").text
    assert other.get("/people").status_code == 200, "with the roles of who is away"
    assert "standing in for" in other.get("/account").text
    assert browser.post("/account", data={"do": "back", "form_mark": mark}).status_code == 200
    assert other.get("/people").status_code == 403
