"""A real browser walks the real `hinomi serve`, in both languages, and takes pictures (HINOMI_SCREENSHOTS)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.web.chromium import NARROW, WIDE, fits, pictures

__all__ = ["pictures"]

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from tests.web.scene import Scene

WORDS = {
    "ja": ["CSIRT として確認", "記録する", "確認済み", "記録して表示", "日ごと"],
    "en": ["Confirm as CSIRT", "Record", "confirmed", "Record and show", "per day"],
}


@pytest.mark.parametrize(
    ("language", "scheme", "size"),
    [
        ("ja", "light", WIDE),
        ("en", "light", WIDE),
        ("ja", "dark", WIDE),
        ("ja", "light", NARROW),
        ("en", "dark", NARROW),
    ],
    ids=["ja", "en", "ja-dark", "ja-narrow", "en-dark-narrow"],
)
def test_a_responder_works_through_a_leak(
    chromium: Browser,
    address: str,
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
    confirm, record, confirmed, look, per_day = WORDS[language]

    def picture(name: str) -> None:
        fits(page)
        page.screenshot(path=pictures / f"{prefix}-{name}.png", full_page=True)

    page.goto(address)
    expect(page).not_to_have_url(re.compile("token"))
    picture("1-overview")
    page.locator("section[aria-labelledby=live] table").get_by_role("link").first.click()
    expect(page).to_have_url(re.compile(r"/incidents/\d+$"))
    picture("2-incident")
    page.get_by_text(confirm, exact=True).click()
    page.get_by_role("button", name=record, exact=True).locator("visible=true").click()
    expect(page.get_by_role("status")).to_contain_text(confirm)
    expect(page.locator(".strip .tags")).to_contain_text(confirmed)
    picture("3-confirmed")
    _settle_first_task(page, record)
    picture("3-task-done")
    page.goto(page.url.partition("/incidents")[0] + "/tasks?show=all")
    expect(page.locator("section[aria-labelledby=list] tbody tr")).to_have_count(6)
    picture("3-tasks")
    page.go_back()
    page.locator("section[aria-labelledby=places]").get_by_role("link").first.click()
    expect(page).to_have_url(re.compile("/documents/"))
    expect(page.locator(".paper")).not_to_contain_text(scene.secret)
    picture("4-document")
    page.locator("#reason").fill("被害者の範囲を確かめるため")
    page.get_by_role("button", name=look).click()
    expect(page.locator(".paper")).to_contain_text(scene.secret)
    picture("5-revealed")
    page.goto(page.url.partition("/documents")[0] + "/search")
    picture("6-search-help")
    page.locator("#q").fill("名簿を確認")
    page.keyboard.press("Enter")
    expect(page.locator("figure.chart")).to_contain_text(per_day)
    expect(page.locator(".timeline > li")).to_have_count(3)
    picture("7-search")
    page.goto(page.url.partition("/search")[0] + "/sources")
    picture("8-sources")
    page.goto(page.url.partition("/sources")[0] + "/nowhere")
    picture("9-not-found")
    assert [c for c in complaints if "404" not in c] == []
    context.close()


def _settle_first_task(page: Page, record: str) -> None:
    """A task is settled without a mouse: its form is unfolded by a key."""
    tasks = page.locator("section[aria-labelledby=tasks]")
    tasks.locator("tr details summary").first.focus()
    page.keyboard.press("Enter")
    expect(tasks.locator("#state-1")).to_be_visible()
    fits(page)
    tasks.get_by_role("button", name=record, exact=True).locator("visible=true").focus()
    page.keyboard.press("Enter")
    expect(tasks.locator("#state-1")).to_have_count(0)
