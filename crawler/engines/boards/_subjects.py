"""The list of threads of a 2ch-style board, ``subject.txt``, and what its threads have in common.

2channel: ``1762000000.dat<>title (57)``; したらば: ``1762000000.cgi,title(57)``, its first line again at the end.
"""

from __future__ import annotations

import html
import re
from abc import abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from pydantic import Field

from crawler.engines._threads import ThreadOptions, TopicPost
from crawler.engines._walking import ListEntry, Shown, UnreadableListError, WalkingEngine
from crawler.engines.forums.json_forum import as_text
from crawler.engines.interface import EngineOptions, Fetch, Page, Seen

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINE = re.compile(r"(?P<key>\d{6,12})\.(?:dat<>|cgi,)(?P<title>.*?)\s*\((?P<count>\d+)\)\s*")
_DELETED = frozenset({"あぼーん", "うふ～ん", "うふーん", "停止しました。。。"})


class BoardOptions(ThreadOptions):
    """What engines of 2ch-style boards take."""

    encoding: str = Field(default="shift_jis", description="of the board's files")
    zone: str = Field(default="Asia/Tokyo", description="of times, which are written without one")


class SubjectBoard(WalkingEngine):
    """subject.txt → threads."""

    prefix = "thread"

    def __init__(self, address: str, options: EngineOptions, seen: Seen, *, deep: bool, past: bool = False) -> None:
        super().__init__(address, options, seen, deep=deep, past=past)
        if not isinstance(options, BoardOptions):
            raise TypeError(f"expected BoardOptions, got {type(options).__name__}")
        self.options = options
        self.revisit = "" if options.revisit == "never" else options.revisit
        self.board = address.removesuffix("subject.txt").rstrip("/") + "/"

    def start(self) -> Iterator[Fetch]:
        """The list of threads."""
        yield self.list_fetch(urljoin(self.board, "subject.txt"))

    def shown(self, fetch: Fetch, page: Page) -> Shown:
        """The threads of the board."""
        del fetch
        lines = [line for line in page.text.splitlines() if line.strip()]
        found = [match for line in lines if (match := _LINE.fullmatch(line))]
        if lines and not found:
            raise UnreadableListError("the list of threads is not a subject.txt")
        threads = {match["key"]: match for match in reversed(found)}
        entries = [self._entry(match) for match in reversed(threads.values())]
        unusable = len(lines) - len(found)
        return Shown([*entries, *[ListEntry("")] * unusable])

    def _entry(self, match: re.Match[str]) -> ListEntry:
        title = html.unescape(match["title"]).strip()
        fetch = Fetch(self.thread_address(match["key"]), notes={"thread": match["key"]})
        return ListEntry(fetch.address, match["key"], match["count"], title, fetch=fetch)

    @abstractmethod
    def thread_address(self, key: str) -> str:
        """Where a thread's file is."""

    @abstractmethod
    def seen_at(self, key: str, number: str) -> str:
        """The page where people see a post."""

    def post(self, key: str, number: str, fields: list[str]) -> TopicPost:
        """A post of a thread: name, mail, date and body, as the file has them."""
        name, _, date, body = fields[:4]
        author = " ".join(as_text(name, "html").split())
        text = as_text(body, "html")
        deleted = text.strip() in _DELETED or date.strip() in _DELETED
        return TopicPost(number, self.seen_at(key, number), text or None, author=author, date=date, is_deleted=deleted)


def anew(fetch: Fetch) -> Fetch:
    """The thread from its beginning."""
    return replace(fetch, resume_at="", headers={}, conditional=False, ahead=True)
