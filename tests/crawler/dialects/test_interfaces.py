"""Each dialect of an interface for programs on answers of its shape, made up by hand."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from crawler.engines.interface import Fetch, KeepPost, Listed, Page, Problem, SiteEngine
from crawler.software.dialect_files import all_dialects, find_dialect
from crawler.sources import engines
from tests.crawler.dialects.test_forums import BASE, FETCHED, Nothing

if TYPE_CHECKING:
    from crawler.engines.interface import Step

POSTED = datetime(2026, 11, 1, 9, 37, tzinfo=UTC)
TEXT = "架空一郎,090-0012-3400\n仮名二葉,090-0112-3401"
HTML = "<p>架空一郎,090-0012-3400<br>仮名二葉,090-0112-3401</p>"

FORUMS: dict[str, tuple[str, Any, str, Any, str]] = {
    "discourse": (
        "latest.json",
        {"users": [], "topic_list": {"per_page": 30, "more_topics_url": "/latest?page=1", "topics": [
            {"id": 5, "title": "架空の名簿", "slug": "topic", "posts_count": 3, "views": 9, "pinned": True,
             "bumped_at": "2026-11-01T10:00:00.000Z", "last_posted_at": "2026-11-01T10:00:00.000Z"},
            {"id": 7, "title": "雑談", "posts_count": 1, "views": 1, "bumped_at": "2026-10-01T10:00:00.000Z"}]}},
        "t/5.json",
        {"id": 5, "posts_count": 3, "chunk_size": 20, "post_stream": {"stream": [51, 52, 53], "posts": [
            {"id": 51, "post_number": 1, "username": "taro", "cooked": HTML, "created_at": "2026-11-01T09:37:00.000Z"},
            {"id": 52, "post_number": 2, "username": "kamei", "cooked": "<p>返事</p>",
             "created_at": "2026-11-01T10:00:00.000Z"},
            {"id": 53, "post_number": 3, "username": "x", "cooked": "<p>(post deleted by author)</p>",
             "user_deleted": True, "created_at": "2026-11-01T10:01:00.000Z"}]}},
        "t/5#1",
    ),
    "nodebb": (
        "api/recent",
        {"nextStart": 20, "topics": [
            {"tid": 5, "cid": 2, "title": "架空の名簿", "slug": "5/topic", "postcount": 3, "viewcount": 9,
             "lastposttime": 1793527200000, "pinned": 1},
            {"tid": 7, "cid": 2, "title": "雑談", "slug": "7/x", "postcount": 1, "lastposttime": 1793000000000}],
         "pagination": {"currentPage": 1, "pageCount": 2}},
        "api/topic/5",
        {"tid": 5, "title": "架空の名簿", "posts": [
            {"pid": 51, "content": HTML, "timestampISO": "2026-11-01T09:37:00.000Z", "user": {"username": "taro"},
             "deleted": 0},
            {"pid": 52, "content": "<p>返事</p>", "timestampISO": "2026-11-01T10:00:00.000Z",
             "user": {"username": "kamei"}, "deleted": False},
            {"pid": 53, "content": "[[topic:post_is_deleted]]", "timestampISO": "2026-11-01T10:00:00.000Z",
             "user": {"username": "x"}, "deleted": 1}],
         "pagination": {"currentPage": 1, "pageCount": 1}},
        "topic/5/topic#51",
    ),
    "flarum": (
        "api/discussions",
        {"links": {"first": BASE + "api/discussions", "next": BASE + "api/discussions?page%5Boffset%5D=20"}, "data": [
            {"type": "discussions", "id": "5", "attributes": {
                "title": "架空の名簿", "slug": "5-topic", "commentCount": 3, "isSticky": True,
                "lastPostedAt": "2026-11-01T10:00:00+00:00"}},
            {"type": "discussions", "id": "7", "attributes": {
                "title": "雑談", "slug": "7-x", "commentCount": 1, "lastPostedAt": "2026-10-01T10:00:00+00:00"}}]},
        "api/posts?filter%5Bdiscussion%5D=5&page%5Blimit%5D=50",
        {"links": {}, "data": [
            {"type": "posts", "id": "51", "attributes": {
                "number": 1, "createdAt": "2026-11-01T09:37:00+00:00", "contentType": "comment", "contentHtml": HTML},
             "relationships": {"user": {"data": {"type": "users", "id": "2"}}}},
            {"type": "posts", "id": "52", "attributes": {
                "number": 2, "createdAt": "2026-11-01T10:00:00+00:00", "contentType": "comment",
                "contentHtml": "<p>返事</p>"},
             "relationships": {"user": {"data": {"type": "users", "id": "3"}}}},
            {"type": "posts", "id": "53", "attributes": {
                "number": 3, "createdAt": "2026-11-01T10:01:00+00:00", "contentType": "discussionRenamed"}}],
         "included": [{"type": "users", "id": "2", "attributes": {"displayName": "taro"}},
                      {"type": "users", "id": "3", "attributes": {"displayName": "kamei"}}]},
        "d/5-topic#51",
    ),
}  # fmt: skip
FEEDS: dict[str, tuple[str, Any, str, str, str]] = {
    "mastodon": (
        "api/v1/timelines/public?local=true&limit=40",
        [{"id": "5", "created_at": "2026-11-01T09:37:00.000Z", "edited_at": None, "url": BASE + "@taro/5",
          "spoiler_text": "", "content": HTML, "visibility": "public", "account": {"acct": "taro"}}],
        TEXT, "taro", "@taro/5",
    ),
    "misskey": (
        "api/notes/local-timeline",
        [{"id": "9abc", "createdAt": "2026-11-01T09:37:00.000Z", "cw": None, "text": TEXT, "visibility": "public",
          "user": {"username": "taro"}}],
        TEXT, "taro", "notes/9abc",
    ),
    "reddit": (
        "r/kakuu/new.json?limit=100&raw_json=1",
        {"kind": "Listing", "data": {"after": "t3_5", "children": [{"kind": "t3", "data": {
            "name": "t3_5", "title": "架空の名簿", "selftext": TEXT, "url": BASE + "r/kakuu/comments/5/",
            "permalink": "/r/kakuu/comments/5/", "author": "taro", "created_utc": 1793525820.0, "edited": False}}]}},
        f"架空の名簿\n\n{TEXT}\n\n{BASE}r/kakuu/comments/5/", "taro", "r/kakuu/comments/5/",
    ),
    "leak-list": (
        "posts.json",
        [{"post_title": "架空商事", "group_name": "taro", "discovered": "2026-11-01 09:37:00.000000",
          "description": "顧客名簿", "website": "kakuu.example", "published": "2026-11-01 00:00:00.000000",
          "post_url": BASE + "posts/5", "country": "JP", "activity": "Telecom"}],
        "", "taro", "posts/5",
    ),
}  # fmt: skip


def engine(name: str, address: str) -> SiteEngine:
    dialect = find_dialect(name)
    kind = engines()[dialect.engine]
    return kind(BASE + address, kind.Options(**dialect.options), Nothing(), deep=True)


def answer(address: str, tree: Any) -> Page:
    return Page(BASE + address, json.dumps(tree).encode(), "application/json", "utf-8", fetched_at=FETCHED)


def listed(name: str, address: str, tree: Any) -> list[Step]:
    made = engine(name, address)
    (fetch,) = made.start()
    steps = list(made.read(fetch, answer(address, tree)))
    assert not [step for step in steps if isinstance(step, Problem)]
    return steps


def test_every_dialect_of_an_interface_has_its_answers() -> None:
    ours = {dialect.name for dialect in all_dialects() if dialect.engine not in {"html-forum", "paste-list"}}
    assert ours == {*FORUMS, *FEEDS, "telegram"}


@pytest.mark.parametrize("name", FORUMS)
def test_a_list_of_topics_in_json(name: str) -> None:
    address, tree, topic, _, _ = FORUMS[name]
    steps = listed(name, address, tree)
    (told,) = [step for step in steps if isinstance(step, Listed)]
    assert (told.entries, told.unusable) == (2, 0)
    topics = [step for step in steps if isinstance(step, Fetch) and step.key]
    assert [one.key for one in topics] == ["topic:5", "topic:7"]
    assert topics[0].address == BASE + topic
    assert topics[0].notes["title"] == "架空の名簿"
    assert [step for step in steps if isinstance(step, Fetch) and not step.key]


@pytest.mark.parametrize("name", FORUMS)
def test_only_a_new_post_changes_the_mark_of_a_topic(name: str) -> None:
    address, tree, *_ = FORUMS[name]

    def marks(text: str) -> list[str]:
        return [step.value for step in listed(name, address, json.loads(text)) if isinstance(step, Fetch) and step.key]

    text = json.dumps(tree)
    again = text.replace('"views": 9', '"views": 10').replace('"viewcount": 9', '"viewcount": 10')
    assert marks(again) == marks(text)
    replied = text.replace('ount": 3', 'ount": 4')
    assert replied != text
    assert [new != old for new, old in zip(marks(replied), marks(text), strict=True)] == [True, False]


@pytest.mark.parametrize("name", FORUMS)
def test_posts_in_json_are_whole_and_deleted_ones_are_none(name: str) -> None:
    address, tree, topic, posts, seen_at = FORUMS[name]
    fetch = next(step for step in listed(name, address, tree) if isinstance(step, Fetch) and step.key)
    steps = list(engine(name, address).read(fetch, answer(topic, posts)))
    first, second = [step for step in steps if isinstance(step, KeepPost)]
    assert (first.text, first.author, first.address) == (TEXT, "taro", BASE + seen_at)
    assert first.posted
    assert first.posted.at == POSTED
    assert (second.text, second.author) == ("返事", "kamei")
    assert first.id != second.id


@pytest.mark.parametrize("name", FEEDS)
def test_an_entry_of_a_feed_in_json_is_a_document(name: str) -> None:
    address, tree, text, author, seen_at = FEEDS[name]
    (post,) = [step for step in listed(name, address, tree) if isinstance(step, KeepPost)]
    assert post.author == author
    assert post.address == BASE + seen_at
    assert post.posted
    assert post.posted.at == POSTED
    if text:
        assert post.text == text
    else:
        assert {"架空商事", "顧客名簿", "kakuu.example"} <= set(post.text.split("\n\n"))


def test_messages_of_a_channel_are_documents_and_older_ones_follow() -> None:
    content = (Path(__file__).parent / "telegram" / "channel.html").read_bytes()
    made = engine("telegram", "s/kakuu_channel")
    (fetch,) = made.start()
    page = Page(BASE + "s/kakuu_channel", content, "text/html", "utf-8", fetched_at=FETCHED)
    steps = list(made.read(fetch, page))
    text, attached, _ = [step for step in steps if isinstance(step, KeepPost)]
    assert (text.text, text.author, text.address) == (TEXT, "架空チャンネル", "https://t.me/kakuu_channel/5")
    assert text.posted
    assert text.posted.at == POSTED
    assert "meibo.csv" in attached.text
    (older,) = [step for step in steps if isinstance(step, Fetch)]
    assert older.address == f"{BASE}s/kakuu_channel?before=5"
