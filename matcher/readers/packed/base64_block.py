"""Blocks of base64 (RFC 4648) in a text: what they hold is read as a document of its own, the rest as text."""

from __future__ import annotations

import base64
import binascii
import io
import string
from functools import partial
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from core.processes.patterns import later
from matcher.readers._bounds import member
from matcher.readers.interface import NotThisFormatError, Passage, Prose, Readable, Reader, ReaderExample

if TYPE_CHECKING:
    from collections.abc import Iterator

SHORTEST = 120  # characters of a block; shorter ones are tokens and hashes
FIRST_RUN = 40
_OF_BASE64 = bytes(chr(code) in string.ascii_letters + string.digits + "+/" for code in range(0x100))
_BLOCK = later(rf"(?<![A-Za-z0-9+/])(?:[A-Za-z0-9+/]{{{FIRST_RUN},}}+(?:\r?\n)?){{1,}}+[A-Za-z0-9+/]{{0,80}}={{0,2}}")
_HEX = later(r"[0-9a-fA-F\s]+")
_NEWLINES = later(r"\s+")


class Base64Reader(Reader):
    """Texts with blocks of base64 in them."""

    name = "base64"
    encloses = True
    examples: ClassVar = (
        ReaderExample(
            "見本\n\n".encode() + base64.encodebytes("架空　一郎,090-0012-3400\n".encode() * 5),
            ("見本", "090-0012-3400"),
        ),
        ReaderExample(b"deadbeef" * 30, ()),
        ReaderExample(b"no block at all", ()),
    )

    def recognises(self, source: Readable) -> float:
        """By a block in the head."""
        return 0.92 if not source.is_binary and any(True for _ in _blocks(source.head_text)) else 0.0

    def read(self, source: Readable) -> Iterator[Passage]:
        """Blocks as members, the rest as text."""
        text = source.whole()
        if text is None:
            raise NotThisFormatError
        around = []
        at = 0
        for number, (start, end, content) in enumerate(_blocks(text), 1):
            around.append(text[at:start])
            at = end
            opened = member(source, f"base64-{number}", partial(io.BytesIO, content), len(content))
            if opened is not None:
                yield opened
        around.append(text[at:])
        if any(part.strip() for part in around):
            yield Prose("\n".join(around))


def _is_of_digits(block: str) -> bool:
    """Records of fixed length are runs of letters and digits as well; in base64 one sign in six is a digit."""
    return sum(map(block.count, "0123456789")) > len(block) / 2


def _has_run(text: str) -> bool:
    """Whether so many signs of base64 stand in a row anywhere as a block begins with."""
    signs = np.frombuffer(text.encode("utf-8", "replace").translate(_OF_BASE64), np.bool_)
    for by in (1, 2, 4, 8, 16, FIRST_RUN - 32):
        signs = signs[:-by] & signs[by:]
    return bool(signs.any())


def _blocks(text: str) -> Iterator[tuple[int, int, bytes]]:
    if not _has_run(text):
        return
    for found in _BLOCK.finditer(text):
        if len(found.group()) < SHORTEST or _HEX.fullmatch(found.group()) or _is_of_digits(found.group()):
            continue
        packed = _NEWLINES.sub("", found.group()).rstrip("=")
        try:
            yield found.start(), found.end(), base64.b64decode(packed + "=" * (-len(packed) % 4), validate=True)
        except (binascii.Error, ValueError):
            continue
