"""Real Spirit, swept by the real command: every post comes back whole with its author and its time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.targets.posts import make_posts
from tests.targets.spirit import ZONE

if TYPE_CHECKING:
    from tests.crawler.conftest import Crawl
    from tests.targets.posts import Post
    from tests.targets.spirit import Spirit

SOURCE = """
[sources.forum]
engine = "html-forum"
url = "{url}"
private = true
legal_basis = "our own test server"
[sources.forum.options]
dialect = "spirit"
zone = "{zone}"
"""
LONG_TOPIC = 23
"""Posts of one topic: more than one page of it, while the other topics fill more than one page of the board."""


def test_fifty_japanese_posts_come_back_whole_and_only_news_is_fetched(crawl: Crawl, spirit: Spirit) -> None:
    kind = "sqlite" if crawl.database.is_sqlite else "postgresql"
    later = timedelta(days=0 if crawl.database.is_sqlite else 30)
    posts = [replace(post, body=f"{post.body}\n{kind}", at=post.at + later) for post in make_posts(55)]
    topics = [f"長い話 {kind}" if number < LONG_TOPIC else f"{post.title} {kind}" for number, post in enumerate(posts)]
    spirit.post(list(zip(topics[:50], posts[:50], strict=True)))
    crawl.add(SOURCE.format(url=spirit.board, zone=ZONE))
    spirit.log.new()

    first = crawl.sweep("forum")
    assert (first.state, first.reason) == ("done", "")
    _assert_whole(crawl, posts[:50])
    assert sum("topic/active" in path for path in spirit.log.new()) >= 2

    new = spirit.post([*zip(topics[50:54], posts[50:54], strict=True), (f"長い話 {kind}", posts[54])])
    second = crawl.sweep("forum")
    assert (second.state, second.documents) == ("done", 5)
    _assert_whole(crawl, posts)
    asked = spirit.log.new()
    assert asked[0] == "/robots.txt"
    assert set(asked[1:]) - {path for path in asked if "/topic/active/" in path} == {*new[:4], f"{new[4]}?page=2"}
    third = crawl.sweep("forum")
    assert (third.state, third.documents, third.requests) == ("done", 0, 2)
    assert spirit.log.new() == ["/robots.txt", "/topic/active/"]


def _assert_whole(crawl: Crawl, posts: list[Post]) -> None:
    found = {(one.text, one.capture.author, one.capture.posted_at) for one in crawl.captures("forum")}
    # In Markdown, which Spirit renders, `&amp;` is how an author writes an ampersand.
    wanted = {(post.body.replace("&amp;", "&"), post.author, post.at) for post in posts}
    assert wanted <= found, sorted(wanted - found)[:2]
