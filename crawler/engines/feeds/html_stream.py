"""Pages whose entries are the documents: the web preview of a channel, a board without topics, a guest book.

Telegram's preview of a public channel, ``https://t.me/s/NAME`` (newest last; older ones by ``?before=``)::

    <div class="tgme_widget_message" data-post="NAME/7"><div class="tgme_widget_message_text">…</div>
      <a class="tgme_widget_message_date" href="https://t.me/NAME/7"><time datetime="2026-11-01T09:00:00+00:00">…
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from pydantic import Field, model_validator

from crawler.engines._walking import ListEntry, Shown, WalkingEngine
from crawler.engines.interface import EngineOptions, Fetch, Page, Seen, Step
from crawler.pages.row_marks import name_of, row_mark
from crawler.pages.selectors import Expression, select_all, select_text, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsel import Selector


class HtmlStreamOptions(EngineOptions):
    """Options of `html-stream`; all but the numbers are selectors."""

    entries: Expression = Field(default="", description="each entry of the page")
    id: Expression = Field(default="@id", description="in an entry: the site's own name for it")
    link: Expression = Field(default="", description="in an entry: its own address")
    text: Expression = Field(default="", description="in an entry: what was written; all that is found")
    title: Expression = Field(default="", description="in an entry: its title")
    author: Expression = Field(default="", description="in an entry: who wrote it")
    date: Expression = Field(default="", description="in an entry: when")
    next: Expression = Field(default="", description="link to the page with what is older")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        missing = [name for name in ("entries", "text") if not getattr(self, name)]
        if missing:
            raise ValueError(f"needed: {', '.join(missing)} (or a dialect that brings them)")
        return self


class HtmlStream(WalkingEngine):
    """A page whose entries are the documents; an entry that was edited is kept again."""

    name = "html-stream"
    Options = HtmlStreamOptions
    examples: ClassVar = {
        "right": {"entries": ".message", "text": ".text", "next": "a.older::attr(href)"},
        "wrong": {"entries": "div["},
    }

    def __init__(self, address: str, options: EngineOptions, seen: Seen, *, deep: bool, past: bool = False) -> None:
        super().__init__(address, options, seen, deep=deep, past=past)
        if not isinstance(options, HtmlStreamOptions):
            raise TypeError(f"expected HtmlStreamOptions, got {type(options).__name__}")
        self.options = options

    def shown(self, fetch: Fetch, page: Page) -> Shown:
        """The entries of a page."""
        del fetch
        entries = [self._entry(page, one) for one in select_all(page.root, self.options.entries)]
        return Shown(entries, page.link(select_all(page.root, self.options.next).get() or "") or "")

    def _entry(self, page: Page, entry: Selector) -> ListEntry:
        given = self.options
        parts = [text for part in select_all(entry, given.text) if (text := text_of(part))]
        title, author, date = (select_text(entry, one) for one in (given.title, given.author, given.date))
        id_ = select_text(entry, given.id)
        link = page.link(select_all(entry, given.link).get() or "") if given.link else None
        mark, id_ = row_mark(title, *parts), id_ or name_of(title, author, date, *parts)
        address = link or f"{self.clean(page.address)}#{id_}"
        return ListEntry(address, id_, mark, title, author, date, post="\n\n".join(parts))

    def read_entry(self, fetch: Fetch, page: Page) -> Iterator[Step]:
        """Nothing is asked for beside the page."""
        del fetch, page
        yield from ()
