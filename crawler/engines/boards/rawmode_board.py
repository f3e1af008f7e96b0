"""したらば掲示板: ``subject.txt`` and ``rawmode.cgi``, posts with numbers of their own, among which there are gaps.

::

    1<>名無しさん<>sage<>2026/11/01(日) 18:37:00<>一行目<br>二行目<>題名<>abcdEFGH
    3<>名無しさん<><>2026/11/01(日) 18:40:10<>返事<><>ijklMNOP

``rawmode.cgi/CATEGORY/BOARD/KEY/4-`` gives what has come since the third.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urljoin, urlsplit

from pydantic import Field

from crawler.engines.boards._subjects import BoardOptions, SubjectBoard
from crawler.engines.interface import Fetch, KeepPost, Mark, Miss, Missed, Page, Step

if TYPE_CHECKING:
    from collections.abc import Iterator

_FIELDS = 5


class RawmodeOptions(BoardOptions):
    """Options of `rawmode-board`: those of every board."""

    encoding: str = Field(default="euc-jp", description="of the board's files")


class RawmodeBoard(SubjectBoard):
    """A board of したらば by its raw texts."""

    name = "rawmode-board"
    Options = RawmodeOptions
    examples: ClassVar = {"right": {}, "wrong": {"zone": "Tokyo"}}

    def thread_address(self, key: str) -> str:
        """The thread's raw text."""
        return urljoin(self.board, f"/bbs/rawmode.cgi/{self._place}/{key}/")

    def seen_at(self, key: str, number: str) -> str:
        """The page of read.cgi."""
        return urljoin(self.board, f"/bbs/read.cgi/{self._place}/{key}/{number}")

    @property
    def _place(self) -> str:
        """Category and number of the board."""
        return urlsplit(self.board).path.strip("/")

    def resumed(self, fetch: Fetch) -> Fetch:
        """A thread that was read before is read on after its last post."""
        return replace(fetch, conditional=False)

    def read_entry(self, fetch: Fetch, page: Page) -> Iterator[Step]:
        """A thread, or what was added to it."""
        rows = [line.split("<>") for line in page.text.split("\n") if line.strip()]
        posts = [row for row in rows if len(row) >= _FIELDS and row[0].isdecimal()]
        if rows and not posts:
            yield self.wall(page) or Missed("a thread is not the raw text it should be", Miss.BROKEN)
            return
        if not posts and not fetch.resume_at:
            yield Missed("a thread without any post", Miss.GONE)
            return
        key, title = fetch.notes["thread"], fetch.notes.get("title", "")
        for number, *fields in posts:
            date = f"{fields[2]} ID:{fields[5]}" if len(fields) > _FIELDS and fields[5] else fields[2]
            post = self.post(key, number, [fields[0], fields[1], date, fields[3]])
            if post.text and not post.is_deleted:
                yield KeepPost(post.address, post.text, title, post.author, self.posted(post.date, page), id=post.id)
        resume_at = f"{fetch.address}{int(posts[-1][0]) + 1}-" if posts else fetch.resume_at
        yield Mark(fetch.key, fetch.value, resume_at=resume_at)
