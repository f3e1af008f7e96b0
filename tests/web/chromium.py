"""A real browser, and the real `hinomi serve` that it looks at."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

from tests.servers.child import ended
from tests.web.scene import add_watch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from core.clock import SetClock
    from core.database import Database
    from tests.web.scene import Scene

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's chromium."""
    if not CHROMIUM.exists():
        if os.environ.get("CI"):
            pytest.fail(f"{CHROMIUM} is missing: install Debian's chromium")
        pytest.skip(f"{CHROMIUM} is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def address(home: Path, database: Database, scene: Scene, clock: SetClock) -> Iterator[str]:
    """The address that `hinomi serve` prints, as long as it runs."""
    del scene
    add_watch(home, database, clock)
    database.close()
    command = [sys.executable, "-m", "cli", "--home", str(home), "serve", "--port", "0", "--no-scheduler", "--json"]
    with ended(subprocess.Popen(command, stdout=subprocess.PIPE, text=True)) as served:
        assert served.stdout
        line = served.stdout.readline()
        assert line, "hinomi serve ended before it listened"
        yield json.loads(line)["address"]
        served.send_signal(signal.SIGTERM)
        assert served.wait(120) == 0


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Where the pictures go."""
    folder = Path(os.environ.get("HINOMI_SCREENSHOTS") or tmp_path / "screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def fits(page: Page) -> None:
    """Nothing sticks out sideways: what is too wide scrolls inside its own box."""
    page.wait_for_load_state()
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over <= 0, f"{page.url} is {over} pixels too wide"
