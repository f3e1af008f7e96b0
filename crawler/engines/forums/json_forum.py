"""Forums that give their boards and topics as JSON: dotted paths say where everything is.

Discourse (https://docs.discourse.org), ``/latest.json`` and ``/t/7.json``::

    {"topic_list": {"topics": [{"id": 7, "title": "…", "posts_count": 3, "bumped_at": "2026-11-01T09:00:00.000Z"}]}}
    {"posts_count": 3, "chunk_size": 20, "post_stream": {"posts": [{"id": 31, "cooked": "<p>…</p>", …}]}}
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from parsel import Selector
from pydantic import Field, model_validator

from core.markup import has_heavy_tag
from crawler.engines._json_lists import Paging, first_fetch, following_in, found_in, shown_in_json, tree_of
from crawler.engines._threads import ThreadEngine, ThreadOptions, TopicPage, TopicPost
from crawler.engines._walking import ListEntry, Shown
from crawler.engines.interface import EngineOptions, Fetch, Page, Seen
from crawler.pages.paths import fill, joined_at, text_at
from crawler.pages.row_marks import row_mark
from crawler.pages.selectors import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator


class JsonForumOptions(ThreadOptions):
    """Options of `json-forum`: dotted paths into a topic or a post, unless they say otherwise."""

    topics: str = Field(default="", description="path of the topics in a page of the list; empty: the root")
    topic_id: str = Field(default="id", description="in a topic: its number")
    topic_title: str = Field(default="title", description="in a topic: its title")
    topic_marks: tuple[str, ...] = Field(
        default=(), description="in a topic: what changes with a new post; none: all that is said of it"
    )
    topic_address: str = Field(default="", description="where its posts are; {id} and other paths in braces are filled")
    topic_page: str = Field(default="", description="the page that people see, filled like topic_address")
    topic_list: Paging = Field(default=Paging(), description="how the list of topics goes on")
    posts: str = Field(default="", description="path of the posts in a page of a topic; empty: the root")
    post_id: str = Field(default="id", description="in a post: its number")
    post_text: str = Field(default="", description="in a post: what was written")
    post_form: Literal["html", "text"] = Field(default="html", description="what post_text is")
    post_author: str = Field(default="", description="in a post: who wrote it; `a -> b` looks a up in `included`")
    post_date: str = Field(default="", description="in a post: when")
    post_deleted: str = Field(default="", description="in a post: true when it is only a place that one had")
    post_list: Paging = Field(default=Paging(), description="how a topic goes on")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        missing = [name for name in ("topic_address", "post_text") if not getattr(self, name)]
        if missing:
            raise ValueError(f"needed: {', '.join(missing)} (or a dialect that brings them)")
        return self


class JsonForum(ThreadEngine):
    """List of topics → topic → posts, all of it JSON."""

    name = "json-forum"
    Options = JsonForumOptions
    examples: ClassVar = {
        "right": {"topic_address": "/t/{id}.json", "post_text": "cooked", "posts": "post_stream.posts"},
        "wrong": {"post_form": "markdown", "topic_list": {"next": "a", "page_parameter": "p"}},
    }

    def __init__(self, address: str, options: EngineOptions, seen: Seen, *, deep: bool, past: bool = False) -> None:
        super().__init__(address, options, seen, deep=deep, past=past)
        if not isinstance(options, JsonForumOptions):
            raise TypeError(f"expected JsonForumOptions, got {type(options).__name__}")
        self.options = options

    def start(self) -> Iterator[Fetch]:
        """The list of topics."""
        yield self.first_of_list(first_fetch(self.address, self.options.topic_list))

    def shown(self, fetch: Fetch, page: Page) -> Shown:
        """The topics of a page of the list."""
        given, tree = self.options, tree_of(page)
        found = found_in(tree, given.topics)
        entries = [self._topic(page, topic) for topic in found]
        last = text_at(found[-1], given.topic_id) if found else ""
        return shown_in_json(fetch, page, tree, given.topic_list, entries, last)

    def _topic(self, page: Page, topic: Any) -> ListEntry:
        given = self.options
        address = page.link(fill(given.topic_address, lambda path: text_at(topic, path))) or ""
        marks = " | ".join(text_at(topic, mark) for mark in given.topic_marks) or row_mark(repr(topic))
        seen_at = page.link(fill(given.topic_page, lambda path: text_at(topic, path))) if given.topic_page else ""
        fetch = Fetch(address, notes={"seen_at": seen_at or ""}, headers=given.post_list.headers)
        title = text_at(topic, given.topic_title)
        return ListEntry(address, text_at(topic, given.topic_id), marks, title, fetch=fetch)

    def resumed(self, fetch: Fetch) -> Fetch:
        """With the headers that every page of a topic is asked for with."""
        return replace(fetch, headers=self.options.post_list.headers)

    def thread(self, fetch: Fetch, page: Page) -> TopicPage:
        """The posts of a page of a topic."""
        given, tree = self.options, tree_of(page)
        found = found_in(tree, given.posts)
        posts = [self._post(fetch, page, tree, post) for post in found]
        last = posts[-1].id if posts else ""
        return TopicPage(posts, fetch=following_in(fetch, page, tree, given.post_list, len(posts), last))

    def _post(self, fetch: Fetch, page: Page, tree: Any, post: Any) -> TopicPost:
        given = self.options
        id_ = text_at(post, given.post_id)
        seen_at = fetch.notes.get("seen_at") or self.clean(page.address)
        text = text_at(post, given.post_text)
        return TopicPost(
            id_, f"{seen_at}#{id_}" if id_ else seen_at, (as_text(text, given.post_form) if text else None),
            author=joined_at(tree, post, given.post_author), date=text_at(post, given.post_date),
            is_deleted=text_at(post, given.post_deleted) in {"true", "1"} if given.post_deleted else False,
        )  # fmt: skip


def as_text(text: str, form: str) -> str:
    """What a field holds as a reader sees it."""
    if form == "text" or has_heavy_tag(text):
        return text
    return text_of(Selector(type="html", text=f"<div>{text}</div>"))
