"""RSS and Atom (RFC 4287) in all their versions: each item is a document.

::

    <item><title>…</title><link>https://…</link><guid isPermaLink="false">7</guid>
      <dc:creator>…</dc:creator><pubDate>Sun, 01 Nov 2026 18:37:00 +0900</pubDate>
      <content:encoded><![CDATA[<p>…</p>]]></content:encoded></item>
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import feedparser

from crawler.engines._walking import ListEntry, Shown, UnreadableListError, WalkingEngine
from crawler.engines.forums.json_forum import as_text
from crawler.engines.interface import EngineOptions, Fetch, Page, Seen, Step
from crawler.pages.paths import next_by_number
from crawler.pages.row_marks import row_mark

if TYPE_CHECKING:
    from collections.abc import Iterator

_PLAIN = "text/plain"


class FeedOptions(EngineOptions):
    """Options of `feed`: none of its own."""


class FeedEngine(WalkingEngine):
    """A feed; an item that was edited is kept again."""

    name = "feed"
    Options = FeedOptions
    prefix = "item"
    examples: ClassVar = {"right": {}, "wrong": {"zone": "Tokyo"}}

    def __init__(self, address: str, options: EngineOptions, seen: Seen, *, deep: bool, past: bool = False) -> None:
        super().__init__(address, options, seen, deep=deep, past=past)

    def shown(self, fetch: Fetch, page: Page) -> Shown:
        """The items of the feed."""
        del fetch
        # The parser decodes by the header and the XML declaration; ours knows Japanese, so it is given text.
        feed = feedparser.parse(_without_declaration(page.text).encode(), response_headers={"content-type": _TYPE})
        if not feed.version and not feed.entries:
            raise UnreadableListError("the feed is neither RSS nor Atom")
        entries = [self._entry(page, item) for item in feed.entries]
        older = next((link.get("href", "") for link in feed.feed.get("links", ()) if link.get("rel") == "next"), "")
        if not older and entries and "wordpress" in str(feed.feed.get("generator", "")).lower():
            older = next_by_number(page.address, "paged", 1, "", len(entries))
        return Shown(entries, page.link(older) or "")

    def _entry(self, page: Page, item: Any) -> ListEntry:
        text = _text(item)
        title, author = (" ".join(str(item.get(name, "")).split()) for name in ("title", "author"))
        date = str(item.get("published") or item.get("updated") or item.get("created") or "")
        mark = row_mark(title, text, str(item.get("updated", "")))
        id_ = str(item.get("id") or "")
        address = page.link(str(item.get("link") or "")) or f"{self.clean(page.address)}#{row_mark(id_ or text)}"
        whole = "\n\n".join(filter(None, [title, text, *_attached(page, item)]))
        return ListEntry(address, id_, mark, title, author, date, post=whole)

    def read_entry(self, fetch: Fetch, page: Page) -> Iterator[Step]:
        """Nothing is asked for beside the feed."""
        del fetch, page
        yield from ()


_TYPE = "application/xml; charset=utf-8"


def _without_declaration(text: str) -> str:
    """The feed without the line that says an encoding, which is not the one it is handed on in."""
    text = text.lstrip("\ufeff \t\r\n")
    return text[text.index("?>") + 2 :] if text.startswith("<?xml") and "?>" in text[:200] else text


def _text(item: Any) -> str:
    """The fullest of what an item holds as its content and its summary."""
    told = [(part.get("value", ""), part.get("type", "")) for part in item.get("content", ())]
    told.append((item.get("summary", ""), item.get("summary_detail", {}).get("type", "")))
    texts = [as_text(value, "text" if kind == _PLAIN else "html") for value, kind in told if value]
    return max(texts, key=len, default="")


def _attached(page: Page, item: Any) -> list[str]:
    """Addresses of what is attached to an item: named, not fetched."""
    links = (page.link(str(one.get("href", ""))) for one in item.get("enclosures", ()))
    return [link for link in dict.fromkeys(links) if link]
