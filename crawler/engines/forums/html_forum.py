"""HTML forums: board (or an index of boards) → topics → posts, with paging at both levels.

Spirit 0.14 (https://github.com/nitely/Spirit), a board and a topic::

    <div class="layout__topics__topic"><a class="topic__link" href="/topic/3/slug/">title</a>
      <div class="topic__comments"> 2</div><div class="topic__date" title="Nov. 1, 2026, 1:56 p.m.">1 Nov</div></div>

    <div class="comments_list__comment" id="c1"><a class="comment__info__username__link"><span>anon</span></a>
      <ul class="comment__info__date"><li title="Nov. 1, 2026, 9:37 a.m.">1 Nov</li></ul>
      <div class="comment__text"><p>…<br>…</p></div></div>
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self
from urllib.parse import urldefrag, urljoin

from pydantic import Field, model_validator

from crawler.engines.interface import (
    LIST_STEP,
    EngineOptions,
    Fetch,
    KeepPost,
    Mark,
    Page,
    Problem,
    Seen,
    SiteEngine,
    Step,
)
from crawler.pages.dates import read_posted
from crawler.pages.selectors import Expression, select_all, select_text, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsel import Selector

INDEX, TOPIC = "index", "topic"


class HtmlForumOptions(EngineOptions):
    """Options of `html-forum`; all but the numbers are selectors."""

    boards: Expression = Field(default="", description="links to boards on the source's page; empty: it is a board")
    topics: Expression = Field(default="", description="each topic of a board")
    topic_link: Expression = Field(default="a::attr(href)", description="in a topic of a board: its address")
    topic_title: Expression = Field(default="a", description="in a topic of a board: its title")
    topic_marks: tuple[Expression, ...] = Field(default=(), description="in it: what changes with a new post")
    next_board_page: Expression = Field(default="", description="link to the next page of a board")
    posts: Expression = Field(default="", description="each post of a topic")
    post_id: Expression = Field(default="@id", description="in a post: its anchor")
    post_author: Expression = ""
    post_date: Expression = ""
    post_text: Expression = ""
    next_topic_page: Expression = Field(default="", description="link to the next page of a topic")
    max_topic_pages: int = Field(default=50, gt=0, description="a sweep reads no more of one topic, the next goes on")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        missing = [name for name in ("topics", "topic_link", "posts", "post_text") if not getattr(self, name)]
        if missing:
            raise ValueError(f"needed: {', '.join(missing)} (or a dialect that brings them)")
        return self


class HtmlForum(SiteEngine):
    """Board → topic → posts; a topic is read again when its marks on the board have changed, from its last page on."""

    name = "html-forum"
    Options = HtmlForumOptions
    examples: ClassVar = {
        "right": {"dialect": "spirit", "zone": "Asia/Tokyo"},
        "wrong": {"posts": "div[", "zone": "Tokyo"},
    }

    def __init__(self, address: str, options: EngineOptions, seen: Seen, *, deep: bool) -> None:
        super().__init__(address, options, seen, deep=deep)
        if not isinstance(options, HtmlForumOptions):
            raise TypeError(f"expected HtmlForumOptions, got {type(options).__name__}")
        self.options = options

    def start(self) -> Iterator[Fetch]:
        """The board, or the index of boards."""
        yield Fetch(self.address, INDEX if self.options.boards else LIST_STEP, notes={"page": "1"})

    def read(self, fetch: Fetch, page: Page) -> Iterator[Step]:
        """An index, a page of a board, or a page of a topic."""
        if fetch.step == INDEX:
            yield from self._read_index(page)
        elif fetch.step == TOPIC:
            yield from self._read_topic(fetch, page)
        else:
            yield from self._read_board(fetch, page)

    def _read_index(self, page: Page) -> Iterator[Step]:
        links = [_link(page, found.get()) for found in select_all(page.root, self.options.boards)]
        if not links:
            yield Problem("the index holds no boards: the options no longer fit the site")
        for address in dict.fromkeys(links):
            yield Fetch(address, notes={"page": "1"})

    def _read_board(self, fetch: Fetch, page: Page) -> Iterator[Step]:
        topics = list(self._topics(page))
        if not topics:
            yield Problem("a board holds no topics: it is empty, or the options no longer fit the site")
        marks = self.seen.marks([topic.key for topic in topics])
        due = [topic for topic in topics if topic.key not in marks or marks[topic.key].value != topic.value]
        for topic in due:
            resume_at = marks[topic.key].resume_at if topic.key in marks else ""
            yield Fetch(resume_at or topic.address, TOPIC, topic.key, topic.value, topic.notes)
        number = int(fetch.notes["page"])
        link = select_all(page.root, self.options.next_board_page).get()
        # Boards put the topic with the latest post first: after a page without news there is none, unless an
        # earlier sweep was cut off in the middle.
        if link and (due or self.deep):
            if number < self.max_list_pages:
                yield Fetch(_link(page, link), notes={"page": str(number + 1)})
            else:
                yield Problem(f"a board goes on after {self.max_list_pages} pages", blocks=False)

    def _topics(self, page: Page) -> Iterator[Fetch]:
        for topic in select_all(page.root, self.options.topics):
            link = select_all(topic, self.options.topic_link).get()
            if link:
                address = _link(page, link)
                marks = " | ".join(select_text(topic, mark) for mark in self.options.topic_marks)
                notes = {"title": select_text(topic, self.options.topic_title), "page": "1"}
                yield Fetch(address, TOPIC, f"topic:{address}", marks or "read", notes)

    def _read_topic(self, fetch: Fetch, page: Page) -> Iterator[Step]:
        posts = select_all(page.root, self.options.posts)
        if not posts:
            yield Problem("a topic holds no posts: the options no longer fit the site")
        for number, post in enumerate(posts, 1):
            yield self._post(fetch, page, post, number)
        link = select_all(page.root, self.options.next_topic_page).get()
        count = int(fetch.notes["page"])
        if link and count < self.options.max_topic_pages:
            notes = {**fetch.notes, "page": str(count + 1)}
            yield Fetch(_link(page, link), TOPIC, fetch.key, fetch.value, notes, ahead=True)
        elif link:
            yield Mark(fetch.key, "", resume_at=_link(page, link))
            yield Problem(f"a topic goes on after {self.options.max_topic_pages} pages")
        elif posts:
            yield Mark(fetch.key, fetch.value, resume_at=page.address)

    def _post(self, fetch: Fetch, page: Page, post: Selector, number: int) -> KeepPost:
        anchor = select_text(post, self.options.post_id) or f"post-{number}"
        body = select_all(post, self.options.post_text)
        written = select_text(post, self.options.post_date)
        return KeepPost(
            address=f"{urldefrag(page.address).url}#{anchor}",
            text="\n\n".join(text_of(part) for part in body),
            title=fetch.notes["title"],
            author=select_text(post, self.options.post_author),
            posted=read_posted(written, self.options.time_zone, self.options.date_formats),
        )


def _link(page: Page, link: str) -> str:
    return urldefrag(urljoin(page.address, link.strip())).url
