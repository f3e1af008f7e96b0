"""Passkeys in a real browser with a virtual authenticator: added, used to sign in, asked for from then on, removed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.servers.child import ended
from tests.web.chromium import chromium

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from core.database import Database

__all__ = ["chromium"]
PASSWORD = "a quiet tower at night"


@pytest.fixture
def address(home: Path, database: Database) -> Iterator[str]:
    """A service under a name: passkeys are bound to one."""
    database.close()
    (home / "hinomi.toml").write_text('[web]\nhost = "localhost"\n', encoding="utf-8")
    command = [sys.executable, "-m", "cli", "--home", str(home), "serve", "--port", "0", "--no-scheduler", "--json"]
    with ended(subprocess.Popen(command, stdout=subprocess.PIPE, text=True)) as served:
        assert served.stdout
        yield json.loads(served.stdout.readline())["address"]
        served.send_signal(signal.SIGTERM)
        assert served.wait(120) == 0


def with_authenticator(page: Page) -> None:
    """A device that keeps keys and says that it knows its person."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def sign_out(page: Page) -> None:
    page.goto("/account")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Signed out")).to_be_visible()


def test_a_passkey_signs_in_and_takes_the_place_of_the_password_alone(chromium: Browser, address: str) -> None:
    context = chromium.new_context(locale="en-GB", base_url=address.split("/?", maxsplit=1)[0])
    page = context.new_page()
    with_authenticator(page)
    page.goto(address)
    page.goto("/account")
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_role("status")).to_contain_text("on the record")
    login = page.get_by_role("heading", level=1).inner_text()

    passkeys = page.get_by_role("region", name="Passkeys")
    passkeys.get_by_label("Present password").fill(PASSWORD)
    passkeys.get_by_label("A name for this device").fill("test device")
    passkeys.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("status")).to_contain_text("on the record")
    expect(passkeys).to_contain_text("test device")

    sign_out(page)
    page.goto("/sign-in")
    page.get_by_label("Name").fill(login)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("did not sign anybody in")
    page.get_by_role("link", name="Sign in with a passkey").click()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    page.goto("/account")
    expect(page.get_by_text("Signed in by passkey")).to_be_visible()

    passkeys = page.get_by_role("region", name="Passkeys")
    passkeys.get_by_label("Present password").first.fill(PASSWORD)
    passkeys.get_by_role("button", name="Remove this passkey").click()
    expect(page.get_by_role("status")).to_contain_text("on the record")
    sign_out(page)
    page.goto("/sign-in")
    page.get_by_label("Name").fill(login)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    context.close()
