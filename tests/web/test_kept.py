"""What is kept: a document's body on its page, held and released with a reason, and the page of terms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive.bodies.models import BodyHold
from tests.incidents.makers import event_kinds
from tests.web.scene import form_mark

if TYPE_CHECKING:
    from starlette.testclient import TestClient

    from core.database import Database
    from tests.web.scene import Scene


def test_a_body_is_held_and_released_on_its_page_and_an_open_incident_keeps_it_whole(
    browser: TestClient, scene: Scene, database: Database
) -> None:
    page = f"/documents/{scene.document_id}"
    mark = form_mark(browser, "/account")
    held = browser.post(f"{page}/keep", data={"do": "hold", "reason": "police asked for it", "form_mark": mark})
    assert held.status_code == 200
    assert "police asked for it" in browser.get(page).text
    with database.read() as session:
        assert session.query(BodyHold).one().document_id == scene.document_id
    refused = browser.post(f"{page}/keep", data={"do": "purge", "reason": "not ours", "form_mark": mark})
    assert "a hold is on document" in refused.text
    browser.post(f"{page}/keep", data={"do": "lift", "reason": "they have a copy", "form_mark": mark})
    assert "police asked for it" not in browser.get(page).text
    refused = browser.post(f"{page}/keep", data={"do": "purge", "reason": "not ours", "form_mark": mark})
    assert "is open" in refused.text
    assert browser.post(f"{page}/keep", data={"do": "burn", "reason": "x", "form_mark": mark}).status_code == 400
    kinds = event_kinds(database)
    assert ("hold-set" in kinds, "hold-lifted" in kinds, "document-purged" in kinds) == (True, True, False)


def test_the_page_of_terms_shows_every_class_with_its_figures(browser: TestClient, scene: Scene) -> None:
    page = browser.get("/kept").text
    for words in ("What is kept", "Nothing of ours", "180d", "Confirmed leaks", "purge_strangers_after"):
        assert words in page
    assert "/kept" in browser.get("/log").text
    assert scene.secret not in page
