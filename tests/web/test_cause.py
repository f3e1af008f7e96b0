"""The ranking of holders on a page: asked for, on the record, names behind a reason."""

from __future__ import annotations

import csv
import hashlib
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from custody.enrolment.columns import understand
from custody.enrolment.enroller import Enroller, Lending
from fingerprints.secrets.keys import create_key
from tests.fingerprints.people import customers
from tests.incidents.makers import event_kinds
from tests.web.scene import form_mark

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.testclient import TestClient

    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings
    from tests.web.scene import Scene

ROW = {
    "kind": "operator", "name": "●●1", "score": 31.5, "posterior": 1.0, "covered": 38, "of": 40, "size": 44,
    "expected": 0.9, "terms": {"set": 33.0, "among": -1.5}, "tied_with": ["●●2"], "also_consistent": True,
    "window": {"days": 1, "from": "2026-11-03", "to": "2026-11-03"}, "explains_nothing": False, "gaps": [{}],
}  # fmt: skip
FOUND = {
    "holders": [ROW], "sentence": "One stands out.", "limits": ["dates unknown"], "inputs": {"subjects": 40},
    "outside": {"unexplained": 2, "first": True}, "second": [{**ROW, "name": "●●7", "covered": 2, "of": 2}],
}  # fmt: skip


@pytest.fixture
def enrolled(settings: Settings, database: Database, clock: SetClock, tmp_path: Path) -> None:
    """An index of the scene's customers."""
    file = tmp_path / "customers.csv"
    columns = customers(range(60))
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([list(columns), *zip(*columns.values(), strict=True)])
    key = create_key(settings.home / "key")
    Enroller(settings, key, database, clock).enrol(
        file, understand(file), Lending("calls", date(2026, 4, 1)), processes=1
    )


def ask(browser: TestClient, scene: Scene, **form: str) -> str:
    page = f"/incidents/{scene.incident_id}"
    return browser.post(f"{page}/root-cause", data={**form, "form_mark": form_mark(browser, page)}).text


@pytest.mark.usefixtures("enrolled")
def test_without_trails_the_page_says_so_and_asking_is_on_the_record(browser: TestClient, scene: Scene) -> None:
    assert "No access logs were imported" in ask(browser, scene)
    assert "records were compared" in browser.get(f"/incidents/{scene.incident_id}").text


@pytest.mark.usefixtures("enrolled")
def test_the_last_answer_is_shown_again_in_either_language_and_the_look_is_on_the_record_once_an_hour(
    browser: TestClient, scene: Scene, database: Database
) -> None:
    page = f"/incidents/{scene.incident_id}/root-cause"
    assert browser.get(page, follow_redirects=False).status_code == 303
    ask(browser, scene)
    looks = event_kinds(database)
    shown = browser.get(page).text
    assert "No access logs were imported" in shown
    assert "As it was answered on" in shown
    assert event_kinds(database) == [*looks, "ranking-viewed"]
    browser.get(page)
    assert event_kinds(database) == [*looks, "ranking-viewed"]


def test_what_explains_nothing_is_folded_away_without_a_probability(
    browser: TestClient, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = {**ROW, "name": "●●9", "explains_nothing": True, "posterior": None, "tied_with": []}
    monkeypatch.setattr("web.routes.cause.inquire_for", lambda *_: ({**FOUND, "holders": [ROW, batch]}, None))
    text = ask(browser, scene)
    begin = text.index('<details class="pad folded">')
    folded = text[begin : text.index("</table>", begin)]
    assert "●●9" in folded
    assert "●●9" not in text[:begin]
    assert "%" not in folded.replace("38 of 40", "").split("<tbody")[1].split("meter")[0]


def test_every_term_tie_and_gap_is_shown(browser: TestClient, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.routes.cause.inquire_for", lambda *_: (FOUND, None))
    text = ask(browser, scene)
    for expected in [
        "●●1",
        "38 of 40",
        "+33.0",
        "-1.5",
        "level with ●●2",
        "Records have gaps",
        "&gt; 99.9%",
        "2026-11-03",
        "also consistent",
        "●●7 touched 2 of those 2",
    ]:
        assert expected.lower() in text.lower()


def test_names_are_shown_for_a_reason_only(browser: TestClient, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    reasons: list[object] = []

    def inquire(*given: object) -> tuple[dict[str, Any], None]:
        reasons.append(given[-2:])
        return FOUND, None

    monkeypatch.setattr("web.routes.cause.inquire_for", inquire)
    assert "cannot be read" in ask(browser, scene, reveal="yes", reason=" ")
    assert "This look was recorded" in ask(browser, scene, reveal="yes", reason="hearing")
    assert reasons == [("hearing", {"alone": True})]


def test_without_an_index_the_page_says_what_to_do(browser: TestClient, scene: Scene) -> None:
    page = f"/incidents/{scene.incident_id}/root-cause"
    answer = browser.post(page, data={"form_mark": form_mark(browser, "/account")})
    assert answer.status_code in {409, 503}
    assert "hint" in answer.text
    assert browser.get(page).url.path == f"/incidents/{scene.incident_id}"


@pytest.mark.usefixtures("enrolled")
def test_a_ranking_is_taken_away_and_that_is_on_the_record(browser: TestClient, scene: Scene) -> None:
    page = f"/incidents/{scene.incident_id}"
    mark = form_mark(browser, page)
    answer = browser.post(f"{page}/root-cause/export", data={"form_mark": mark, "reason": "for the regulator"})
    assert answer.headers["content-disposition"] == f'attachment; filename="hinomi-ranking-{scene.incident_id}.json"'
    found = answer.json()
    assert (found["reason"], found["names_revealed"]) == ("for the regulator", False)
    assert hashlib.sha256(answer.content).hexdigest() in browser.get(page).text


@pytest.mark.usefixtures("enrolled")
def test_names_are_taken_away_for_a_reason_only(browser: TestClient, scene: Scene) -> None:
    page = f"/incidents/{scene.incident_id}"
    mark = form_mark(browser, page)
    assert browser.post(f"{page}/root-cause/export", data={"form_mark": mark, "reveal": "yes"}).status_code == 400
    asked = {"form_mark": mark, "reveal": "yes", "reason": "hearing"}
    assert browser.post(f"{page}/root-cause/export", data=asked).json()["names_revealed"]
    assert browser.post("/incidents/99/root-cause/export", data={"form_mark": mark}).status_code == 404
