"""Sessions end when somebody leaves, and links are good once."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pyotp
import pytest
from starlette.testclient import TestClient

from core.actors import SYSTEM, Role
from home import Home
from people.accounts import change_account, get_account
from tests.incidents.makers import event_kinds
from tests.web.people import LOGIN, another, link_of, somebody
from tests.web.scene import form_mark
from web.access.sessions import Sessions, WebSecretError, load_secret
from web.app import create_app

if TYPE_CHECKING:
    from pathlib import Path

    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings
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


def test_a_session_that_an_administrator_ends_is_over_with_the_next_page(
    browser: TestClient, database: Database, clock: SetClock
) -> None:
    other = another(browser.app, database, clock, "hana", Role.RESPONDER)  # type: ignore[arg-type]
    page = browser.get("/people/hana").text
    number = page.split('name="session" value="')[1].split('"')[0]
    form = {"do": "end", "session": number, "form_mark": form_mark(browser, "/account")}
    assert browser.post("/people/hana", data=form).status_code == 200
    assert other.get("/").status_code == 403
    assert "session-ended" in event_kinds(database)


def test_a_role_that_was_taken_away_is_gone_with_the_next_page(
    browser: TestClient, database: Database, clock: SetClock, scene: Scene
) -> None:
    other = another(browser.app, database, clock, "hana", Role.RESPONDER)  # type: ignore[arg-type]
    page = f"/incidents/{scene.incident_id}"
    assert other.get(page).status_code == 200
    mark = form_mark(browser, "/account")
    save = {"do": "save", "name": "hana", "role-administrator": "on", "form_mark": mark}
    assert browser.post("/people/hana", data=save).status_code == 200
    assert other.get(page).status_code == 403
    assert other.get("/people").status_code == 200
    browser.post("/people/hana", data={"do": "disable", "form_mark": mark})
    assert other.get("/people").status_code == 403


def test_a_form_of_one_account_does_nothing_in_the_session_of_another(
    browser: TestClient, database: Database, clock: SetClock, scene: Scene
) -> None:
    other = another(browser.app, database, clock, "hana", Role.RESPONDER)  # type: ignore[arg-type]
    page = f"/incidents/{scene.incident_id}"
    form = {"note": "planted", "form_mark": form_mark(browser, page)}
    assert other.post(f"{page}/note", data=form).status_code == 403
    assert "planted" not in other.get(page).text


def test_a_password_and_a_code_are_set_up_on_the_own_page_and_asked_for_from_then_on(
    browser: TestClient, clock: SetClock
) -> None:
    password = "a quiet tower at night"
    mark = form_mark(browser, "/account")
    assert browser.post("/account", data={"do": "password", "new": "short", "form_mark": mark}).status_code == 409
    assert browser.post("/account", data={"do": "password", "new": password, "form_mark": mark}).status_code == 200
    page = browser.get("/account").text
    secret = page.split('class="mono break">')[1].split("<")[0]
    app = pyotp.TOTP(secret)
    form = {"do": "totp", "code": app.at(clock.now()), "form_mark": mark}
    assert "not your present password" in browser.post("/account", data=form).text
    browser.get("/account")
    app = pyotp.TOTP(browser.get("/account").text.split('class="mono break">')[1].split("<")[0])
    form |= {"present": password, "code": app.at(clock.now())}
    assert browser.post("/account", data=form).status_code == 200
    browser.cookies.clear()
    clock.advance(timedelta(seconds=30))
    login = {"login": LOGIN, "password": password}
    assert browser.post("/sign-in", data=login).status_code == 403
    answer = browser.post("/sign-in", data=login | {"code": app.at(clock.now())}, follow_redirects=False)
    assert answer.status_code == 303
    assert "password and code" in browser.get("/account").text


def test_who_needs_a_second_factor_gets_no_further_without_one(
    settings: Settings, database: Database, clock: SetClock
) -> None:
    people = settings.people.model_copy(update={"second_factor": "required"})
    strict = settings.model_copy(update={"people": people})
    somebody(database, clock)
    app = create_app(Home.of(strict, database=database, clock=clock))
    with TestClient(app, base_url="http://127.0.0.1:8470") as client:
        answer = client.get(link_of(database, clock, to="/incidents"))
        assert answer.url.path == "/account"
        assert client.get("/search?q=x").url.path == "/account"


def test_a_proxy_is_believed_from_where_it_stands_and_from_nowhere_else(
    settings: Settings, database: Database, clock: SetClock
) -> None:
    somebody(database, clock)
    somebody(database, clock, "st.\u00c4", Role.AUDITOR)
    header = [(b"x-remote-user", LOGIN.encode())]
    for trusted, status in (["testclient"], 200), (["10.0.0.1"], 403), ([], 403):
        proxy = settings.people.proxy.model_copy(update={"header": "X-Remote-User", "trusted": trusted})
        people = settings.people.model_copy(update={"proxy": proxy})
        app = create_app(Home.of(settings.model_copy(update={"people": people}), database=database, clock=clock))
        with TestClient(app, base_url="http://127.0.0.1:8470") as client:
            assert client.get("/", headers=header).status_code == status
            wide = [(b"x-remote-user", "\uff33\uff34\uff0e\u00e4".encode())]
            assert client.get("/", headers=wide).status_code == status, "whatever its width"
            assert client.get("/").status_code == 403, "without the header the session of the proxy ends"


def test_nobody_writes_over_what_another_administrator_changed_meanwhile(
    browser: TestClient, database: Database, clock: SetClock
) -> None:
    somebody(database, clock, "hana", Role.RESPONDER)
    page = browser.get("/people/hana").text
    seen = re.search(r'name="seen" value="([0-9a-f]+)"', page)
    assert seen
    save = {"do": "save", "name": "Hana", "role-responder": "yes", "form_mark": form_mark(browser, "/people/hana")}
    with database.write() as session:
        change_account(session, "hana", roles=["auditor"], actor=SYSTEM, now=clock.now())
    assert browser.post("/people/hana", data=save | {"seen": seen[1]}).status_code == 409
    with database.read() as session:
        assert get_account(session, "hana").roles == ["auditor"]
    again = re.search(r'name="seen" value="([0-9a-f]+)"', browser.get("/people/hana").text)
    assert again
    assert browser.post("/people/hana", data=save | {"seen": again[1]}).status_code == 200
    with database.read() as session:
        assert get_account(session, "hana").roles == ["responder"]


def test_a_form_without_a_name_is_refused_and_breaks_nothing(browser: TestClient) -> None:
    assert browser.post("/people", data={"form_mark": form_mark(browser, "/people")}).status_code == 409
