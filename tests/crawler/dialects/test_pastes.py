"""Each paste dialect on a made-up list of its software."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from crawler.engines.interface import Fetch, KeepPage, Listed, Page
from crawler.software.dialect_files import all_dialects, find_dialect
from crawler.sources import engines
from tests.crawler.dialects.test_forums import BASE, FETCHED, Nothing

PAGES = Path(__file__).parent


class Pastes(NamedTuple):
    """The list's file and address, and what it shows."""

    file: str
    address: str
    raw: tuple[str, str]
    titles: tuple[str, str]
    author: str = ""
    following: str = ""


LISTS = {
    "opengist": Pastes("list.html", "all", ("kakuu/0a1b.json", "kamei/2c3d.json"), ("名簿.csv", "notes"), "kakuu",
                       "all?page=2"),
    "microbin": Pastes("list.html", "list", ("raw/bat-fox-owl", "raw/cat-ant-emu"), ("bat-fox-owl", "cat-ant-emu")),
    "misp-feed": Pastes("list.json", "feed/manifest.json", ("feed/5f1f2f3f-0000-4000-8000-000000000001.json",
                        "feed/5f1f2f3f-0000-4000-8000-000000000002.json"), ("架空の漏えい", "notes"), "架空組織"),
    "pastebin-scraping": Pastes("list.json", "api_scraping.php?limit=250", ("api_scrape_item.php?i=0a1b2c3d",
                                "api_scrape_item.php?i=4e5f6a7b"), ("架空の名簿", ""), "名無し太郎"),
    "stikked": Pastes("list.json", "api/recent", ("view/raw/0a1b2c3d", "view/raw/4e5f6a7b"),
                      ("架空の名簿", "Untitled"), "名無し太郎"),
}  # fmt: skip


def test_every_dialect_of_pastes_has_its_page() -> None:
    ours = {dialect.name for dialect in all_dialects() if dialect.engine == "paste-list"}
    assert ours - {"bepasty", "bepasty-json"} == LISTS.keys()  # bepasty's is a real server


@pytest.mark.parametrize("name", LISTS)
def test_a_list_shows_its_pastes(name: str) -> None:
    pastes, dialect = LISTS[name], find_dialect(name)
    engine = engines()[dialect.engine](
        BASE + pastes.address, engines()[dialect.engine].Options(**dialect.options), Nothing(), deep=True
    )
    (fetch,) = engine.start()
    content = (PAGES / name / pastes.file).read_bytes()
    kind = "application/json" if pastes.file.endswith("json") else "text/html"
    steps = list(engine.read(fetch, Page(BASE + pastes.address, content, kind, "utf-8", fetched_at=FETCHED)))
    (listed,) = [step for step in steps if isinstance(step, Listed)]
    assert (listed.entries, listed.unusable) == (2, 0)
    entries = [step for step in steps if isinstance(step, Fetch) and step.key]
    assert [entry.address for entry in entries] == [BASE + raw for raw in pastes.raw]
    assert tuple(entry.notes["title"] for entry in entries) == pastes.titles
    assert [step.address for step in steps if isinstance(step, Fetch) and not step.key] == (
        [BASE + pastes.following] if pastes.following else []
    )
    keep = next(step for step in engine.read(entries[0], Page(entries[0].address, b"text", "text/plain")))
    assert isinstance(keep, KeepPage)
    assert keep.author == pastes.author
    assert keep.posted
    assert keep.posted.at == datetime(2026, 11, 1, 9, 37, tzinfo=UTC)
