"""What every engine of boards and topics has in common: pages of posts, one after the other, to the last."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from crawler.engines._walking import WalkingEngine, notes_of, repeats
from crawler.engines.interface import (
    BROKEN_OFF,
    EngineOptions,
    Fetch,
    KeepPost,
    Mark,
    Miss,
    Missed,
    Page,
    Problem,
    Step,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from crawler.engines.interface import Seen

TOPIC = "topic"


class ThreadOptions(EngineOptions):
    """What every engine of topics takes."""

    max_topic_pages: int = Field(default=50, gt=0, description="a sweep reads no more of one topic, the next goes on")
    revisit: Literal["never", "fading", "always"] = Field(
        default="fading",
        description="how often a topic is read again though its board says nothing new, for edits and deletions: "
        "after an hour, then after ever longer times, in every sweep, or never",
    )


@dataclass(frozen=True, slots=True)
class TopicPost:
    """A post of a topic.

    Attributes:
        id: The site's own name for it; empty when it has none.
        text: None when there is no place where a text should be.
        is_deleted: It is shown as one that is not there any more.
    """

    id: str
    address: str
    text: str | None
    title: str = ""
    author: str = ""
    date: str = ""
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class TopicPage:
    """A page of a topic: its posts, and where it goes on (empty at its end)."""

    posts: Sequence[TopicPost]
    following: str = ""
    fetch: Fetch | None = None
    """How to ask for the following page, where its address alone does not say."""


class ThreadEngine(WalkingEngine):
    """Boards → topics → posts; a topic is read again when its mark has changed, from its last page on."""

    prefix = "topic"
    step = TOPIC

    def __init__(self, address: str, options: EngineOptions, seen: Seen, *, deep: bool, past: bool = False) -> None:
        super().__init__(address, options, seen, deep=deep, past=past)
        if isinstance(options, ThreadOptions):
            self.revisit = "" if options.revisit == "never" else options.revisit
            self._max_pages = options.max_topic_pages
        self._posts: dict[str, set[str]] = {}

    @abstractmethod
    def thread(self, fetch: Fetch, page: Page) -> TopicPage:
        """What a page of a topic shows.

        Raises:
            ValueError: It is not what it should be; the message is the reason.
        """

    def read_entry(self, fetch: Fetch, page: Page) -> Iterator[Step]:
        """A page of a topic."""
        try:
            thread = self.thread(fetch, page)
        except (ValueError, TypeError, RecursionError) as error:
            yield self.instead(fetch, page) or Missed(str(error) or "a topic cannot be read", Miss.BROKEN)
            return
        if not thread.posts:
            yield self.instead(fetch, page) or Missed(_NO_POSTS, Miss.BROKEN)
            return
        if all(post.text is None for post in thread.posts):
            yield Missed(_NO_TEXT, Miss.BROKEN)
            return
        if fetch.notes.get("page", "1") == "1":
            self._posts.pop(fetch.key, None)
        names = [post.id or f"{post.author}\n{post.date}\n{post.text}" for post in thread.posts]
        is_repeated = repeats(self._posts, fetch.key, names)
        if not is_repeated:
            # The last post of a page that broke off is cut; the whole page is asked for again.
            is_cut = page.truncated in BROKEN_OFF
            yield from self._keep(fetch, page, thread.posts[:-1] if is_cut else thread.posts)
        yield from self._go_on(fetch, page, thread, is_end=is_repeated)

    def _keep(self, fetch: Fetch, page: Page, posts: Sequence[TopicPost]) -> Iterator[KeepPost]:
        title, _, _ = notes_of(fetch)
        self.observe((post.date for post in posts), page)
        for post in posts:
            if post.text and not post.is_deleted:
                posted = self.posted(post.date, page)
                yield KeepPost(post.address, post.text, post.title or title, post.author, posted, id=post.id)

    def _go_on(self, fetch: Fetch, page: Page, thread: TopicPage, *, is_end: bool) -> Iterator[Step]:
        count = int(fetch.notes.get("page", "1"))
        following = thread.fetch.target if thread.fetch else self.clean(thread.following)
        if is_end or not following or following == fetch.target:
            self._posts.pop(fetch.key, None)
            yield Mark(fetch.key, fetch.value, resume_at=self.resume_at(fetch, page))
        elif count < self._max_pages:
            notes = {**fetch.notes, **(thread.fetch.notes if thread.fetch else {}), "page": str(count + 1)}
            how = thread.fetch or Fetch(following)
            yield Fetch(
                following, TOPIC, fetch.key, fetch.value, notes, ahead=True, conditional=False, revisit=fetch.revisit,
                method=how.method, body=how.body, headers=how.headers,
            )  # fmt: skip
        else:
            yield Mark(fetch.key, "", resume_at=following)
            yield Problem(f"a topic goes on after {self._max_pages} pages", blocks=False)

    def unchanged(self, fetch: Fetch, following: str) -> Iterator[Step]:
        """The last page is as it was, and the list told of news: they are on an earlier one."""
        if fetch.key and fetch.resume_at and fetch.resume_at != fetch.address:
            yield replace(fetch, resume_at="", conditional=False, ahead=True)
        else:
            yield from super().unchanged(fetch, following)

    def resume_at(self, fetch: Fetch, page: Page) -> str:
        """Where to go on when the topic has grown: at its last page."""
        del fetch
        return self.clean(page.address)


_NO_POSTS = "a topic holds no posts: the options no longer fit the site"
_NO_TEXT = "posts without any text: the options no longer fit the site"
