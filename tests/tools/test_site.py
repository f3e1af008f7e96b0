"""The site is built without a warning, and a real browser finds Japanese on it; nothing is loaded from elsewhere."""

from __future__ import annotations

import functools
import re
import subprocess
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from core.texts import LANGUAGES
from tests.web.chromium import WIDE, chromium
from tools.site.character_pairs import SPLITTER, indexed
from tools.site.staging import ROOT, english_pages, is_english_alone

__all__ = ["chromium"]

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
BUILD = "import sys; from pathlib import Path; from tools.site.build import *; "
LOADED = re.compile(
    r"<(?:script|img|source|iframe|link(?=[^>]*(?:stylesheet|icon|preload)))[^>]*?(?:src|href)=\"([^\"]+)\""
)
WORDS = ["漏えい", "委託先", "鍵", "巡回", "再委託", "終了コード", "トークン", "CSIRT"]


def run(work: str, *arguments: Path | str) -> subprocess.CompletedProcess[str]:
    """Something of the builder in a process of its own: Sphinx holds one site a process."""
    command = [sys.executable, "-c", BUILD + work, *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    for language in LANGUAGES:
        built = run(
            "sys.exit(build(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))",
            language,
            folder / "out",
            folder / "work",
        )
        assert (built.returncode, built.stderr) == (0, "")
    return folder / "out"


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def pages(site: Path, language: str) -> list[Path]:
    return sorted(page for page in (site / language).rglob("*.html") if "_static" not in page.parts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_load_what_is_beside_them_alone(site: Path, language: str) -> None:
    for page in pages(site, language):
        for loaded in LOADED.findall(page.read_text(encoding="utf-8")):
            assert not re.match(r"(?:[a-z]+:)?//", loaded), f"{page} loads {loaded}"
    for style in (site / language / "_static").rglob("*.css"):
        assert not re.search(r"url\([\"']?(?:https?:)?//|@import|@font-face", style.read_text(encoding="utf-8"))


def test_each_page_leads_to_itself_in_the_other_language(site: Path) -> None:
    for language, other in (LANGUAGES, LANGUAGES[::-1]):
        for page in pages(site, language):
            text = page.read_text(encoding="utf-8")
            assert f'<html class="no-js" lang="{language}"' in text
            link = re.search(rf'hreflang="{other}" lang="{other}" href="([^"]+)"', text)
            assert link, page
            assert (page.parent / link[1]).resolve().is_file()


def test_japanese_pages_are_japanese(site: Path) -> None:
    for page in english_pages():
        text = (site / "ja" / page.with_suffix(".html")).read_text(encoding="utf-8")
        article = text[text.index("<article") : text.index("</article>")]
        letters = re.findall("[ぁ-ゖァ-ヺ一-鿿]", article)
        assert len(letters) > (15 if is_english_alone(page) else 200), page


@pytest.mark.parametrize("word", WORDS)
def test_a_browser_finds_what_is_typed(chromium: Browser, address: str, site: Path, word: str) -> None:
    with chromium.new_context(viewport=WIDE, locale="ja-JP") as context:  # type: ignore[arg-type]
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{address}/ja/search.html?q={quote(word)}")
        expect(page.locator("#search-results h2")).to_have_text(
            "検索結果", timeout=60_000
        )  # 検索中 until the last is there
        results = page.locator("#search-results ul.search li a")
        expect(results.first).to_be_visible()
        found = {
            str(link).rpartition("/ja/")[2].partition("?")[0].partition("#")[0]
            for link in results.evaluate_all("all => all.map(a => a.href)")
        }
    holding = {one.relative_to(site / "ja").as_posix() for one in pages(site, "ja") if word in _article(one)}
    assert holding - found == set()
    assert [url for url in asked if not url.startswith((address, "data:"))] == []


def _article(page: Path) -> str:
    text = page.read_text(encoding="utf-8")
    body = re.search(r"<article.*?</article>", text, re.DOTALL)
    return re.sub(r"<[^>]+>", "", body[0]) if body and "search.html" not in page.name else ""


def test_what_is_nowhere_is_not_found(chromium: Browser, address: str) -> None:
    page = chromium.new_page()
    page.goto(f"{address}/ja/search.html?q={quote('鯨飲馬食')}")
    expect(page.locator("#search-results h2")).to_have_text("検索結果", timeout=60_000)
    expect(page.locator("#search-results ul.search li a")).to_have_count(0)
    page.close()


def test_both_sides_of_the_search_cut_words_alike(chromium: Browser) -> None:
    page = chromium.new_page()
    for text in [*WORDS, "顧客 漏えい、CSIRTへ", "ＡＢＣと漢字", "一", "HINOMI_WEB__PORT", "ﾃﾞｰﾀ 2026年", "再委託先-1"]:
        typed = page.evaluate(f"text => {{ {SPLITTER} return splitQuery(text).map(one => one.toLowerCase()); }}", text)
        assert set(typed) <= set(indexed(text)), text
    page.close()
