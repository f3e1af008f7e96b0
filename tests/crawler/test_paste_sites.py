"""Real bepasty, swept by the real command: every paste comes back whole, and only once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.targets.posts import make_posts

if TYPE_CHECKING:
    from tests.crawler.conftest import Crawl
    from tests.targets.bepasty import Bepasty

SOURCE = """
[sources.{name}]
engine = "paste-list"
url = "{url}"
private = true
legal_basis = "our own test server"
purpose = "looking for our customers"
[sources.{name}.options]
dialect = "{dialect}"
"""


@pytest.mark.parametrize(("dialect", "path"), [("bepasty", "/+list"), ("bepasty-json", "/apis/rest/items")])
def test_fifty_japanese_pastes_come_back_whole_and_only_news_is_fetched(
    crawl: Crawl, bepasty: Bepasty, dialect: str, path: str
) -> None:
    posts = make_posts(50, seed=len(dialect) + 100 * crawl.database.is_sqlite)
    sent = {}
    for number, post in enumerate(posts):
        encoding = "cp932" if number % 2 else "utf-8"
        content = f"{post.title}\n{post.author}\n{post.body}".encode(encoding, "replace")
        sent[bepasty.paste(content, f"paste {number}.txt")] = content
    crawl.add(SOURCE.format(name="pastes", url=bepasty.url + path, dialect=dialect))
    bepasty.log.new()

    first = crawl.sweep("pastes")
    assert (first.state, first.reason) == ("done", "")
    found = {one.capture.address.split("/")[3]: one for one in crawl.captures("pastes")}
    for item, content in sent.items():
        assert found[item].content == content
        meta = bepasty.meta(item)
        assert found[item].capture.posted_at == datetime.fromtimestamp(meta["timestamp-upload"], UTC)
        assert found[item].document.title == meta["filename"]
        assert found[item].document.media_type == "text/plain"
        assert found[item].capture.legal_basis == "our own test server"
        assert found[item].capture.purpose == "looking for our customers"
    assert (first.documents, first.new_documents) == (len(found), len({one.document.id for one in found.values()}))
    bepasty.log.new()

    news = {bepasty.paste(f"新しい貼り付け {n} {dialect}".encode(), "new.txt") for n in range(5)}
    second = crawl.sweep("pastes")
    assert (second.state, second.documents) == ("done", 5)
    assert sorted(bepasty.log.new()) == sorted(["/robots.txt", path, *(f"/{item}/+inline" for item in news)])
    third = crawl.sweep("pastes")
    assert (third.state, third.documents, third.requests) == ("done", 0, 2)
    assert bepasty.log.new() == ["/robots.txt", path]
