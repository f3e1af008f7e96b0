"""A real browser brushes a range of a candidate's accesses and follows it to the line of a log."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.servers.child import ended
from tests.web.chromium import NARROW, WIDE, chromium, fits, pictures
from tests.web.explore.night import CULPRIT, TERMINAL

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from core.database import Database
    from tests.web.explore.night import Night
    from tests.web.scene import Scene

__all__ = ["chromium", "pictures"]

ASK = {"ja": "作業者の記録を照合する", "en": "Rank the access records"}
SHOW_LINE = {"ja": "記録して原文を表示", "en": "Record and show the line"}


@pytest.fixture
def served(home: Path, database: Database, night: Night, scene: Scene) -> Iterator[str]:
    """The address that `hinomi serve` prints, as long as it runs."""
    del night, scene
    database.close()
    command = [sys.executable, "-m", "cli", "--home", str(home), "serve", "--port", "0", "--no-scheduler", "--json"]
    with ended(subprocess.Popen(command, stdout=subprocess.PIPE, text=True)) as process:
        assert process.stdout
        line = process.stdout.readline()
        assert line, "hinomi serve ended before it listened"
        yield json.loads(line)["address"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(120) == 0


@pytest.mark.parametrize(
    ("language", "scheme", "size"),
    [("ja", "light", WIDE), ("en", "dark", WIDE), ("ja", "dark", NARROW), ("en", "light", NARROW)],
    ids=["ja", "en-dark", "ja-dark-narrow", "en-narrow"],
)
def test_an_investigator_brushes_a_night_and_reads_a_line(
    chromium: Browser,
    served: str,
    scene: Scene,
    pictures: Path,
    request: pytest.FixtureRequest,
    language: str,
    scheme: str,
    size: dict[str, int],
) -> None:
    locale = {"ja": "ja-JP", "en": "en-US"}[language]
    context = chromium.new_context(locale=locale, color_scheme=scheme, viewport=size)  # type: ignore[arg-type]
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    prefix = request.node.callspec.id

    def picture(name: str) -> None:
        fits(page)
        page.screenshot(path=pictures / f"explore-{prefix}-{name}.png", full_page=True)

    page.goto(served)
    page.goto(page.url.partition("/?")[0].rstrip("/") + f"/incidents/{scene.incident_id}")
    page.locator("#cause").get_by_role("button", name=ASK[language]).click()
    expect(page).to_have_url(re.compile("/root-cause$"))
    picture("1-ranking")
    page.locator('a[href*="/holders/operator/"]').first.click()
    expect(page).to_have_url(re.compile(r"/holders/operator/[0-9a-f]{16}$"))
    expect(page.locator("main")).to_contain_text("38")
    picture("2-accesses")
    _brush(page, "a:has(rect.of-leak) rect.of-leak")
    expect(page).to_have_url(re.compile(r"from=.*until="))
    picture("3-range")
    page.locator("#records ~ *, section[aria-labelledby=records] a[href^='/records/']").first.wait_for()
    page.locator("section[aria-labelledby=records] th a").first.click()
    expect(page).to_have_url(re.compile(r"/records/\d+/\d+$"))
    expect(page.locator("main")).not_to_contain_text(TERMINAL)
    page.locator("#line-reason").fill("聴取のため")
    page.get_by_role("button", name=SHOW_LINE[language]).click()
    expect(page.locator("pre.raw").first).to_contain_text(CULPRIT)
    picture("4-line")
    page.goto(page.url.partition("/records")[0] + "/records?q=hour:22")
    picture("5-search")
    assert complaints == []
    context.close()


def _brush(page: Page, selector: str) -> None:
    """Drag over the highest bar of leaked customers, from its left edge to its right."""
    boxes = [one.bounding_box() for one in page.locator(f"svg.accesses {selector}").all()]
    highest = max((box for box in boxes if box), key=lambda box: box["height"])
    middle = highest["y"] + highest["height"] / 2
    page.mouse.move(highest["x"] + 0.5, middle)
    page.mouse.down()
    page.mouse.move(highest["x"] + highest["width"] + 8, middle, steps=4)
    page.mouse.up()
