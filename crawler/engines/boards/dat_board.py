"""2channel and what is like it: ``subject.txt`` and ``dat/KEY.dat``, a line a post, numbered as they stand.

::

    名無しさん<>sage<>2026/11/01(日) 18:37:00.12 ID:abcdEFGH<> 一行目 <br> 二行目 <>題名
    名無しさん<><>2026/11/01(日) 18:40:10.03 ID:ijklMNOP<> 返事 <>

A thread is read on by a range from its last byte, which has to be the end of a line still: else posts were taken out,
and it is read anew, as it is when the server says that there is no such range (RFC 9110, 15.5.17).
"""

from __future__ import annotations

import re
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urljoin, urlsplit

from core.encodings.decoder import to_text
from crawler.engines.boards._subjects import BoardOptions, SubjectBoard, anew
from crawler.engines.interface import Fetch, KeepPost, Mark, Miss, Missed, Page, Step

if TYPE_CHECKING:
    from collections.abc import Iterator

_RESUMED = re.compile(r"#bytes=(\d{1,12})&posts=(\d{1,6})")
_FIELDS = 4


class DatBoard(SubjectBoard):
    """A 2ch-style board by its files."""

    name = "dat-board"
    Options = BoardOptions
    examples: ClassVar = {"right": {}, "wrong": {"encoding": "sjiss"}}

    def thread_address(self, key: str) -> str:
        """The thread's file."""
        return urljoin(self.board, f"dat/{key}.dat")

    def seen_at(self, key: str, number: str) -> str:
        """The page of read.cgi."""
        parts = urlsplit(self.board)
        board = parts.path.strip("/").rpartition("/")[2]
        return f"{parts.scheme}://{parts.netloc}/test/read.cgi/{board}/{key}/{number}"

    def resumed(self, fetch: Fetch) -> Fetch:
        """From the last byte that was read on."""
        found = _RESUMED.search(fetch.resume_at)
        if not found:
            return replace(fetch, resume_at="")
        headers = {"Range": f"bytes={int(found[1]) - 1}-", "Accept-Encoding": "identity"}
        return replace(fetch, headers=headers, notes={**fetch.notes, "bytes": found[1], "posts": found[2]})

    def read_entry(self, fetch: Fetch, page: Page) -> Iterator[Step]:
        """A thread's file, or what was added to it."""
        is_part = page.status == HTTPStatus.PARTIAL_CONTENT
        if page.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE or (is_part and page.content[:1] != b"\n"):
            yield anew(fetch)
            return
        before, posts = (int(fetch.notes[name]) if is_part else 0 for name in ("bytes", "posts"))
        content = page.content[1:] if is_part else page.content
        whole = content[: content.rfind(b"\n") + 1] if is_part or content.endswith(b"\n") else content + b"\n"
        lines = to_text(whole, page.charset).split("\n")[:-1]
        if not lines and is_part:
            yield Mark(fetch.key, fetch.value, resume_at=fetch.resume_at)
            return
        yield from self._read_lines(fetch, page, lines, posts)
        place = f"{fetch.address}#bytes={before + len(whole)}&posts={posts + len(lines)}"
        yield Mark(fetch.key, fetch.value, resume_at=place if content.endswith(b"\n") else "")

    def _read_lines(self, fetch: Fetch, page: Page, lines: list[str], before: int) -> Iterator[Step]:
        key, title = fetch.notes["thread"], fetch.notes.get("title", "")
        rows = [line.split("<>") for line in lines]
        if all(len(row) < _FIELDS for row in rows):
            yield self.wall(page) or Missed("a thread is not the dat file it should be", Miss.BROKEN)
            return
        for number, row in enumerate(rows, before + 1):
            if len(row) < _FIELDS:
                continue  # a line that was taken out keeps its number
            post = self.post(key, str(number), row)
            if post.text and not post.is_deleted:
                yield KeepPost(post.address, post.text, title, post.author, self.posted(post.date, page), id=post.id)
