"""Single sign-on against a real OpenID provider: groups bring roles; nothing forged or replayed signs anybody in."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from core.actors import Role
from core.settings import load_settings
from home import Home
from people.accounts import get_account
from tests.incidents.makers import event_kinds
from tests.targets.canaille import CLIENT, SECRET, OpenIdProvider, openid_provider
from tests.web.people import somebody
from web.app import create_app
from web.routes.people.sign_in import BACK

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.clock import SetClock
    from core.database import Database

OURS = "http://127.0.0.1:8470"


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenIdProvider]:
    """The provider, with people in groups."""
    with openid_provider(tmp_path_factory.mktemp("canaille"), OURS + BACK) as running:
        running.add_person("yamaguchi", "csirt")
        running.add_person("tanaka", "audit")
        running.add_person("suzuki", "night")  # each signs in once: two tokens of one second are one to this provider
        running.add_person("nobody")
        yield running


@pytest.fixture
def browser(
    home: Path, database_url: str, database: Database, clock: SetClock, provider: OpenIdProvider
) -> Iterator[TestClient]:
    """A browser at our pages, which know the provider."""
    oidc = {
        "issuer": provider.issuer.rstrip("/"), "client_id": CLIENT, "client_secret": SECRET,
        "scopes": "openid profile email groups", "login_claim": "sub",
        "groups": {"csirt": ["responder", "investigator"], "audit": ["auditor"], "night": ["responder"]},
    }  # fmt: skip
    settings = load_settings(home, database={"url": database_url}, people={"oidc": oidc})
    app = create_app(Home.of(settings, database=database, clock=clock))
    with TestClient(app, base_url=OURS, raise_server_exceptions=False) as client:
        client.headers["accept-language"] = "en"
        yield client


def leave(browser: TestClient, to: str = "/") -> str:
    """Where our button leads."""
    answer = browser.get("/sign-in/oidc", params={"to": to}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def come_back(browser: TestClient, address: str) -> int:
    """Follow the provider's redirect to us; the status of the page that it led to."""
    parts = urlsplit(address)
    answer = browser.get(f"{parts.path}?{parts.query}", follow_redirects=True)
    return answer.status_code


def test_whoever_signs_in_there_is_signed_in_here_with_the_roles_of_their_groups(
    browser: TestClient, provider: OpenIdProvider, database: Database
) -> None:
    assert "Sign in with" in browser.get("/").text
    address = leave(browser, "/incidents")
    asked = parse_qs(urlsplit(address).query)
    assert (asked["code_challenge_method"], asked["response_type"]) == (["S256"], ["code"])
    back = provider.sign_in(address, "yamaguchi", BACK)
    assert come_back(browser, back) == 200
    with database.read() as session:
        account = get_account(session, "yamaguchi")
    assert account.roles == [Role.RESPONDER, Role.INVESTIGATOR]
    assert "single sign-on" in browser.get("/account").text
    assert event_kinds(database) == ["account-added", "signed-in"]


def test_an_answer_counts_once_and_only_in_the_browser_that_was_sent(
    browser: TestClient, provider: OpenIdProvider, database: Database
) -> None:
    back = provider.sign_in(leave(browser), "suzuki", BACK)
    stranger = TestClient(browser.app, base_url=OURS)
    assert come_back(stranger, back) == 403, "another browser has nothing that fits"
    leave(stranger)
    assert come_back(stranger, back) == 403, "a state of its own fits no other answer"
    assert come_back(browser, back) == 200
    browser.cookies.clear()
    assert come_back(browser, back) == 403, "a second time"
    assert event_kinds(database).count("signed-in") == 1


@pytest.mark.parametrize("change", ["state", "code", "nothing"])
def test_a_forged_answer_signs_nobody_in(browser: TestClient, provider: OpenIdProvider, change: str) -> None:
    back = provider.sign_in(leave(browser), "yamaguchi", BACK)
    said = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
    forged = {} if change == "nothing" else said | {change: "x" * 48}
    assert browser.get(BACK, params=forged).status_code == 403
    assert browser.get("/").status_code == 403


def test_somebody_in_no_group_that_brings_a_role_is_refused(browser: TestClient, provider: OpenIdProvider) -> None:
    assert come_back(browser, provider.sign_in(leave(browser), "nobody", BACK)) == 403
    assert browser.get("/").status_code == 403


def test_an_account_of_that_name_is_not_taken_over(
    browser: TestClient, provider: OpenIdProvider, database: Database, clock: SetClock
) -> None:
    somebody(database, clock, "tanaka", Role.ADMINISTRATOR)
    assert come_back(browser, provider.sign_in(leave(browser), "tanaka", BACK)) == 403
    with database.read() as session:
        assert get_account(session, "tanaka").oidc is None


def test_without_the_provider_the_page_says_so_and_passwords_go_on(browser: TestClient, home: Path) -> None:
    del home
    browser.app.state.world.home.settings.people.oidc.__dict__["issuer"] = "http://127.0.0.1:9"  # type: ignore[attr-defined]
    answer = browser.get("/sign-in/oidc")
    assert answer.status_code == 403
    assert "single sign-on failed" in answer.text
