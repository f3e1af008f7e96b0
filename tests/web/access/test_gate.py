"""Who is let in, what a form needs, and what every answer carries."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.web.people import LOGIN, link_of, somebody
from tests.web.scene import form_mark

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.testclient import TestClient

    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings
    from tests.web.scene import Scene


def test_who_is_not_signed_in_opens_no_page_and_is_told_how(stranger: TestClient) -> None:
    for path in ["/", "/incidents/1", "/search?q=x", "/nowhere", "/pulse", "/people", "/account"]:
        answer = stranger.get(path)
        assert answer.status_code == 403
        assert "hinomi serve" in answer.text


def test_a_wrong_link_opens_nothing(stranger: TestClient, database: Database, clock: SetClock) -> None:
    somebody(database, clock)
    good = link_of(database, clock)
    for token in ["", "wrong", good[-43:-1], good[-43:] + "x", "火の見"]:
        answer = stranger.get("/", params={"token": token})
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers


def test_a_link_is_exchanged_for_a_cookie_and_leaves_the_address(
    stranger: TestClient, scene: Scene, database: Database, clock: SetClock
) -> None:
    somebody(database, clock)
    link = link_of(database, clock, to=f"/incidents/{scene.incident_id}?lang=en")
    answer = stranger.get(link, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/incidents/{scene.incident_id}?lang=en"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert link[-43:].lower() not in cookie
    assert stranger.get("/").status_code == 200


def test_a_link_leads_to_no_other_host(stranger: TestClient, database: Database, clock: SetClock) -> None:
    somebody(database, clock)
    link = link_of(database, clock, to="http://127.0.0.1:8470//evil.example/")
    assert stranger.get(link, follow_redirects=False).headers["location"] == "/evil.example/"


@pytest.mark.parametrize(
    "change", [lambda c: c[:-1], lambda c: "x" + c, lambda _: "nothing", lambda _: ".", lambda _: ""]
)
def test_a_changed_cookie_opens_nothing(browser: TestClient, change: object) -> None:
    assert callable(change)
    (name, value), *_ = [(n, v) for n, v in browser.cookies.items() if n.startswith("hinomi_") and len(v) > 20]
    browser.cookies.clear()
    browser.cookies.set(name, change(value))
    assert browser.get("/").status_code == 403


def test_a_session_ends_after_a_shift(browser: TestClient, clock: SetClock) -> None:
    for _ in range(23):
        clock.advance(timedelta(minutes=31))
        assert browser.get("/").status_code == 200
    clock.advance(timedelta(minutes=8))
    assert browser.get("/").status_code == 403


def test_a_session_that_does_nothing_for_long_ends(browser: TestClient, clock: SetClock, settings: Settings) -> None:
    idle = timedelta(minutes=settings.web.idle_minutes)
    for _ in range(3):
        clock.advance(idle - timedelta(minutes=2))
        assert browser.get("/").status_code == 200
    for _ in range(4):
        clock.advance(idle / 4)
        assert browser.get("/pulse").status_code in {200, 403}, "a page that lies open asks by itself"
    assert browser.get("/pulse").status_code == 403
    assert browser.get("/").status_code == 403


def test_a_link_from_another_site_is_loaded_again_from_our_own_page(stranger: TestClient) -> None:
    answer = stranger.get("/incidents/1", headers={"sec-fetch-site": "cross-site"})
    assert '<meta http-equiv="refresh" content="0">' in answer.text
    again = stranger.get("/incidents/1", headers={"sec-fetch-site": "same-origin"})
    assert again.status_code == 403


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8470", "127.0.0.1.evil.example", "", "[::1", "10.0.0.1"]
)
def test_another_name_for_our_address_is_refused(browser: TestClient, host: str) -> None:
    for path in ["/", "/static/hinomi.css", "/?token=x"]:
        assert browser.get(path, headers={"host": host}).status_code == 421


def test_our_own_names_are_answered(browser: TestClient) -> None:
    for host in ["127.0.0.1:8470", "localhost:9", "[::1]:8470"]:
        assert browser.get("/static/hinomi.css", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("path", ["/", "/nowhere", "/incidents/1/note"])
def test_every_answer_carries_the_protecting_headers(browser: TestClient, path: str) -> None:
    headers = browser.get(path).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"


def test_an_error_inside_is_a_page_with_the_same_headers_and_no_details(
    browser: TestClient, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_kwargs: object) -> None:
        raise ValueError(scene.secret)

    monkeypatch.setattr("incidents.desk.front.overview", fail)
    answer = browser.get("/")
    assert answer.status_code == 500
    assert scene.secret not in answer.text
    assert "hinomi doctor" in answer.text
    assert answer.headers["x-frame-options"] == "DENY"


def test_a_database_that_is_away_is_a_clear_page(browser: TestClient, database: Database, home: Path) -> None:
    database.close()
    (home / "hinomi.db").write_bytes(b"not a database at all" * 100)
    for extra in ("hinomi.db-wal", "hinomi.db-shm"):
        (home / extra).unlink(missing_ok=True)
    answer = browser.get("/")
    assert answer.status_code in {500, 503}
    assert "<h1>" in answer.text


@pytest.mark.parametrize("mark", [None, "", "0" * 64])
def test_a_form_without_our_mark_changes_nothing(browser: TestClient, scene: Scene, mark: str | None) -> None:
    page = f"/incidents/{scene.incident_id}"
    form = {"note": "planted"} | ({"form_mark": mark} if mark is not None else {})
    assert browser.post(f"{page}/note", data=form).status_code == 403
    assert "planted" not in browser.get(page).text


def test_a_form_sent_from_another_site_changes_nothing(browser: TestClient, scene: Scene) -> None:
    page = f"/incidents/{scene.incident_id}"
    form = {"note": "planted", "form_mark": form_mark(browser, page)}
    answer = browser.post(f"{page}/note", data=form, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    assert "planted" not in browser.get(page).text


def test_another_session_s_mark_does_not_serve(
    browser: TestClient, scene: Scene, database: Database, clock: SetClock
) -> None:
    page = f"/incidents/{scene.incident_id}"
    mark = form_mark(browser, page)
    browser.get(link_of(database, clock))
    assert browser.post(f"{page}/note", data={"note": "planted", "form_mark": mark}).status_code == 403


def test_a_form_that_is_too_long_or_no_text_is_refused(browser: TestClient, scene: Scene) -> None:
    page = f"/incidents/{scene.incident_id}/note"
    assert browser.post(page, content=b"note=" + b"x" * 70_000).status_code == 413
    assert browser.post(page, content=b"note=\xff").status_code == 400
    assert browser.post(page, content="&".join(f"f{n}=" for n in range(1200))).status_code == 400


def test_what_is_done_is_done_under_the_account_of_whoever_is_signed_in(browser: TestClient, scene: Scene) -> None:
    page = f"/incidents/{scene.incident_id}"
    form = {"note": "seen", "actor": "somebody else", "form_mark": form_mark(browser, page)}
    browser.post(f"{page}/note", data=form)
    assert re.search(rf"by\s+{LOGIN}\s*[<·]", browser.get(page).text)
    assert "somebody else" not in browser.get(page).text


def test_signing_out_closes_the_pages(browser: TestClient) -> None:
    answer = browser.post("/session/leave", data={"form_mark": form_mark(browser, "/account")})
    assert answer.status_code == 200
    assert browser.get("/").status_code == 403
