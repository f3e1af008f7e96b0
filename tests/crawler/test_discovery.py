"""A site is given by its address alone: asked what it is, tried, added and swept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crawler.software.discovery import Discovery, discover, name_for
from crawler.software.proposals import Why
from tests.crawler.test_commands import hinomi
from tests.targets.posts import make_posts

if TYPE_CHECKING:
    from tests.crawler.conftest import Crawl
    from tests.targets.bepasty import Bepasty
    from tests.targets.misbehaving import Misbehaving
    from tests.targets.spirit import Spirit

pytestmark = pytest.mark.slow


def test_a_paste_site_is_added_by_its_address_and_swept(sqlite_crawl: Crawl, bepasty: Bepasty) -> None:
    item = bepasty.paste("架空の貼り付け".encode(), "list.txt")
    code, (added,), error = hinomi(sqlite_crawl, "sources", "add", f"{bepasty.url}/+list", "--json")
    assert (code, added["engine"]) == (0, "paste-list"), error
    code, (swept,), error = hinomi(sqlite_crawl, "sweep", str(added["source"]), "--json")
    assert (code, swept["state"]) == (0, "done"), error
    assert any(item in one.capture.address for one in sqlite_crawl.captures(str(added["source"])))


def test_a_forum_is_added_by_its_address(sqlite_crawl: Crawl, spirit: Spirit) -> None:
    spirit.post([(f"話 {n}", post) for n, post in enumerate(make_posts(3, seed=7))])
    code, (added,), error = hinomi(sqlite_crawl, "sources", "add", spirit.board, "--json", "--legal-basis", "our own")
    assert (code, added["engine"]) == (0, "html-forum"), error
    assert "spirit" in error


def test_what_is_no_software_of_ours_is_said_and_nothing_is_added(
    sqlite_crawl: Crawl, misbehaving: Misbehaving
) -> None:
    code, added, error = hinomi(sqlite_crawl, "sources", "add", f"{misbehaving.url}/list-empty/list", "--json")
    assert (code, added) == (3, [])
    assert "docs/engines.md" in error
    code, listed, _ = hinomi(sqlite_crawl, "sources", "list", "--json")
    assert listed == []


def test_what_robots_txt_forbids_is_not_asked_for_and_that_is_said(
    sqlite_crawl: Crawl, misbehaving: Misbehaving
) -> None:
    found = discover(f"{misbehaving.forbids}/calm/list", sqlite_crawl.settings.crawler)
    assert any("robots.txt forbids it" in problem for problem in found.problems)
    assert [one.why for one in found.proposed] == [Why.UNKNOWN]


def test_a_name_is_made_of_the_address_and_taken_ones_are_left_alone() -> None:
    assert name_for("https://www.board.example/forum/", []) == "board-example-forum"
    assert name_for("https://board.example/", ["board-example"]) == "board-example-2"
    assert name_for("http://[::1]:8080/", []) == "1"


def test_a_page_cannot_lead_to_an_address_of_our_own_network() -> None:
    addresses = ["http://169.254.169.254/feed", "http://127.0.0.1:8080/", "http://[::1]/", "http://10.0.0.5/rss"]
    found = Discovery(
        [("feed", address, "feed", "x", "", {}) for address in [*addresses, "https://board.example/feed"]]
    )
    found.leave_private()
    assert [one.address for one in found.proposed] == ["https://board.example/feed"]
