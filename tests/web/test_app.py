"""Every page answers, in both languages, with what it is for."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from alerts.models import FAILED, Message
from core.actors import Role
from crawler.models import Sweep
from tests.incidents.finishing import finish
from tests.web.people import another, somebody
from tests.web.scene import POST, add_watch, form_mark
from web.routes import load_routes

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.testclient import TestClient

    from core.clock import SetClock
    from core.database import Database
    from tests.web.scene import Scene

INCIDENTS = ["/incidents", "/incidents?show=all", "/incidents/1", "/documents/1"]
PAGES = ["/", *INCIDENTS, "/tasks", "/tasks?show=overdue", "/search", "/sources", "/health", "/account"]


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_answers(browser: TestClient, scene: Scene, page: str, language: str) -> None:
    del scene
    answer = browser.get(page, params={"lang": language})
    assert answer.status_code == 200, answer.text
    assert f'<html lang="{language}">' in answer.text
    assert browser.get(page).text.count(f'<html lang="{language}">') == 1, "the language is remembered"


@pytest.mark.parametrize("page", PAGES)
def test_every_page_answers_on_an_empty_database(browser: TestClient, page: str) -> None:
    assert browser.get(page).status_code == (404 if page.endswith("/1") else 200)


@pytest.mark.parametrize("header", ["ja", "ja-JP,en;q=0.5", "fr,ja;q=0.8,en;q=0.7", "", "xx;q=oops"])
def test_a_browser_s_language_is_spoken_else_that_of_the_settings(browser: TestClient, header: str) -> None:
    assert '<html lang="ja">' in browser.get("/", headers={"accept-language": header}).text


def test_the_overview_shows_incidents_sources_runs_and_events(
    browser: TestClient, scene: Scene, home: Path, database: Database, clock: SetClock
) -> None:
    add_watch(home, database, clock)
    text = browser.get("/").text
    assert f'href="/incidents/{scene.incident_id}"' in text
    assert "1 leak is not closed" in text
    assert "Sweep: my-paste" in text
    assert "failed" in text
    assert "名簿を確認 0" in text


def test_a_broken_file_of_sources_is_told_and_breaks_nothing(browser: TestClient, home: Path) -> None:
    (home / "sources.toml").write_text("[sources.x]\nengine = 'nothing'\n", encoding="utf-8")
    assert "no such engine" in browser.get("/sources").text
    assert browser.get("/").status_code == 200


def test_one_broken_source_hides_no_other(browser: TestClient, home: Path) -> None:
    good = "[sources.calm]\nengine = 'paste-list'\nurl = 'http://paste.example/'\noptions = {dialect = 'bepasty'}\n"
    (home / "sources.toml").write_text(good + "[sources.x]\nengine = 'nothing'\n", encoding="utf-8")
    page = browser.get("/sources").text
    assert "no such engine" in page
    assert "paste.example" in page
    assert "calm" in browser.get("/").text


def test_an_alert_that_was_given_up_is_told(
    browser: TestClient, scene: Scene, database: Database, clock: SetClock
) -> None:
    with database.write() as session:
        session.add(
            Message(
                uuid="1", incident_id=scene.incident_id, channel="slack", kind="parent", payload={}, state=FAILED,
                created_at=clock.now(), next_at=clock.now(), failure="invalid_auth",
            )
        )  # fmt: skip
    assert "invalid_auth" in browser.get("/").text


def test_the_pulse_moves_with_every_event(browser: TestClient, scene: Scene) -> None:
    before = int(browser.get("/pulse").text)
    page = f"/incidents/{scene.incident_id}"
    browser.post(f"{page}/note", data={"note": "seen", "form_mark": form_mark(browser, page)})
    assert int(browser.get("/pulse").text) > before


def test_the_incident_shows_what_where_how_many_and_how_sure(browser: TestClient, scene: Scene) -> None:
    text = browser.get(f"/incidents/{scene.incident_id}").text
    for expected in [
        "> 99.9%".replace(">", "&gt;"),
        "sales-2026-04",
        "40 of 40",
        "http://paste.example/+42",
    ]:
        assert expected in text
    assert scene.secret not in text
    assert "nightowl" not in text, "who posted it may be one of us"


def test_actions_lead_through_the_states_and_stand_in_the_timeline(
    browser: TestClient, scene: Scene, database: Database, clock: SetClock
) -> None:
    page = f"/incidents/{scene.incident_id}"
    owner = another(browser.app, database, clock, "中村", Role.DATA_OWNER, extracts=("sales-*",))  # type: ignore[arg-type]
    steps = [(browser, "confirm-csirt"), (owner, "confirm-owner"), (browser, "contain"), (browser, "close")]
    for client, action in steps:
        if action == "close":
            with database.write() as session:
                finish(session, scene.incident_id, now=clock.now())
        form = {"action": action, "reason": "known", "form_mark": form_mark(client, page)}
        answer = client.post(f"{page}/act", data=form)
        assert answer.status_code == 200
        assert "Recorded" in answer.text
    timeline = browser.get(page).text.partition('id="timeline"')[2]
    assert all(said in timeline for said in ("The CSIRT confirmed", "The data owner confirmed", "Contained", "Closed"))
    assert "No leak is waiting" in browser.get("/").text


def test_what_the_state_forbids_is_explained_and_changes_nothing(browser: TestClient, scene: Scene) -> None:
    page = f"/incidents/{scene.incident_id}"
    mark = form_mark(browser, page)
    for form in [{"action": "close"}, {"action": "dismiss"}, {"action": "explode"}, {}]:
        answer = browser.post(f"{page}/act", data={**form, "form_mark": mark})
        assert answer.status_code == 409
    assert browser.get("/incidents?show=open").text.count(f'href="{page}"') == 1


def test_what_is_refused_is_said_in_the_readers_language(browser: TestClient, scene: Scene) -> None:
    page = f"/incidents/{scene.incident_id}"
    form = {"action": "close", "form_mark": form_mark(browser, page)}
    refused = "「未確認」の事案には「終結」ができません"
    assert refused not in browser.post(f"{page}/act", data=form).text
    answer = browser.post(f"{page}/act?lang=ja", data=form)
    assert (answer.status_code, refused in answer.text) == (409, True)
    assert "は日付ではありません" in browser.get("/search?lang=ja&q=on:2026-02-30").text


def test_assigning_shows_on_the_overview(
    browser: TestClient, scene: Scene, database: Database, clock: SetClock
) -> None:
    page = f"/incidents/{scene.incident_id}"
    nobody = {"assignee": "高橋", "form_mark": form_mark(browser, page)}
    assert browser.post(f"{page}/assign", data=nobody).status_code == 409, "who has no account is given nothing"
    somebody(database, clock, "高橋", Role.INVESTIGATOR)
    browser.post(f"{page}/assign", data={"assignee": "高橋", "form_mark": form_mark(browser, page)})
    assert "高橋" in browser.get("/").text


def test_what_is_not_there_is_said_so(browser: TestClient) -> None:
    mark = form_mark(browser, "/account")
    for path in ["/nowhere", "/incidents/999", "/documents/999", "/incidents/x", "/static/none.css"]:
        answer = browser.get(path)
        assert answer.status_code == 404
        assert "<h1>" in answer.text
    assert browser.post("/incidents/999/note", data={"note": "x", "form_mark": mark}).status_code == 404
    assert browser.post("/incidents", data={"form_mark": mark}).status_code == 405


def test_a_document_is_masked_until_a_reason_is_given_and_both_looks_are_recorded(
    browser: TestClient, scene: Scene
) -> None:
    page = f"/documents/{scene.document_id}"
    masked = browser.get(page).text
    assert scene.secret not in masked
    assert "佐伯" not in masked
    assert "seller@leaks.example" not in masked
    assert "list.zip: encrypted; not opened" in masked, "what was not read stands on the page"
    mark = form_mark(browser, page)
    assert browser.post(f"{page}/reveal", data={"reason": " ", "form_mark": mark}).status_code == 400
    revealed = browser.post(f"{page}/reveal", data={"reason": "訴訟の準備", "form_mark": mark}).text
    assert scene.secret in revealed
    assert "訴訟の準備" not in browser.get(f"/incidents/{scene.incident_id}").text, "looks stand in a view of their own"
    looks = browser.get(f"/audit?q=incident:{scene.incident_id}").text
    assert "訴訟の準備" in looks
    assert looks.count("was opened, masked") == 1, "one line an hour, however often it was opened"
    assert "nightowl" in revealed
    assert "nightowl" not in masked
    assert scene.secret not in browser.get(f"{page}/reveal").text, "going back to a look masks again"


def test_a_document_whose_file_is_gone_still_has_its_page(browser: TestClient, scene: Scene, home: Path) -> None:
    for file in (home / "archive").rglob("*.warc.gz"):
        file.unlink()
    answer = browser.get(f"/documents/{scene.document_id}")
    assert answer.status_code == 200
    assert "hinomi doctor" in answer.text


def test_markup_in_a_leak_is_shown_not_run(browser: TestClient, scene: Scene) -> None:
    page = f"/incidents/{scene.incident_id}"
    browser.post(f"{page}/note", data={"note": "<script>alert(1)</script>", "form_mark": form_mark(browser, page)})
    for path in [page, "/", "/search?q=<script>"]:
        assert "<script>alert" not in browser.get(path).text


@pytest.mark.parametrize(
    "query", ["名簿", "簿", "名簿 actor:鈴木", "kind:note", "after:2026-11-20 before:2026-11-23 名簿"]
)
def test_search_finds_events(browser: TestClient, scene: Scene, query: str) -> None:
    del scene
    answer = browser.get("/search", params={"q": query})
    assert "3 events" in answer.text
    assert "<svg" in answer.text


@pytest.mark.parametrize("query", ["after:yesteryear", "incident:x", "knd:note", "種類:めも帳"])
def test_a_search_that_cannot_be_meant_is_explained(browser: TestClient, query: str) -> None:
    answer = browser.get("/search", params={"q": query})
    assert answer.status_code == 400
    assert "cannot be understood" in answer.text


def unmarked(page: str) -> str:
    """A page without the marks around words that were found."""
    return page.replace("<mark>", "").replace("</mark>", "")


def test_search_goes_on_to_older_events(browser: TestClient, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    del scene
    monkeypatch.setattr("web.routes.search.PAGE_SIZE", 2)
    first = unmarked(browser.get("/search", params={"q": "名簿"}).text)
    assert "名簿を確認 1" in first
    assert "名簿を確認 2" not in first
    older = first.split('class="pager"')[1].split('href="')[1].split('"')[0].replace("&amp;", "&")
    assert "名簿を確認 2" in unmarked(browser.get(older).text)
    assert browser.get("/search", params={"q": "名簿", "at": "nonsense_x"}).status_code == 400


@pytest.mark.parametrize("number", ["0", "999999999", "2147483648", "9223372036854775808", "9" * 40, "1e3", "-1", "٣"])
def test_an_address_with_a_number_that_nothing_has_leads_nowhere(browser: TestClient, number: str) -> None:
    routes = [route for route in load_routes() if "{" in route.path]
    assert len(routes) > 5
    for route in routes:
        path = re.sub(r"\{\w+(?::id)?\}", number, route.path)
        assert ":int}" not in route.path
        assert "{" not in path
        for method in sorted((route.methods or set()) - {"HEAD"}):
            form = {
                "form_mark": form_mark(browser, "/account"),
                "reason": "x",
                "decision": "explain",
                "action": "contain",
                "text": "x",
                "room": "events",
                "name": "x",
                "do": "withdraw",
            }
            answer = browser.request(method, path, data=form if method == "POST" else None, follow_redirects=False)
            expected = {303, 404, 405} if method == "GET" else {303, 404, 405, 409}
            assert answer.status_code in expected, (method, path, answer.status_code)


def test_the_web_process_does_without_scrapy() -> None:
    code = "import sys, web.app, crawler.sources; crawler.sources.engines(); print('scrapy' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "False"


def test_the_scene_has_something_to_hide(scene: Scene) -> None:
    assert scene.secret in POST


def test_a_source_that_ails_says_so_on_the_overview_and_among_the_sources(
    browser: TestClient, home: Path, database: Database, clock: SetClock
) -> None:
    ill = '[sources.ill]\nengine = "feed"\nurl = "https://a.example/feed"\n'
    (home / "sources.toml").write_text(ill, encoding="utf-8")
    with database.write() as session:
        for _ in range(3):
            told = {"state": "failed", "reason": "HTTP 500", "pid": 1, "worker": "w"}
            session.add(Sweep(source="ill", started_at=clock.now(), finished_at=clock.now(), **told))
    for page in ("/", "/sources"):
        assert "The last sweeps all failed: HTTP 500" in browser.get(page).text
