"""Tokens are replaced, sessions end when somebody leaves, and wrong tokens slow down and leave lines."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from core.clock import SetClock
from home import Home
from incidents import queries
from tests.incidents.makers import NOW, event_kinds
from tests.web.scene import TOKEN, form_mark
from web.access.attempts import FREE, LONGEST, Attempts
from web.access.sessions import Sessions
from web.access.tokens import TokenError, Tokens, load_secret
from web.app import create_app

if TYPE_CHECKING:
    from pathlib import Path

    from core.database import Database
    from core.settings import Settings
    from tests.web.scene import Scene

DAY = timedelta(hours=24)
SECRET = "a-secret-for-tests-that-nobody-could-guess-1"


def test_the_token_is_for_the_owner_alone_and_lasts_a_day(tmp_path: Path) -> None:
    clock = SetClock(NOW)
    tokens = Tokens(tmp_path, clock, DAY)
    assert tokens.current() == ""
    token = tokens.fresh()
    assert len(token) >= 40
    assert (tmp_path / "web-token").stat().st_mode & 0o777 == 0o600
    clock.advance(timedelta(hours=23, minutes=59))
    assert (tokens.fresh(), tokens.current()) == (token, token)
    clock.advance(timedelta(minutes=1))
    assert tokens.current() == ""
    assert tokens.fresh() not in {"", token}


@pytest.mark.parametrize("content", ["", "\n", " ", "short", "x" * 42, "é" * 50, "y" * 40 + " " + "z" * 20, "\0" * 43])
@pytest.mark.parametrize("name", ["web-token", "web-secret"])
def test_a_file_without_a_token_opens_nothing(tmp_path: Path, content: str, name: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(TokenError, match="no token") as caught:
        load_secret(tmp_path) if name == "web-secret" else Tokens(tmp_path, SetClock(NOW), DAY).fresh()
    assert caught.value.hint
    assert (tmp_path / name).read_text(encoding="utf-8") == content


@pytest.mark.parametrize("secret", ["", "short"])
def test_no_sessions_are_made_under_a_secret_that_keeps_nobody_out(secret: str) -> None:
    with pytest.raises(TokenError):
        Sessions(secret, lambda: TOKEN, SetClock(NOW))


@given(st.integers(min_value=-3600 * 24, max_value=3600 * 24))
def test_a_cookie_holds_within_its_shift_and_neither_before_nor_after(seconds: int) -> None:
    clock = SetClock(NOW)
    sessions = Sessions(SECRET, lambda: TOKEN, clock)
    body = json.dumps(["id", "actor", int(NOW.timestamp()) - seconds])
    packed = base64.urlsafe_b64encode(body.encode()).decode()
    mac = hmac.new(SECRET.encode(), f"hinomi web\0session\0{packed}".encode(), hashlib.sha256).hexdigest()
    assert (sessions.open(f"{packed}.{mac}") is not None) == (0 <= seconds < 12 * 3600)


def test_a_new_token_signs_nobody_out_and_the_old_one_opens_nothing(
    settings: Settings, database: Database, clock: SetClock, scene: Scene
) -> None:
    assert scene
    tokens = Tokens(settings.home, clock, DAY)
    old = tokens.fresh()
    app = create_app(Home.of(settings, database=database, clock=clock), tokens.current)
    with TestClient(app, base_url="http://127.0.0.1:8470") as client:
        for _ in range(24):
            clock.advance(timedelta(minutes=59))
        client.get(f"/?token={old}")
        clock.advance(timedelta(minutes=59))
        new = tokens.fresh()
        assert new != old
        assert client.get("/").status_code == 200
        client.cookies.clear()
        assert client.get(f"/?token={old}").status_code == 403
        assert client.get(f"/?token={new}").status_code == 200


def test_leaving_ends_the_session_wherever_its_cookie_was_copied_to(browser: TestClient, database: Database) -> None:
    cookies = dict(browser.cookies.items())
    browser.post("/session/leave", data={"form_mark": form_mark(browser, "/session")})
    browser.cookies.clear()
    for name, value in cookies.items():
        browser.cookies.set(name, value)
    assert browser.get("/").status_code == 403
    assert event_kinds(database)[-2:] == ["signed-in", "signed-out"]


def test_a_cookie_without_a_sign_in_opens_nothing(browser: TestClient, database: Database) -> None:
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM sign_ins")
    assert browser.get("/").status_code == 403


def test_wrong_tokens_slow_down_and_each_that_was_looked_at_leaves_a_line(
    stranger: TestClient, database: Database, clock: SetClock
) -> None:
    answers = [stranger.get("/?token=wrong").status_code for _ in range(1000)]
    assert answers == [403] * FREE + [429] * (1000 - FREE)
    assert event_kinds(database) == ["sign-in-failed"] * FREE
    held = stranger.get(f"/?token={TOKEN}")
    assert (held.status_code, held.headers["retry-after"]) == (429, "1")
    clock.advance(timedelta(seconds=1))
    assert stranger.get(f"/?token={TOKEN}").status_code == 200
    assert event_kinds(database)[-1] == "signed-in"
    with database.read() as session:
        assert queries.search(session, "kind:reading", language="en").total == FREE + 1


def test_an_hour_of_guessing_is_looked_at_some_sixty_times() -> None:
    clock = SetClock(NOW)
    attempts, looked_at = Attempts(clock), 0
    for _ in range(3600):
        if not attempts.wait_s():
            attempts.note_wrong()
            looked_at += 1
        clock.advance(timedelta(seconds=1))
    assert 50 < looked_at < 80
    clock.advance(timedelta(hours=1))
    assert attempts.wait_s() == 0
    assert attempts.note_wrong() == 1
    assert timedelta(minutes=1) >= LONGEST


def test_a_link_lands_on_the_sign_in_and_then_on_its_incident(stranger: TestClient, scene: Scene) -> None:
    page = stranger.get(f"/incidents/{scene.incident_id}?lang=en")
    assert page.status_code == 403
    assert "Sign in" in page.text
    to = page.text.split('name="to" value="')[1].split('"')[0].replace("&amp;", "&")
    wrong = stranger.post("/sign-in", data={"token": "wrong", "to": to})
    assert "opens nothing" in wrong.text
    assert to.split("?")[0] in wrong.text
    answer = stranger.post("/sign-in", data={"token": TOKEN, "to": to, "actor": "佐藤"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/incidents/{scene.incident_id}?lang=en")
    assert "佐藤" in stranger.get(answer.headers["location"]).text


@pytest.mark.parametrize("to", ["//evil.example/", "/\\evil.example", "https://evil.example/", "\r\nX: y", ""])
def test_the_sign_in_leads_to_no_other_host(stranger: TestClient, to: str) -> None:
    answer = stranger.post("/sign-in", data={"token": TOKEN, "to": to}, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/")
    assert not answer.headers["location"].startswith(("//", "/\\"))


def test_a_form_on_another_site_signs_nobody_in(stranger: TestClient) -> None:
    answer = stranger.post("/sign-in", data={"token": TOKEN}, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    assert not stranger.cookies
