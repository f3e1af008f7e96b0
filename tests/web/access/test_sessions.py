"""Sessions end when somebody leaves, and links are good once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.incidents.makers import event_kinds
from tests.web.people import LOGIN, link_of, somebody
from tests.web.scene import form_mark
from web.access.sessions import Sessions, WebSecretError, load_secret

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.testclient import TestClient

    from core.clock import SetClock
    from core.database import Database
    from tests.web.scene import Scene


@pytest.mark.parametrize("content", ["", "\n", " ", "short", "x" * 42, "é" * 50, "y" * 40 + " " + "z" * 20, "\0" * 43])
def test_a_file_without_a_secret_opens_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / "web-secret").write_text(content, encoding="utf-8")
    with pytest.raises(WebSecretError, match="no secret") as caught:
        load_secret(tmp_path)
    assert caught.value.hint
    assert (tmp_path / "web-secret").read_text(encoding="utf-8") == content


@pytest.mark.parametrize("secret", ["", "short"])
def test_no_sessions_are_made_under_a_secret_that_keeps_nobody_out(secret: str) -> None:
    with pytest.raises(WebSecretError):
        Sessions(secret)


def test_the_secret_is_for_the_owner_alone(tmp_path: Path) -> None:
    assert load_secret(tmp_path) == load_secret(tmp_path)
    assert (tmp_path / "web-secret").stat().st_mode & 0o777 == 0o600


def test_a_link_is_good_once_for_a_day_and_until_the_next(
    stranger: TestClient, database: Database, clock: SetClock
) -> None:
    somebody(database, clock)
    first, second = link_of(database, clock), link_of(database, clock)
    assert stranger.get(first).status_code == 403
    assert stranger.get(second).status_code == 200
    stranger.cookies.clear()
    assert stranger.get(second).status_code == 403
    third = link_of(database, clock)
    clock.advance(timedelta(hours=24))
    assert stranger.get(third).status_code == 403
    assert event_kinds(database).count("sign-in-failed") == 3


def test_leaving_ends_the_session_wherever_its_cookie_was_copied_to(browser: TestClient, database: Database) -> None:
    cookies = dict(browser.cookies.items())
    browser.post("/session/leave", data={"form_mark": form_mark(browser, "/account")})
    browser.cookies.clear()
    for name, value in cookies.items():
        browser.cookies.set(name, value)
    assert browser.get("/").status_code == 403
    assert event_kinds(database)[-2:] == ["signed-in", "signed-out"]


def test_a_cookie_without_a_session_opens_nothing(browser: TestClient, database: Database) -> None:
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM web_sessions")
    assert browser.get("/").status_code == 403


def test_nothing_that_the_database_holds_signs_anybody_in(browser: TestClient, database: Database) -> None:
    with database.engine.begin() as connection:
        rows = connection.exec_driver_sql("SELECT digest, id FROM web_sessions").all()
        links = connection.exec_driver_sql("SELECT digest FROM sign_in_links").all()
    (name,) = [n for n, v in browser.cookies.items() if len(v) > 20]
    for kept in {value for row in rows for value in row}:
        browser.cookies.clear()
        browser.cookies.set(name, kept)
        assert browser.get("/").status_code == 403
    browser.cookies.clear()
    assert browser.get("/", params={"token": links[0][0]}).status_code == 403


def test_a_link_to_a_page_lands_on_the_sign_in_and_then_there(
    stranger: TestClient, scene: Scene, database: Database, clock: SetClock
) -> None:
    somebody(database, clock)
    page = stranger.get(f"/incidents/{scene.incident_id}?lang=en")
    assert page.status_code == 403
    assert "Sign in" in page.text
    to = page.text.split('name="to" value="')[1].split('"')[0].replace("&amp;", "&")
    assert to == f"/incidents/{scene.incident_id}?lang=en"
    form = {"login": LOGIN, "password": "wrong", "to": to}
    wrong = stranger.post("/sign-in", data=form)
    assert (wrong.status_code, to.split("?")[0] in wrong.text) == (403, True)


@pytest.mark.parametrize("to", ["//evil.example/", "/\\evil.example", "https://evil.example/", "\r\nX: y", ""])
def test_the_sign_in_page_leads_to_no_other_host(stranger: TestClient, to: str) -> None:
    page = stranger.get("/sign-in", params={"to": to})
    kept = page.text.split('name="to" value="')[1].split('"')[0]
    assert kept.startswith("/")
    assert not kept.startswith(("//", "/\\"))


def test_a_form_on_another_site_signs_nobody_in(stranger: TestClient) -> None:
    answer = stranger.post("/sign-in", data={"login": "x"}, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    assert not stranger.cookies
