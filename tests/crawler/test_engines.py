"""Engines as conversations: a page goes in, steps come out; no network, no database."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from crawler.engines.interface import (
    Fetch,
    KeepPage,
    KeepPost,
    Listed,
    Mark,
    Miss,
    Missed,
    Page,
    Problem,
    SiteEngine,
    Step,
)
from crawler.pages.row_marks import row_mark
from crawler.sources import engines, read_sources

if TYPE_CHECKING:
    from collections.abc import Iterable

FORUM = """
dialect = ""
zone = "Asia/Tokyo"
topics = ".topic"
topic_marks = [".count", "time::attr(datetime)"]
next_board_page = "a.next::attr(href)"
posts = "article"
post_author = ".author"
post_date = "time"
post_text = ".body"
next_topic_page = "a.next::attr(href)"
max_list_pages = 3
max_topic_pages = 2
"""
PASTES = """
entries = "li"
raw = "{link}/raw"
title = "a"
author = "i"
date = "time"
next = "a.next::attr(href)"
max_list_pages = 3
"""
BASE = "http://site.example/"
NO_POSTS = "a topic holds no posts: the options no longer fit the site"
NO_BOARDS = "the index holds no boards: the options no longer fit the site"


class Memory:
    """What earlier sweeps remembered."""

    def __init__(self, *marks: Mark) -> None:
        self.kept = {mark.key: mark for mark in marks}

    def marks(self, keys: Iterable[str]) -> dict[str, Mark]:
        """Of those keys."""
        return {key: self.kept[key] for key in keys if key in self.kept}


def make(name: str, options: str, memory: Memory | None = None, *, deep: bool = False) -> SiteEngine:
    text = f'[sources.a]\nengine = "{name}"\nurl = "{BASE}"\n[sources.a.options]\n{options}'
    source = read_sources(text, "sources.toml")["a"]
    return engines()[name](source.url, source.options, memory or Memory(), deep=deep)


def page(html: str, address: str = BASE) -> Page:
    return Page(address, html.encode(), "text/html", "utf-8")


def topic(number: int, count: int) -> str:
    return f'<div class="topic"><a href="/t/{number}#new">話 {number}</a><b class="count">{count}</b></div>'


def post(number: int) -> str:
    return (
        f'<article id="p{number}"><b class="author">名無し</b><time>2026-11-01 18:3{number}</time>'
        f'<div class="body">一行目<br>二行目 {number}</div></article>'
    )


def fetches(steps: Iterable[Step]) -> list[Fetch]:
    return [step for step in steps if isinstance(step, Fetch)]


def test_a_paste_list_gives_what_was_not_read_yet() -> None:
    memory = Memory(Mark(f"paste:{BASE}p/2/raw", row_mark("x", ""), wanted=row_mark("x", "")))
    engine = make("paste-list", PASTES, memory)
    (first,) = engine.start()
    html = '<li><a href="p/1">題</a><i>誰</i><time>2026-11-01</time></li><li><a href="p/2">x</a></li><li>no link</li>'
    steps = list(engine.read(first, page(html + '<a class="other" href="?2">next</a>')))
    assert [step for step in steps if isinstance(step, Listed)] == [Listed(3, unusable=1)]
    (fetch,) = fetches(steps)
    assert (fetch.address, fetch.key) == (f"{BASE}p/1/raw", f"paste:{BASE}p/1/raw")
    keep, mark = engine.read(fetch, Page(fetch.address, b"anything", "text/plain"))
    assert isinstance(keep, KeepPage)
    assert (keep.title, keep.author) == ("題", "誰")
    assert keep.posted
    assert keep.posted.at == datetime(2026, 11, 1, tzinfo=UTC)
    assert mark == Mark(fetch.key, fetch.value)


@pytest.mark.parametrize(("known", "deep", "goes_on"), [(False, False, True), (True, False, False), (True, True, True)])
def test_the_walk_ends_at_the_first_page_without_news(*, known: bool, deep: bool, goes_on: bool) -> None:
    memory = Memory(Mark(f"paste:{BASE}1/raw", row_mark("1", ""), wanted=row_mark("1", ""))) if known else Memory()
    engine = make("paste-list", PASTES, memory, deep=deep)
    steps = list(engine.read(Fetch(BASE), page('<li><a href="1">1</a></li><a class="next" href="?p=2">next</a>')))
    assert (f"{BASE}?p=2" in [fetch.address for fetch in fetches(steps)]) == goes_on


def test_a_json_list_may_be_an_object_or_an_array() -> None:
    options = 'format = "json"\nentries = "data.items"\nlink = "id"\nraw = "/raw/{link}"\ntitle = "meta.0.name"'
    engine = make("paste-list", options)
    items = [{"id": 7, "meta": [{"name": "題"}]}, {"id": None}, "no object"]
    steps = list(engine.read(Fetch(BASE), page(json.dumps({"data": {"items": items}}))))
    assert [step.address for step in fetches(steps)] == [f"{BASE}raw/7"]
    by_key = make("paste-list", 'format = "json"\nlink = "_key"\nraw = "/{link}"')
    steps = list(by_key.read(Fetch(BASE), page('{"a": {}, "b": {}, "c": 1}')))
    assert [step.address for step in fetches(steps)] == [f"{BASE}a", f"{BASE}b"]


@pytest.mark.parametrize("body", ["", "<html>", "[" * 100_000, "3", '"text"', "null"])
def test_a_json_list_that_is_none_is_a_problem(body: str) -> None:
    engine = make("paste-list", 'format = "json"\nlink = "_key"\nraw = "/{link}"')
    assert [type(step) for step in engine.read(Fetch(BASE), page(body))] == [Problem]


def test_a_board_gives_topics_that_changed_from_their_last_page_on() -> None:
    memory = Memory(
        Mark(f"topic:{BASE}t/1", "3 | ", f"{BASE}t/1?page=2", "3 | "), Mark(f"topic:{BASE}t/2", "9 | ", "", "9 | ")
    )
    engine = make("html-forum", FORUM, memory)
    (first,) = engine.start()
    steps = list(engine.read(first, page(topic(1, 4) + topic(2, 9) + topic(3, 1) + '<a class="next" href="?page=2">')))
    changed, new, following = fetches(steps)
    assert (changed.target, changed.key, changed.value) == (f"{BASE}t/1?page=2", f"topic:{BASE}t/1", "4 | ")
    assert changed.address == f"{BASE}t/1"
    assert (new.address, new.notes["title"]) == (f"{BASE}t/3", "話 3")
    assert (following.address, following.notes["page"]) == (f"{BASE}?page=2", "2")
    assert not fetches(engine.read(first, page(topic(2, 9) + '<a class="next" href="?page=2">')))


def test_a_topic_is_read_to_its_last_page_and_remembered_with_it() -> None:
    engine = make("html-forum", FORUM)
    fetch = Fetch(f"{BASE}t/1", "topic", "topic:1", "4", {"title": "話", "page": "1"})
    *posts, following = engine.read(fetch, page(post(1) + post(2) + '<a class="next" href="?page=2">', f"{BASE}t/1"))
    first = posts[0]
    assert isinstance(first, KeepPost)
    assert (first.address, first.text, first.author, first.title) == (
        f"{BASE}t/1#p1", "一行目\n二行目 1", "名無し", "話",
    )  # fmt: skip
    assert first.posted
    assert first.posted.at == datetime(2026, 11, 1, 9, 31, tzinfo=UTC)
    assert isinstance(following, Fetch)
    assert (following.address, following.ahead) == (f"{BASE}t/1?page=2", True)
    *_, mark = engine.read(following, page(post(3), following.address))
    assert mark == Mark("topic:1", "4", f"{BASE}t/1?page=2")


def test_a_topic_without_end_goes_on_in_the_next_sweep() -> None:
    engine = make("html-forum", FORUM)
    fetch = Fetch(f"{BASE}t/1?page=2", "topic", "topic:1", "4", {"title": "", "page": "2"})
    steps = list(engine.read(fetch, page(post(1) + '<a class="next" href="?page=3">', fetch.address)))
    assert steps[1:] == [
        Mark("topic:1", "", f"{BASE}t/1?page=3"), Problem("a topic goes on after 2 pages", blocks=False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("step", "said"), [("list", Listed(0)), ("topic", Missed(NO_POSTS, Miss.BROKEN)), ("index", Problem(NO_BOARDS))]
)
def test_a_page_on_which_nothing_fits_is_told(step: str, said: Step) -> None:
    engine = make("html-forum", FORUM + 'boards = ".board::attr(href)"')
    assert list(engine.read(Fetch(BASE, step, notes={"title": "", "page": "1"}), page("<p>so quiet</p>"))) == [said]


def test_an_index_leads_to_each_board_once() -> None:
    engine = make("html-forum", FORUM + 'boards = ".board::attr(href)"')
    (first,) = engine.start()
    steps = list(engine.read(first, page('<a class="board" href="b/1"></a><a class="board" href="b/1#x"></a>')))
    assert [step.address for step in fetches(steps)] == [f"{BASE}b/1"]
