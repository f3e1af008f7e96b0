"""7z archives, by py7zr; what stands in front of a damaged place in them still counts.

Members are packed one after the other into blocks that can be unpacked from their beginning only, so that a whole
archive is unpacked once, into one file that is gone when it has been read.
"""

from __future__ import annotations

import tempfile
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, ClassVar, cast

from matcher.readers._bounds import SPOOL_BYTES, ByteWindow, member, spooled
from matcher.readers.interface import Passage, Readable, Reader, ReaderExample

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAGIC = b"7z\xbc\xaf\x27\x1c"


class SevenZipReader(Reader):
    """Members of a 7z archive, in their order."""

    name = "7z"
    encloses = True
    examples: ClassVar = (
        ReaderExample(
            bytes.fromhex(
                "377abcaf271c000482def7a762000000000000001400000000000000dc66121474656c203039302d303031322d33343030e0004a00"
                "495d0000813307ae0fcf04718c07c8440fdbf8a39f9d9e4a0980890f2b0091b05e71a99a1c96c3b3433c699080784ce31072f19767"
                "4990548183f6a575b3075a3c64a552314d2638000000000017061101095100070b010001212101180c4b0000"
            ),
            ("090-0012-3400",),
            "list.7z",
        ),
        ReaderExample(b"7z is a way to pack", ()),
    )

    def recognises(self, source: Readable) -> float:
        """By its first bytes."""
        return float(source.head.startswith(_MAGIC))

    def read(self, source: Readable) -> Iterator[Passage]:
        """Each member as a source."""
        from matcher.readers.packed._seven_zip import (
            unpack,  # py7zr takes a tenth of a second to import, for few documents
        )

        with spooled(source) as packed, tempfile.SpooledTemporaryFile(SPOOL_BYTES) as unpacked:
            file = cast("BinaryIO", unpacked)
            for name, start, size in unpack(packed, file, source):
                opened = member(source, name, partial(_open, file, start, size), size)
                if opened is None:
                    return
                yield opened


def _open(file: BinaryIO, start: int, size: int) -> BinaryIO:
    return cast("BinaryIO", ByteWindow(file, start, size))
