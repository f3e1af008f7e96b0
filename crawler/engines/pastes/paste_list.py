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
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self
from urllib.parse import urldefrag, urljoin

from pydantic import Field, field_validator, model_validator

from crawler.engines.interface import (
    EngineOptions,
    Fetch,
    KeepPage,
    Mark,
    Page,
    Problem,
    Seen,
    SiteEngine,
    Step,
)
from crawler.pages.dates import read_posted
from crawler.pages.selectors import Expression, check_expression, select_all, select_text

if TYPE_CHECKING:
    from collections.abc import Iterator

READ = "read"
_NO_ENTRIES = "the list holds no entries: it is empty, or the options no longer fit the site"


class PasteListOptions(EngineOptions):
    """Options of `paste-list`.

    With ``format = "json"`` the selectors are dotted paths into an entry; of an object of objects, ``_key`` is the name
    an entry has in it.
    """

    format: Literal["html", "json"] = "html"
    entries: str = Field(default="", description="each entry of the list (HTML: selector; JSON: path, empty: the root)")
    link: str = Field(default="a::attr(href)", description="an entry's address or id")
    raw: str = Field(default="{link}", description="address of the raw text; {link} is the entry's link")
    title: str = Field(default="", description="an entry's title")
    author: str = Field(default="", description="an entry's author")
    date: str = Field(default="", description="when it was posted: text, ISO, or seconds since 1970")
    next: Expression = Field(default="", description="link to the next page of the list (HTML)")

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
            for name in ("entries", "link", "title", "author", "date"):
                try:
                    check_expression(getattr(self, name))
                except ValueError as error:
                    raise ValueError(f"{name}: {error}") from None
        return self


class PasteList(SiteEngine):
    """List page → raw pastes; an entry that was read is never read again."""

    name = "paste-list"
    Options = PasteListOptions
    examples: ClassVar = {
        "right": {"dialect": "bepasty"},
        "json": {"dialect": "bepasty-json"},
        "wrong": {"format": "xml", "raw": "no place for the link"},
    }

    def __init__(self, address: str, options: EngineOptions, seen: Seen, *, deep: bool) -> None:
        super().__init__(address, options, seen, deep=deep)
        if not isinstance(options, PasteListOptions):
            raise TypeError(f"expected PasteListOptions, got {type(options).__name__}")
        self.options = options
        self._lists_read = 0

    def start(self) -> Iterator[Fetch]:
        """The list."""
        yield Fetch(self.address)

    def read(self, fetch: Fetch, page: Page) -> Iterator[Step]:
        """A list page, or a paste."""
        if fetch.step != READ:
            yield from self._read_list(page)
            return
        posted = read_posted(fetch.notes["date"], self.options.time_zone, self.options.date_formats)
        yield KeepPage(fetch.notes["title"], fetch.notes["author"], posted)
        yield Mark(fetch.key, fetch.value)

    def _read_list(self, page: Page) -> Iterator[Step]:
        self._lists_read += 1
        try:
            fetches = list(self._json_entries(page) if self.options.format == "json" else self._html_entries(page))
        except (ValueError, TypeError, RecursionError):
            yield Problem("the list is not the JSON it should be")
            return
        if not fetches:
            yield Problem(_NO_ENTRIES)
        due = self.due({fetch.key: fetch.value for fetch in fetches})
        yield from (fetch for fetch in fetches if fetch.key in due)
        link = select_all(page.root, self.options.next).get() if self.options.format == "html" else None
        if link and (due or self.deep):
            if self._lists_read < self.max_list_pages:
                yield Fetch(urljoin(page.address, link))
            else:
                yield Problem(f"the list goes on after {self.max_list_pages} pages", blocks=False)

    def _html_entries(self, page: Page) -> Iterator[Fetch]:
        for entry in select_all(page.root, self.options.entries):
            link = select_all(entry, self.options.link).get()
            if link:
                texts = [select_text(entry, e) for e in (self.options.title, self.options.author, self.options.date)]
                yield self._fetch(page, link, *texts)

    def _json_entries(self, page: Page) -> Iterator[Fetch]:
        found = _at(json.loads(page.text), self.options.entries)
        if isinstance(found, dict):
            found = [value | {"_key": key} for key, value in found.items() if isinstance(value, dict)]
        if not isinstance(found, list):
            raise TypeError(f"expected a list, got {type(found).__name__}")
        for entry in found:
            if link := _at(entry, self.options.link):
                names = (self.options.title, self.options.author, self.options.date)
                yield self._fetch(page, str(link), *(str(_at(entry, name) or "") if name else "" for name in names))

    def _fetch(self, page: Page, link: str, title: str, author: str, date: str) -> Fetch:
        if self.options.format == "html":
            link = urljoin(page.address, link)
        address = urldefrag(urljoin(page.address, self.options.raw.replace("{link}", link.strip()))).url
        notes = {"title": title, "author": author, "date": date}
        return Fetch(address, READ, key=f"paste:{address}", value=READ, notes=notes)


def _at(node: Any, path: str) -> Any:
    """What a dotted path leads to; None when it leads nowhere."""
    for name in path.split(".") if path else ():
        if isinstance(node, dict):
            node = node.get(name)
        elif isinstance(node, list) and name.isdecimal() and int(name) < len(node):
            node = node[int(name)]
        else:
            return None
    return node
