"""One page that is a document again whenever it says something else: a notice, a list, the answer of an API."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from crawler.engines._walking import ListEntry, Shown, WalkingEngine
from crawler.engines.interface import EngineOptions, Fetch, KeepPost, Listed, Mark, Page, Problem, Seen, Step
from crawler.pages.row_marks import row_mark
from crawler.pages.selectors import Expression, select_all, select_text, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

NOTHING = "the page shows no text where it should: the options no longer fit the site"


class WatchedPageOptions(EngineOptions):
    """Options of `watched-page`."""

    text: Expression = Field(default="body", description="what of the page is watched, a selector")
    title: Expression = Field(default="title", description="the page's title, a selector")
    headers: dict[str, str] = Field(default_factory=dict, description="sent with the request; {secret:NAME} is filled")


class WatchedPage(WalkingEngine):
    """A page, kept each time that what is watched of it has changed."""

    name = "watched-page"
    Options = WatchedPageOptions
    prefix = "page"
    examples: ClassVar = {"right": {"text": "main"}, "wrong": {"text": "div["}}

    def __init__(self, address: str, options: EngineOptions, seen: Seen, *, deep: bool, past: bool = False) -> None:
        super().__init__(address, options, seen, deep=deep, past=past)
        if not isinstance(options, WatchedPageOptions):
            raise TypeError(f"expected WatchedPageOptions, got {type(options).__name__}")
        self.options = options

    def start(self) -> Iterator[Fetch]:
        """The page."""
        yield self.first_of_list(Fetch(self.address, headers=self.options.headers))

    def _read(self, fetch: Fetch, page: Page) -> Iterator[Step]:
        if instead := self.instead(fetch, page):
            yield instead
            return
        is_html = "html" in page.media_type or page.text.lstrip()[:1] == "<"
        parts = select_all(page.root, self.options.text) if is_html else []
        text = "\n\n".join(text_of(part) for part in parts) if is_html else page.text
        yield Listed(1 if text.strip() else 0)
        if not text.strip():
            yield Problem(NOTHING)
            return
        title = select_text(page.root, self.options.title) if is_html else ""
        key = self.key(ListEntry(self.clean(fetch.address)))
        yield KeepPost(self.clean(fetch.address), text, title, id="itself", entry=key)
        yield Mark(key, row_mark(text))

    def shown(self, fetch: Fetch, page: Page) -> Shown:
        """There is no list."""
        del fetch, page
        return Shown(())

    def read_entry(self, fetch: Fetch, page: Page) -> Iterator[Step]:
        """Nothing is asked for beside the page."""
        del fetch, page
        yield from ()
