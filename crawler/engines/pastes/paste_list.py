"""Paste sites with a public list: an HTML page with selectors, or a JSON list, and each paste raw.

bepasty 1.2 (https://bepasty-server.readthedocs.io), ``/+list``::

    <tbody><tr>
      <td class="text-right"><a href="/iti2TEGd">logs.txt</a><br/>text/plain<br/>938</td>
      <td>…</td><td>2026-11-01 13:56:00<br/>never</td><td>…</td>
    </tr>…</tbody>

and raw as ``/iti2TEGd/+inline``. Its ``/apis/rest/items`` is an object of ``{"iti2TEGd": {"file-meta": {…}}}``.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, ClassVar, Literal, Self
from urllib.parse import urldefrag

from pydantic import Field, field_validator, model_validator

from crawler.engines._walking import ListEntry, Shown, UnreadableListError, WalkingEngine, notes_of
from crawler.engines.interface import EngineOptions, Fetch, KeepPage, KeepPost, Mark, Miss, Missed, Page, Seen, Step
from crawler.pages.paths import at, entries_at, next_by_number
from crawler.pages.row_marks import row_mark
from crawler.pages.selectors import Expression, check_expression, select_all, select_text, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsel import Selector


class PasteListOptions(EngineOptions):
    """Options of `paste-list`.

    With ``format = "json"`` the selectors are dotted paths into an entry; of an object of objects, ``_key`` is the name
    an entry has in it.
    """

    format: Literal["html", "json"] = Field(default="html", description="of the list")
    entries: str = Field(default="", description="each entry of the list (HTML: selector; JSON: path, empty: the root)")
    link: str = Field(default="a::attr(href)", description="an entry's address or id")
    raw: str = Field(default="{link}", description="address of the raw text; {link} is the entry's link")
    title: str = Field(default="", description="an entry's title")
    author: str = Field(default="", description="an entry's author")
    date: str = Field(default="", description="when it was posted: text, ISO, or seconds since 1970")
    marks: tuple[str, ...] = Field(
        default=(), description="in an entry: what changes when it is edited; none: its title and its date"
    )
    text: Expression = Field(default="", description="on an entry's own page, the text; empty: the whole answer is it")
    next: str = Field(default="", description="link to the next page of the list (JSON: path of its address)")
    page_parameter: str = Field(default="", description="parameter with the number of a page of the list, like page")
    first_page: int = Field(default=1, ge=0, description="number of the first page")
    offset_parameter: str = Field(default="", description="parameter with the number of entries to leave out")

    @field_validator("raw")
    @classmethod
    def _one_place(cls, raw: str) -> str:
        if raw.count("{link}") != 1 or raw.replace("{link}", "").count("{"):
            raise ValueError("expected {link} in it, once, and nothing else in braces")
        return raw

    @model_validator(mode="after")
    def _selectors(self) -> Self:
        if self.format == "html":
            if not self.entries:
                raise ValueError("needed: entries (or a dialect that brings them)")
            for name in ("entries", "link", "title", "author", "date", "next"):
                _check(name, getattr(self, name))
            for mark in self.marks:
                _check("marks", mark)
        return self


class PasteList(WalkingEngine):
    """List page → raw pastes; an entry is read again when its mark on the list has changed."""

    name = "paste-list"
    Options = PasteListOptions
    prefix = "paste"
    step = "read"
    examples: ClassVar = {
        "right": {"dialect": "bepasty"},
        "json": {"dialect": "bepasty-json"},
        "wrong": {"format": "xml", "raw": "no place for the link"},
    }

    def __init__(self, address: str, options: EngineOptions, seen: Seen, *, deep: bool, past: bool = False) -> None:
        super().__init__(address, options, seen, deep=deep, past=past)
        if not isinstance(options, PasteListOptions):
            raise TypeError(f"expected PasteListOptions, got {type(options).__name__}")
        self.options = options

    def shown(self, fetch: Fetch, page: Page) -> Shown:
        """The pastes of a page of the list."""
        del fetch
        given = self.options
        if given.format == "html":
            entries = [self._html_entry(page, one) for one in select_all(page.root, given.entries)]
            following = page.link(select_all(page.root, given.next).get() or "") or ""
        else:
            try:
                tree = json.loads(page.text)
                found = entries_at(tree, given.entries)
            except (ValueError, TypeError, RecursionError):
                raise UnreadableListError("the list is not the JSON it should be") from None
            entries = [self._json_entry(page, one) for one in found]
            following = page.link(str(at(tree, given.next) or "")) or "" if given.next else ""
        numbered = next_by_number(
            page.address, given.page_parameter, given.first_page, given.offset_parameter, len(entries)
        )
        return Shown(entries, following or numbered)

    def read_entry(self, fetch: Fetch, page: Page) -> Iterator[Step]:
        """A paste: the answer itself, or what its page shows as the text."""
        title, author, date = notes_of(fetch)
        if instead := self.instead(fetch, page, expects_text=not self.options.text):
            yield instead
            return
        posted, address = self.posted(date, page), self.clean(page.address)
        if self.options.text:
            yield from self._text_on_page(fetch, page)
            return
        if not page.content.strip() and not page.truncated:
            yield Missed("an entry without any text", Miss.BROKEN)
            return
        yield KeepPage(title, author, posted, address=address)
        yield Mark(fetch.key, fetch.value)

    def _text_on_page(self, fetch: Fetch, page: Page) -> Iterator[Step]:
        title, author, date = notes_of(fetch)
        texts = [text_of(part) for part in select_all(page.root, self.options.text)]
        text = "\n\n".join(filter(None, texts))
        if not text:
            yield Missed("an entry without any text: the options no longer fit the site", Miss.BROKEN)
            return
        posted = self.posted(date, page)
        yield KeepPost(self.clean(page.address), text, title, author, posted, id="itself")
        yield Mark(fetch.key, fetch.value)

    def _html_entry(self, page: Page, entry: Selector) -> ListEntry:
        given = self.options
        link = page.link(select_all(entry, given.link).get() or "")
        title, author, date = (select_text(entry, one) for one in (given.title, given.author, given.date))
        mark = " | ".join(select_text(entry, one) for one in given.marks)
        return self._entry(page, link or "", title, author, date, mark or row_mark(title, date))

    def _json_entry(self, page: Page, entry: object) -> ListEntry:
        given = self.options
        title, author, date = (
            str(value) if name and (value := at(entry, name)) is not None else ""
            for name in (given.title, given.author, given.date)
        )
        mark = " | ".join(str(at(entry, one)) for one in given.marks)
        link = at(entry, given.link)
        return self._entry(page, "" if link is None else str(link), title, author, date, mark or row_mark(title, date))

    def _entry(self, page: Page, link: str, title: str, author: str, date: str, mark: str) -> ListEntry:
        raw = urldefrag(self.options.raw.replace("{link}", link.strip())).url if link.strip() else ""
        return ListEntry(page.link(raw) or "", mark=mark, title=title, author=author, date=date)


def _check(name: str, expression: str) -> None:
    try:
        check_expression(expression)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
