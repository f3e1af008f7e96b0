"""A real browser lends an extract and takes it back, and has a file checked by the real service."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from custody.register.history import Act
from custody.register.processors import add_processor
from tests.servers.child import ended
from tests.small_carrier import enrolled_home, home, leak_text
from tests.web.chromium import NARROW, WIDE, chromium, pictures

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from core.database import Database

__all__ = ["chromium", "enrolled_home", "home", "pictures"]


@pytest.fixture
def database_url(home: Path, sqlite_template: Path) -> str:
    """In the home, where the service finds it."""
    file = home / "hinomi.db"
    file.write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{file}"


@pytest.fixture
def served(home: Path, database: Database) -> Iterator[str]:
    """The service with its scheduler over the small carrier; it sweeps nothing."""
    act = Act("keeper", datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC).date())
    with database.write() as session:
        add_processor(session, "架空販売", {"contract_kind": "A"}, act)
        add_processor(session, "架空コール", {"under": "架空販売"}, act)
    database.close()
    command = [sys.executable, "-m", "cli", "--home", str(home), "serve", "--port", "0", "--no-sweeps", "--json"]
    with ended(subprocess.Popen(command, stdout=subprocess.PIPE, text=True)) as process:
        assert process.stdout
        line = process.stdout.readline()
        assert line, "hinomi serve ended before it listened"
        yield json.loads(line)["address"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(120) == 0


@pytest.fixture(params=[WIDE, NARROW], ids=["wide", "narrow"])
def page(chromium: Browser, served: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = chromium.new_context(locale="ja-JP", viewport=request.param)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(served)
    yield page
    assert complaints == []
    context.close()


def _fits(page: Page) -> None:
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, "the page is wider than the window"


def test_an_extract_is_lent_and_comes_back(page: Page, pictures: Path, request: pytest.FixtureRequest) -> None:
    base, prefix = page.url.rstrip("/"), request.node.callspec.id
    page.goto(f"{base}/register/extracts/new")
    page.get_by_label("名前", exact=True).fill("calls-2026-10")
    page.get_by_label("目的").fill("アウトバウンド営業")
    page.get_by_label("貸与先").select_option("架空販売")
    page.get_by_label("理由・根拠").fill("契約書 12")
    page.get_by_role("button", name="記録する").click()
    expect(page.get_by_role("status")).to_contain_text("管理簿に加えました")
    copies = page.locator("section[aria-labelledby=copies]")
    expect(copies).to_contain_text("保有中")
    copies.get_by_text("再委託先などへ渡した").click()
    copies.get_by_label("渡した先").select_option("架空コール")
    copies.get_by_label("理由・根拠").locator("visible=true").fill("再委託の届け出")
    copies.get_by_role("button", name="記録する").locator("visible=true").click()
    expect(page.get_by_role("status")).to_contain_text("渡したことを記録しました")
    lit = page.locator("svg.tree:visible a.box.lit")
    expect(lit).to_have_count(2)
    lit.first.focus()
    expect(lit.first).to_be_focused()
    _fits(page)
    page.screenshot(path=pictures / f"register-{prefix}-lent.png", full_page=True)
    copies.get_by_text("返却を受けた").first.click()
    copies.get_by_label("理由・根拠").locator("visible=true").fill("受領書 3")
    copies.get_by_role("button", name="記録する").locator("visible=true").click()
    expect(page.get_by_role("status")).to_contain_text("返却を記録しました")
    expect(copies).to_contain_text("返却済み")
    expect(page.locator("section[aria-labelledby=history]")).to_contain_text("受領書 3")
    page.goto(f"{base}/register")
    expect(page.get_by_role("link", name="calls-2026-10")).to_be_visible()
    _fits(page)


def test_a_file_is_checked_and_becomes_an_incident(
    page: Page, tmp_path: Path, pictures: Path, request: pytest.FixtureRequest
) -> None:
    base, prefix = page.url.rstrip("/"), request.node.callspec.id
    files = [tmp_path / "受け取った名簿.txt", tmp_path / "memo.txt"]
    files[0].write_text(leak_text(), encoding="utf-8")
    files[1].write_text("今日の天気は晴れ", encoding="utf-8")
    page.goto(f"{base}/scan")
    page.locator("#files").set_input_files(files)
    page.locator("section[aria-labelledby=check] button").click()
    opening = page.get_by_role("button", name="事案を起こす")
    expect(opening).to_be_visible(timeout=60_000)
    expect(page.locator("main")).to_contain_text("6 人中 6 人")
    expect(page.locator("main")).to_contain_text("すべて読み、当社の顧客は見つかりませんでした")
    _fits(page)
    page.screenshot(path=pictures / f"scan-{prefix}.png", full_page=True)
    opening.click()
    told = page.locator(".told")
    expect(told).to_contain_text("事案を起こしました", timeout=60_000)
    told.get_by_role("link").click()
    expect(page.locator("h1")).to_contain_text("6")
    page.goto(f"{base}/jobs")
    expect(page.locator("section[aria-labelledby=last]")).to_contain_text("ファイルの照合")
    _fits(page)
