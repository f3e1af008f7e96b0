"""A critical leak at night, from the alert to the record behind it: two people, a phone and a desk, two languages.

The demo's home is looked at as it is: posted, swept, matched, alerted. `HINOMI_SCREENSHOTS` keeps the pictures, and
those in docs/images are made so.
"""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.servers.child import ended
from tests.web.chromium import NARROW, WIDE, chromium, fits, pictures

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

__all__ = ["chromium", "pictures"]

pytestmark = pytest.mark.slow
LIMIT_S = 300


def command(home: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "cli", "--home", str(home), *arguments]


@pytest.fixture(scope="module")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The made-up carrier after its first night."""
    home = tmp_path_factory.mktemp("walk") / "home"
    done = subprocess.run(command(home, "demo", "--once"), capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert done.returncode == 0, done.stderr
    return home


@pytest.fixture
def served(demo_home: Path) -> Iterator[str]:
    """Where the pages are, as long as they are there."""
    with serving(demo_home) as address:
        yield address


@contextmanager
def serving(home: Path) -> Iterator[str]:
    """The real `hinomi serve` over a home."""
    with ended(
        subprocess.Popen(
            command(home, "serve", "--port", "0", "--no-scheduler", "--json"), stdout=subprocess.PIPE, text=True
        )
    ) as process:
        assert process.stdout
        address = json.loads(process.stdout.readline())["address"]
        yield "{0.scheme}://{0.netloc}".format(urlsplit(address))
        process.send_signal(signal.SIGTERM)
        assert process.wait(120) == 0


def link_of(home: Path, login: str) -> str:
    """The way in of one of the demo's people."""
    said = subprocess.run(
        command(home, "people", "link", login), capture_output=True, text=True, timeout=LIMIT_S, check=True
    )
    found = re.search(r"[?&](token=\S+)", said.stdout + said.stderr)
    assert found
    return found[1]


def enter(chromium: Browser, served: str, home: Path, login: str, language: str, size: dict[str, int]) -> Page:
    """A browser in which somebody is signed in."""
    context = chromium.new_context(locale=language, viewport=size)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{served}/?{link_of(home, login)}")
    return page


@dataclass
class Walk:
    """The two browsers, and the pictures that were taken."""

    phone: Page
    desk: Page
    served: str
    folder: Path
    taken: int = 0

    def picture(self, page: Page, name: str) -> None:
        """What is on the screen now; of the desk the whole page."""
        fits(page)
        self.taken += 1
        page.screenshot(path=self.folder / f"walk-{self.taken:02d}-{name}.png", full_page=page is self.desk)


def test_from_the_alert_to_the_record_and_back(chromium: Browser, served: str, demo_home: Path, pictures: Path) -> None:
    walk = Walk(
        enter(chromium, served, demo_home, "hana", "ja", NARROW),
        enter(chromium, served, demo_home, "kenji", "en", WIDE),
        served,
        pictures,
    )
    incident = at_night(walk)
    in_the_morning(walk, incident)
    what_the_records_say(walk, incident)
    what_stands_at_the_end(walk, incident)
    for page in (walk.phone, walk.desk):
        page.context.close()


def at_night(walk: Walk) -> str:
    """Hana is woken up: the gravest incident is the first, and its page answers what she is asked."""
    phone = walk.phone
    phone.goto(f"{walk.served}/")
    walk.picture(phone, "overview")
    phone.locator("section[aria-labelledby=live] table").get_by_role("link").first.click()
    incident = phone.url
    answers = phone.locator(".answers")
    for answer in (
        "当社の顧客 400 人",
        "電話番号",
        "call-center-2026-09",
        "架空コールセンター",
        "掲載中",
        "対応を始めた",
    ):
        expect(answers).to_contain_text(answer)
    walk.picture(phone, "incident")
    phone.locator(".strip .next button").click()
    expect(phone.locator(".strip")).to_contain_text("hana")
    phone.locator(".strip .next a").click()
    phone.locator("#do-confirm-csirt button").click()
    expect(phone.locator(".strip .tags")).to_contain_text("確認済み")
    return incident


def in_the_morning(walk: Walk, incident: str) -> None:
    """Kenji, whose extract it is, confirms at his desk and takes the list of whom to notify."""
    desk = walk.desk
    desk.goto(incident)
    walk.picture(desk, "desk")
    desk.locator(".strip .next a").click()
    desk.locator("#do-confirm-owner button").click()
    expect(desk.locator(".story .past").last).to_contain_text("Confirmed by the data owner")
    desk.goto(f"{incident}/customers")
    expect(desk.locator("#list")).to_contain_text("400")
    walk.picture(desk, "customers")
    desk.locator("#reason").fill("to notify them")
    with desk.expect_download() as download:
        desk.locator("section[aria-labelledby=export] button").click()
    assert len(download.value.path().read_text(encoding="utf-8-sig").splitlines()) == 401


def what_the_records_say(walk: Walk, incident: str) -> None:
    """Hana asks the access records: one night stands out of ten weeks; what she sees goes into the timeline."""
    phone = walk.phone
    phone.goto(incident)
    phone.locator(".strip .next button").click()
    expect(phone).to_have_url(re.compile("root-cause"))
    walk.picture(phone, "ranking")
    phone.locator("a[href*='/holders/']").first.click()
    expect(phone.locator("main")).to_contain_text("2026-11-03 22:1")
    walk.picture(phone, "accesses")
    phone.get_by_text("接触の集中した時間へ").click()
    expect(phone).to_have_url(re.compile("2026-11-03"))
    walk.picture(phone, "night")
    with phone.expect_navigation():
        phone.locator("form[action*='/pull'] button").last.click()
    phone.goto(incident)
    expect(phone.locator("section[aria-labelledby=timeline]")).to_contain_text("2026-11-03")
    walk.picture(phone, "pulled")


def what_stands_at_the_end(walk: Walk, incident: str) -> None:
    """Everything of the night is found again, by whoever asks."""
    desk = walk.desk
    desk.goto(f"{walk.served}/search?q=incident:{incident.rsplit('/', 1)[1]}")
    expect(desk.locator(".timeline")).to_contain_text("confirmed")
    walk.picture(desk, "search")
    for path, name in (("/register/map?extract=call-center-2026-09", "map"), ("/trends", "trends")):
        desk.goto(walk.served + path)
        walk.picture(desk, name)
    desk.goto(incident)
    expect(desk.locator(".answers")).to_contain_text("400 customers of ours")
    walk.picture(desk, "workbench")
