"""Readable stretches of what is no text: rows between random bytes, memory dumps, databases, old word processors.

Pictures and the like hold no text of ours and are passed over, with a note.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, Final

from core.encodings.decoder import BLOCK_BYTES
from core.encodings.mixed import decode_by_line
from core.encodings.plausibility import SENSIBLE, likeliest, plausibility
from core.processes.patterns import later
from matcher.readers.interface import Passage, Readable, Reader, ReaderExample, tidied
from matcher.readers.texts.free_text import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

SURE = 0.04
_STRETCH = re.compile(rb"[\t\n\r\x1b\x20-\x7e\x80-\xff]{6,}+")
_WIDE_STRETCH = re.compile(rb"(?:[\t\n\r\x20-\x7e]\0|[\x00-\xff][\x30-\x9f\xff]){6,}+")
_WORD = later(r"[ -~]{6,}+|[^\x00-\x7f�][^\x00-\x1f�]{2,}+")
_PICTURES: Final = (
    b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF", b"\0\0\x01\0", b"ID3", b"OggS", b"\x1aE\xdf\xa3", b"wOFF", b"wOF2",
)  # fmt: skip
_NAMED: Final = (
    (0, b"Rar!\x1a\x07", "a RAR archive; not read"),
    (2, b"-lh", "an LZH archive; not read"),
    (2, b"-lz", "an LZH archive; not read"),
    (0, b"!BDN", "an Outlook mailbox (PST); not read"),
    (0, b"MSCF", "a cabinet (CAB); not read"),
    (0, b"\x60\xea", "an ARJ archive; not read"),
)
"""Formats that nothing here opens, by the bytes at a place: packed, so that nothing in them can be seen."""
_BOX = b"ftyp"  # of MP4, HEIC and their relatives, at its fourth byte


class BinaryReader(Reader):
    """The readable parts of a binary file."""

    name = "binary"
    examples: ClassVar = (
        ReaderExample(
            bytes(range(32)) * 4 + "\n架空　一郎,090-0012-3400\n".encode("cp932") + bytes(range(32)) * 4,
            ("架空　一郎", "090-0012-3400"),
        ),
        ReaderExample(b"\xff\xd8\xff\xe0" + bytes(range(32)) * 8, ()),
        ReaderExample(b"plain text", ()),
    )

    def recognises(self, source: Readable) -> float:
        """Anything that is no text, when nothing better does."""
        return SURE if source.is_binary else 0.0

    def read(self, source: Readable) -> Iterator[Passage]:
        """What can be read, as text."""
        if source.head.startswith(_PICTURES) or source.head[4:8] == _BOX:
            source.note("a picture, sound, film or font; not read")
            return
        named = next((said for at, sign, said in _NAMED if source.head[at : at + len(sign)] == sign), "")
        if named:
            source.note(named)
            return
        source.note("no text and of no known format; only what is readable in it was read")
        yield from text_of(_readable(source), source)


def _readable(source: Readable) -> Iterator[str]:
    with source.open() as stream:
        rest = b""
        while data := stream.read(BLOCK_BYTES):
            block = rest + data
            cut = len(block)
            if len(data) == BLOCK_BYTES:  # a stretch at the end may go on
                cut = max(block.rfind(b"\n"), block.rfind(b"\0", 0, len(block) - 1), len(block) - BLOCK_BYTES // 2) + 1
            rest = block[cut:]
            yield from _stretches(block[:cut])
        if rest:
            yield from _stretches(rest)


def _stretches(block: bytes) -> Iterator[str]:
    narrow = [found.group() for found in _STRETCH.finditer(block)]
    if narrow:
        home = likeliest(b"\n".join(sorted(narrow, key=len)[-40:])[: 1 << 14])
        for stretch in narrow:
            yield from _lines(tidied(decode_by_line(stretch, home)))
    for found in _WIDE_STRETCH.finditer(block):
        raw = found.group()
        if raw.count(0) * 8 >= len(raw):  # Western letters, digits and line ends in between; else it is no UTF-16
            yield from _lines(tidied(raw.decode("utf-16-le", "replace")))


def _lines(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        if plausibility(line) >= SENSIBLE and len(line.strip()) > 1:
            yield line + "\n"
        else:
            words = [word for word in _WORD.findall(line) if plausibility(word) >= SENSIBLE]
            if words:
                yield " ".join(words) + "\n"
