"""Pages of real servers are recognised as theirs."""

from __future__ import annotations

import urllib.request
from typing import TYPE_CHECKING

import pytest

from crawler.engines.interface import Fetch, KeepPost, Page
from crawler.software.proposals import Why
from crawler.software.recognition import recognise
from crawler.software.structure import with_entry
from crawler.sources import engines
from tests.crawler.dialects.test_forums import FETCHED, Nothing
from tests.targets.posts import make_posts
from tests.targets.spirit import ZONE, spirit_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.targets.bepasty import Bepasty
    from tests.targets.spirit import Spirit


@pytest.fixture(scope="module")
def spirit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spirit]:
    """One of its own: how much is on it is counted here."""
    with spirit_server(tmp_path_factory.mktemp("unknown")) as site:
        yield site


def page(address: str) -> Page:
    with urllib.request.urlopen(address) as answer:
        headers = {name.lower(): value for name, value in answer.headers.items()}
        kind = answer.headers.get_content_type()
        return Page(answer.url, answer.read(), kind, headers=headers, fetched_at=FETCHED)


def test_a_bepasty_is_read_from_its_list_wherever_one_came_in(bepasty: Bepasty) -> None:
    for path in ("/", "/+list"):
        found = recognise(page(bepasty.url + path))[0]
        assert (found.engine, found.dialect, found.address) == ("paste-list", "bepasty", f"{bepasty.url}/+list")


def test_a_spirit_is_recognised_by_a_category_and_by_its_index(spirit: Spirit) -> None:
    for address in (spirit.board, f"{spirit.url}/"):
        found = recognise(page(address))[0]
        assert (found.engine, found.dialect) == ("html-forum", "spirit")


def test_a_spirit_that_nobody_knows_is_read_whole_all_the_same(spirit: Spirit) -> None:
    posts = make_posts(12, seed=7)
    topics = [f"未知 {number // 2}" for number in range(12)]
    paths = spirit.post(list(zip(topics, posts, strict=True)))
    (guess,) = [one for one in recognise(page(spirit.board), dialects=[]) if one.why is Why.STRUCTURE]
    found = with_entry(guess, page(spirit.url + paths[0]))
    engine = engines()[found.engine](
        spirit.board, engines()[found.engine].Options(**{"zone": ZONE, **found.options}), Nothing(), deep=True
    )
    (fetch,) = engine.start()
    asked = [step for step in engine.read(fetch, page(spirit.board)) if isinstance(step, Fetch) and step.key]
    kept = [step for one in asked for step in engine.read(one, page(one.address)) if isinstance(step, KeepPost)]
    read = {(one.text, one.author, one.posted.at if one.posted else None) for one in kept}
    assert {(post.body.replace("&amp;", "&"), post.author, post.at) for post in posts} <= read
