"""Links in posts: to allowed hosts alone, one step deep, once, and to the text itself where the address tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.following import links_in, raw_of
from tests.crawler.offline import Answer
from tests.crawler.test_nothing_is_lost import FORUM, Site, posts, topics

if TYPE_CHECKING:
    from typing import Any

    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings

HOSTS = ("paste.example", "files.example:8080")


@given(st.text(max_size=400))
def test_no_text_leads_anywhere_else(text: str) -> None:
    for address in links_in(text + " https://elsewhere.example/x http://paste.example.evil.example/y", HOSTS):
        assert urlsplit(address).netloc in HOSTS


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("名簿はこちら→https://paste.example/abc。", "https://paste.example/abc"),
        ("hxxps://paste.example/abc?x=1#top", "https://paste.example/abc?x=1"),
        ("（http://files.example:8080/leak.zip）", "http://files.example:8080/leak.zip"),
        ("see <https://PASTE.example/abc>, now", "https://paste.example/abc"),
    ],
)
def test_a_link_is_found_as_people_write_it(text: str, found: str) -> None:
    assert list(links_in(text, HOSTS)) == [found]


def test_a_link_of_known_software_leads_to_the_text_itself() -> None:
    assert raw_of("https://pastebin.com/aB3dE5gH") == "https://pastebin.com/raw/aB3dE5gH"
    assert raw_of("https://pastebin.com/archive") == "https://pastebin.com/archive"


def test_what_a_post_links_to_is_kept_once_and_its_own_links_are_not_followed(
    settings: Settings, database: Database, clock: SetClock
) -> None:
    site = Site(
        settings,
        database,
        clock,
        toml=FORUM.replace("[sources.a.options]", 'follow = ["paste.example"]\n[sources.a.options]'),
    )
    site.pages = {"/board": topics((1, 1)), "/t/1": posts(1, text="https://paste.example/leak")}

    def answer(request: Any) -> Answer:
        if "paste.example" in request.url:
            return Answer(200, "名簿 https://paste.example/deeper", {"Content-Type": "text/plain"})
        return Site.answer(site, request)

    site.answer = answer  # type: ignore[method-assign]
    assert (site.sweep().state, site.kept()[1:]) == ("done", ["名簿 https://paste.example/deeper"])
    assert "https://paste.example/deeper" not in site.asked
    assert (site.sweep().documents, site.asked) == (0, ["/board"])
