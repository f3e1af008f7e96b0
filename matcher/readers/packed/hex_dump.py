"""Dumps in hexadecimal (hexdump -C, xxd, od): the bytes they show are read as a document of their own."""

from __future__ import annotations

import io
import itertools
import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from core.processes.patterns import later
from matcher.readers._bounds import member
from matcher.readers.interface import NotThisFormatError, Passage, Prose, Readable, Reader, ReaderExample

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINE: Final = later(
    r"(?:0x)?([0-9a-f]{6,16}):?[ \t]{1,4}((?:[0-9a-f]{2}){1,8}(?:[ ]{1,2}(?:[0-9a-f]{2}){1,8}){0,15})(?=[ \t]|$)",
    re.IGNORECASE,
)
PACKED: Final = (b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"(\xb5/\xfd", b"7z\xbc\xaf", b"PAR1", b"%PDF-")
_PER_LINE: Final = 16
"""Bytes of a line in all three; what follows them is the same as text."""
FEWEST_LINES, MOSTLY = 3, 0.8
HEAD_LINES: Final = 200


class HexDumpReader(Reader):
    """The bytes of a dump."""

    name = "hex dump"
    encloses = True
    examples: ClassVar = (
        ReaderExample(
            b"00000000  e6 9e b6 e7 a9 ba 20 30  39 30 2d 30 30 31 32 2d  |...... 090-0012-|\n"
            b"00000010  33 34 30 30 0a 78 78 78  78 78 78 78 78 78 78 78  |3400.xxxxxxxxxxx|\n"
            b"00000020  0a                                                |.|\n",
            ("架空 090-0012-3400",),
        ),
        ReaderExample(
            b"00000000: e69e b6e7 a9ba 2030 3930 2d30 3031 322d  ...... 090-0012-\n"
            b"00000010: 3334 3030 0a78 7878 7878 7878 7878 7878  3400.xxxxxxxxxxx\n00000020: 0a   .\n",
            ("架空 090-0012-3400",),
        ),
        ReaderExample(b"20260401 10 20 30\nno dump at all\nmore words\n", ()),
    )

    def recognises(self, source: Readable) -> float:
        """By lines that count on from one another."""
        if source.is_binary:
            return 0.0
        lines = [line for line in source.head_text.split("\n")[:HEAD_LINES] if line.strip()]
        shown = [found for line in lines if (found := _LINE.match(line))]
        starts = [int(found[1], 16) for found in shown]
        rising = all(one < other for one, other in itertools.pairwise(starts))
        is_dump = len(shown) >= max(FEWEST_LINES, MOSTLY * len(lines)) and rising
        return 0.93 if is_dump and _may_be_read(b"".join(map(_bytes_of, shown)), source) else 0.0

    def read(self, source: Readable) -> Iterator[Passage]:
        """The bytes as a member, lines of anything else as text."""
        text = source.whole()
        if text is None:
            raise NotThisFormatError
        content, others = bytearray(), []
        for line in text.split("\n"):
            found = _LINE.match(line)
            if found:
                content += _bytes_of(found)
            elif line.strip() not in {"", "*"}:
                others.append(line)
        opened = member(source, "bytes", partial(io.BytesIO, bytes(content)), len(content))
        if opened is not None:
            yield opened
        if others:
            yield Prose("\n".join(others))


def _bytes_of(line: re.Match[str]) -> bytes:
    return bytes.fromhex("".join(line[2].split()))[:_PER_LINE]


def _may_be_read(head: bytes, source: Readable) -> bool:
    """Whether the bytes are a text or packed: others show nothing that the dump does not."""
    inside = replace(source, open=partial(io.BytesIO, head), name="bytes")
    return not inside.is_binary or head.startswith(PACKED)
