"""Lists in JSON whose entries are the documents: public timelines, new posts of a site, lists of what was leaked.

Mastodon (https://docs.joinmastodon.org/methods/timelines), ``/api/v1/timelines/public?local=true``::

    [{"id": "11", "created_at": "2026-11-01T09:00:00.000Z", "edited_at": null, "url": "https://…/@a/11",
      "content": "<p>…</p>", "account": {"acct": "a"}}]
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from crawler.engines._json_lists import Paging, first_fetch, found_in, shown_in_json, tree_of
from crawler.engines._walking import ListEntry, Shown, WalkingEngine
from crawler.engines.forums.json_forum import as_text
from crawler.engines.interface import EngineOptions, Fetch, Page, Seen, Step
from crawler.pages.paths import fill, text_at
from crawler.pages.row_marks import row_mark

if TYPE_CHECKING:
    from collections.abc import Iterator


class JsonFeedOptions(EngineOptions):
    """Options of `json-feed`: dotted paths into an entry, unless they say otherwise."""

    entries: str = Field(default="", description="path of the entries in a page of the list; empty: the root")
    id: str = Field(default="id", description="in an entry: the site's own name for it")
    address: str = Field(default="", description="where people see it: a path, or an address with {paths} in it")
    texts: tuple[str, ...] = Field(default=(), description="in an entry: what was written, in this order")
    form: Literal["html", "text"] = Field(default="text", description="what the texts are")
    title: str = Field(default="", description="in an entry: its title")
    author: str = Field(default="", description="in an entry: who wrote it")
    date: str = Field(default="", description="in an entry: when")
    marks: tuple[str, ...] = Field(
        default=(), description="in an entry: what changes when it is edited; none: its text"
    )
    list: Paging = Field(default=Paging(), description="how the list goes on")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if not self.texts:
            raise ValueError("needed: texts (or a dialect that brings them)")
        return self


class JsonFeed(WalkingEngine):
    """A list whose entries are the documents; an entry that was edited is kept again."""

    name = "json-feed"
    Options = JsonFeedOptions
    prefix = "entry"
    examples: ClassVar = {
        "right": {"texts": ["content"], "form": "html", "list": {"last_id_parameter": "max_id"}},
        "wrong": {"form": "markdown"},
    }

    def __init__(self, address: str, options: EngineOptions, seen: Seen, *, deep: bool, past: bool = False) -> None:
        super().__init__(address, options, seen, deep=deep, past=past)
        if not isinstance(options, JsonFeedOptions):
            raise TypeError(f"expected JsonFeedOptions, got {type(options).__name__}")
        self.options = options

    def start(self) -> Iterator[Fetch]:
        """The list."""
        yield self.first_of_list(first_fetch(self.address, self.options.list))

    def shown(self, fetch: Fetch, page: Page) -> Shown:
        """The entries of a page of the list."""
        tree = tree_of(page)
        found = found_in(tree, self.options.entries)
        entries = [self._entry(page, one) for one in found]
        last = text_at(found[-1], self.options.id) if found else ""
        return shown_in_json(fetch, page, tree, self.options.list, entries, last)

    def _entry(self, page: Page, entry: Any) -> ListEntry:
        given = self.options
        parts = [as_text(text, given.form) for path in given.texts if (text := text_at(entry, path))]
        title, author, date = (text_at(entry, path) for path in (given.title, given.author, given.date))
        id_ = text_at(entry, given.id)
        look_up = partial(text_at, entry)
        link = fill(given.address, look_up) if "{" in given.address else look_up(given.address)
        address = (page.link(link) if link else None) or f"{self.clean(page.address)}#{id_ or row_mark(*parts)}"
        marks = " | ".join(text_at(entry, mark) for mark in given.marks) or row_mark(title, *parts)
        return ListEntry(address, id_, marks, title, author, date, post="\n\n".join(parts))

    def read_entry(self, fetch: Fetch, page: Page) -> Iterator[Step]:
        """Nothing is asked for beside the list."""
        del fetch, page
        yield from ()
