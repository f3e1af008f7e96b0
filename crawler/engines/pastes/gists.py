"""Public gists by GitHub's API (https://docs.github.com/rest/gists), and what speaks like it: each file a document.

``/gists/public?per_page=100``, the latest updated first::

    [{"id": "aa5a315d", "updated_at": "2026-11-01T09:37:00Z", "html_url": "https://…", "description": "…",
      "owner": {"login": "…"}, "files": {"名簿.csv": {"filename": "名簿.csv", "raw_url": "https://…/raw/…"}}}]

The raw text is on another host: name it in the source's ``hosts``. ``headers = { Authorization = "Bearer
{secret:NAME}" }`` lets us ask more often.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from crawler.engines._json_lists import Paging, first_fetch, found_in, shown_in_json, tree_of
from crawler.engines._walking import ListEntry, Shown, WalkingEngine, notes_of
from crawler.engines.interface import EngineOptions, Fetch, KeepPage, Mark, Page, Seen, Step
from crawler.pages.paths import text_at

if TYPE_CHECKING:
    from collections.abc import Iterator


class GistOptions(EngineOptions):
    """Options of `gists`."""

    headers: dict[str, str] = Field(default_factory=dict, description="sent to the API; {secret:NAME} is filled")
    page_size: int = Field(default=100, gt=0, le=100, description="gists of a full page, as per_page asks for")


class Gists(WalkingEngine):
    """The list of gists → the raw text of each of their files; a gist that was updated is read again."""

    name = "gists"
    Options = GistOptions
    prefix = "gist"
    examples: ClassVar = {"right": {"headers": {"Authorization": "Bearer {secret:gists}"}}, "wrong": {"page_size": 0}}

    def __init__(self, address: str, options: EngineOptions, seen: Seen, *, deep: bool, past: bool = False) -> None:
        super().__init__(address, options, seen, deep=deep, past=past)
        if not isinstance(options, GistOptions):
            raise TypeError(f"expected GistOptions, got {type(options).__name__}")
        self._paging = Paging(page_parameter="page", page_size=options.page_size, headers=options.headers)

    def start(self) -> Iterator[Fetch]:
        """The list."""
        yield self.first_of_list(first_fetch(self.address, self._paging))

    def shown(self, fetch: Fetch, page: Page) -> Shown:
        """The files of all gists of a page."""
        tree = tree_of(page)
        gists = found_in(tree, "")
        entries = [entry for gist in gists for entry in _files(page, gist)]
        return Shown(entries, fetch=shown_in_json(fetch, page, tree, self._paging, gists).fetch)

    def read_entry(self, fetch: Fetch, page: Page) -> Iterator[Step]:
        """A file's raw text."""
        if wall := self.wall(page, expects_text=True):
            yield wall
            return
        title, author, date = notes_of(fetch)
        yield KeepPage(title, author, self.posted(date, page), address=fetch.notes.get("seen_at", ""))
        yield Mark(fetch.key, fetch.value)


def _files(page: Page, gist: Any) -> Iterator[ListEntry]:
    id_, updated = text_at(gist, "id"), text_at(gist, "updated_at")
    files = gist.get("files") or {}
    for name, file in files.items() if isinstance(files, dict) else ():
        raw = page.link(text_at(file, "raw_url")) or ""
        seen_at = f"{page.link(text_at(gist, 'html_url')) or page.address}#{name}"
        title = " – ".join(filter(None, [name, text_at(gist, "description")]))
        fetch = Fetch(raw, notes={"seen_at": seen_at})
        yield ListEntry(raw, f"{id_}/{name}", updated, title, text_at(gist, "owner.login"), updated, fetch=fetch)
