"""Lists in JSON: where the entries are, and the four ways such a list goes on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import BaseModel, Field, model_validator

from crawler.engines._walking import Shown, UnreadableListError
from crawler.engines.interface import Fetch
from crawler.pages.paths import at, entries_at, number_in, text_at, with_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.engines._walking import ListEntry
    from crawler.engines.interface import Page


class Paging(BaseModel):
    """How a list in JSON goes on; mixed into the options of engines, with their prefix before each name."""

    next: str = Field(default="", description="path of the address of the next page, or of the cursor")
    cursor_parameter: str = Field(default="", description="parameter that takes the cursor which `next` leads to")
    page_parameter: str = Field(default="", description="parameter with the number of a page, like page")
    first_page: int = Field(default=1, ge=0, description="number of the first page")
    offset_parameter: str = Field(default="", description="parameter with the number of entries to leave out")
    last_id_parameter: str = Field(default="", description="parameter that takes the id of the last entry, like max_id")
    pages: str = Field(default="", description="path of the number of pages; else a list ends with an empty page")
    total: str = Field(default="", description="path of the number of entries on all pages")
    page_size: int = Field(default=0, ge=0, description="entries of a full page: one that holds fewer is the last")
    method: Literal["GET", "POST"] = Field(default="GET", description="POST sends the parameters as a JSON object")
    body: str = Field(default="", description="with POST: the JSON object of the first page")
    headers: dict[str, str] = Field(default_factory=dict, description="sent with each request; {secret:NAME} is filled")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = [self.page_parameter, self.offset_parameter, self.last_id_parameter]
        if sum(map(bool, ways)) + bool(self.next) > 1:
            raise ValueError("expected one way to go on: next, page_parameter, offset_parameter or last_id_parameter")
        if self.body:
            try:
                is_object = isinstance(json.loads(self.body), dict)
            except ValueError:
                is_object = False
            if not is_object:
                raise ValueError("body: expected a JSON object")
        return self


def tree_of(page: Page) -> Any:
    """A page as JSON.

    Raises:
        UnreadableListError: It is none.
    """
    try:
        return json.loads(page.text)
    except (ValueError, RecursionError):
        raise UnreadableListError("the list is not the JSON it should be") from None


def found_in(tree: Any, path: str) -> list[Any]:
    """The entries of a list.

    Raises:
        UnreadableListError: There is no list at that path.
    """
    try:
        return entries_at(tree, path)
    except TypeError:
        raise UnreadableListError("the list is not where the options say: they do not fit the site") from None


def shown_in_json(
    fetch: Fetch, page: Page, tree: Any, paging: Paging, entries: Sequence[ListEntry], last_id: str = ""
) -> Shown:
    """The entries with how to ask for what follows them."""
    return Shown(entries, fetch=following_in(fetch, page, tree, paging, len(entries), last_id))


def first_fetch(address: str, paging: Paging) -> Fetch:
    """How to ask for the first page."""
    headers = dict(paging.headers)
    if paging.method == "POST":
        headers.setdefault("Content-Type", "application/json")
        return Fetch(address, method="POST", body=paging.body.encode() or b"{}", headers=headers)
    return Fetch(address, headers=headers)


def following_in(fetch: Fetch, page: Page, tree: Any, paging: Paging, entries: int, last_id: str = "") -> Fetch | None:
    """How to ask for what follows a page of a list; None at its end."""
    if not entries or _is_last(fetch, tree, paging, entries):
        return None
    if paging.page_parameter:
        return _counted(fetch, paging, paging.page_parameter, 1, paging.first_page)
    if paging.offset_parameter:
        return _counted(fetch, paging, paging.offset_parameter, entries, 0)
    if paging.next and not paging.cursor_parameter:
        address = page.link(text_at(tree, paging.next))
        return Fetch(address, headers=fetch.headers) if address else None
    cursor = text_at(tree, paging.next) if paging.next else last_id
    parameter = paging.cursor_parameter or paging.last_id_parameter
    return _with(fetch, paging, parameter, cursor) if cursor and parameter else None


def _is_last(fetch: Fetch, tree: Any, paging: Paging, entries: int) -> bool:
    """By what the list says of its length; a list that says nothing may go on."""
    page = _page_number(fetch, paging)
    pages, total = at(tree, paging.pages) if paging.pages else None, at(tree, paging.total) if paging.total else None
    if isinstance(pages, int):
        return page >= pages
    if isinstance(total, int) and paging.page_size:
        return page * paging.page_size >= total
    return entries < paging.page_size


def _page_number(fetch: Fetch, paging: Paging) -> int:
    """Which page was asked for, from one on: as its address says, since a sweep may go on in the middle."""
    if paging.page_parameter:
        return _number_in(fetch, paging, paging.page_parameter, paging.first_page) - paging.first_page + 1
    if paging.offset_parameter and paging.page_size:
        return _number_in(fetch, paging, paging.offset_parameter, 0) // paging.page_size + 1
    return int(fetch.notes.get("page", "1"))


def _number_in(fetch: Fetch, paging: Paging, parameter: str, first: int) -> int:
    if paging.method == "POST":
        number = json.loads(fetch.body or b"{}").get(parameter, first)
        return number if isinstance(number, int) else first
    return number_in(fetch.target, parameter, first)


def _counted(fetch: Fetch, paging: Paging, parameter: str, step: int, first: int) -> Fetch:
    return _with(fetch, paging, parameter, _number_in(fetch, paging, parameter, first) + step)


def _with(fetch: Fetch, paging: Paging, parameter: str, value: str | int) -> Fetch:
    if paging.method == "POST":
        told = json.loads(fetch.body or b"{}") | {parameter: value}
        return Fetch(fetch.target, method="POST", body=json.dumps(told).encode(), headers=fetch.headers)
    return Fetch(with_value(fetch.target, parameter, str(value)), headers=fetch.headers)
