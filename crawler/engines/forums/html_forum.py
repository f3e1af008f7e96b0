"""HTML forums: board (or an index of boards) → topics → posts, with paging at both levels.

Spirit 0.14 (https://github.com/nitely/Spirit), a board and a topic::

    <div class="layout__topics__topic"><a class="topic__link" href="/topic/3/slug/">title</a>
      <div class="topic__comments"> 2</div><div class="topic__date" title="Nov. 1, 2026, 1:56 p.m.">1 Nov</div></div>

    <div class="comments_list__comment" id="c1"><a class="comment__info__username__link"><span>anon</span></a>
      <ul class="comment__info__date"><li title="Nov. 1, 2026, 9:37 a.m.">1 Nov</li></ul>
      <div class="comment__text"><p>…<br>…</p></div></div>
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, ClassVar, Self

from pydantic import Field, model_validator

from crawler.engines._threads import ThreadEngine, ThreadOptions, TopicPage, TopicPost
from crawler.engines._walking import ListEntry, Shown
from crawler.engines.interface import EngineOptions, Fetch, Mark, Page, Problem, Seen, Step
from crawler.pages.addresses import changed_alone, session_like
from crawler.pages.row_marks import name_of, row_mark
from crawler.pages.selectors import Expression, select_all, select_text, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsel import Selector

INDEX = "index"
_PICTURES = ".//img | .//video | .//iframe | .//audio | .//object"
_STICKY = "sticky", "pinned", "announce", "important", "is-sticky", "固定"


class HtmlForumOptions(ThreadOptions):
    """Options of `html-forum`; all but the numbers are selectors."""

    boards: Expression = Field(default="", description="links to boards on the source's page; empty: it is a board")
    topics: Expression = Field(default="", description="each topic of a board")
    topic_link: Expression = Field(default="a::attr(href)", description="in a topic of a board: its address")
    topic_id: Expression = Field(default="", description="in it: the site's own number of the topic, if links change")
    topic_title: Expression = Field(default="a", description="in a topic of a board: its title")
    topic_marks: tuple[Expression, ...] = Field(
        default=(), description="in it: what changes with a new post; none: the text of the whole row"
    )
    next_board_page: Expression = Field(default="", description="link to the next page of a board")
    posts: Expression = Field(default="", description="each post of a topic")
    post_id: Expression = Field(default="@id", description="in a post: its anchor")
    post_author: Expression = Field(default="", description="in a post: who wrote it")
    post_date: Expression = Field(default="", description="in a post: when")
    post_text: Expression = Field(default="", description="in a post: what")
    next_topic_page: Expression = Field(default="", description="link to the next page of a topic")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        missing = [name for name in ("topics", "topic_link", "posts", "post_text") if not getattr(self, name)]
        if missing:
            raise ValueError(f"needed: {', '.join(missing)} (or a dialect that brings them)")
        return self


class HtmlForum(ThreadEngine):
    """Board → topic → posts; a topic is read again when its marks on the board have changed, from its last page on."""

    name = "html-forum"
    Options = HtmlForumOptions
    examples: ClassVar = {
        "right": {"dialect": "spirit", "zone": "Asia/Tokyo"},
        "wrong": {"posts": "div[", "zone": "Tokyo"},
    }

    def __init__(self, address: str, options: EngineOptions, seen: Seen, *, deep: bool, past: bool = False) -> None:
        super().__init__(address, options, seen, deep=deep, past=past)
        if not isinstance(options, HtmlForumOptions):
            raise TypeError(f"expected HtmlForumOptions, got {type(options).__name__}")
        self.options = options

    def start(self) -> Iterator[Fetch]:
        """The index of boards, or the board."""
        if self.options.boards:
            yield Fetch(self.address, INDEX, conditional=False)
        else:
            yield self.list_fetch(self.address)

    def read(self, fetch: Fetch, page: Page) -> Iterator[Step]:
        """An index, a page of a board, or a page of a topic."""
        if fetch.step != INDEX:
            yield from super().read(fetch, page)
            return
        links = [link for found in select_all(page.root, self.options.boards) if (link := page.link(found.get()))]
        if not links:
            yield self.instead(fetch, page) or Problem("the index holds no boards: the options no longer fit the site")
            return
        yield from self.learn(session_like(links))
        known = self.seen.marks([INDEX]).get(INDEX)
        yield from self.learn(changed_alone(json.loads(known.value) if known and known.value else [], links))
        boards = list(dict.fromkeys(map(self.clean, links)))
        yield Mark(INDEX, json.dumps(links))
        for address in boards:
            yield self.list_fetch(address)

    def shown(self, fetch: Fetch, page: Page) -> Shown:
        """The topics of a page of a board."""
        del fetch
        entries = [self._topic(page, topic) for topic in select_all(page.root, self.options.topics)]
        following = select_all(page.root, self.options.next_board_page).get()
        return Shown(entries, page.link(following or "") or "")

    def _topic(self, page: Page, topic: Selector) -> ListEntry:
        given = self.options
        address = page.link(select_all(topic, given.topic_link).get() or "") or ""
        marks = " | ".join(select_text(topic, mark) for mark in given.topic_marks)
        if not given.topic_marks:
            marks = row_mark(text_of(topic))
        told = str(topic.attrib.get("class", "")).lower()
        return ListEntry(
            address, select_text(topic, given.topic_id), marks, select_text(topic, given.topic_title),
            sticks=any(word in told for word in _STICKY),
        )  # fmt: skip

    def thread(self, fetch: Fetch, page: Page) -> TopicPage:
        """The posts of a page of a topic."""
        del fetch
        posts = [self._post(page, post) for post in select_all(page.root, self.options.posts)]
        following = select_all(page.root, self.options.next_topic_page).get()
        return TopicPage(posts, page.link(following or "") or "")

    def _post(self, page: Page, post: Selector) -> TopicPost:
        given = self.options
        bodies = select_all(post, given.post_text)
        author, date = select_text(post, given.post_author), select_text(post, given.post_date)
        anchor = select_text(post, given.post_id) or name_of(author, date, *map(text_of, bodies))
        address = f"{self.clean(page.address)}#{anchor}"
        text = "\n\n".join(text_of(part) for part in bodies)
        is_written = bool(text) or any(select_all(part, _PICTURES) for part in bodies)
        return TopicPost(
            anchor, address, text if is_written else None,
            author=author, date=date,
        )  # fmt: skip
