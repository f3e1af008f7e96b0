"""Tar archives (POSIX.1-2001 and before), bare; what is packed around them is another reader's."""

from __future__ import annotations

import tarfile
from functools import partial
from typing import TYPE_CHECKING, ClassVar, cast

from matcher.readers._bounds import ByteWindow, member, spooled
from matcher.readers.interface import Passage, Readable, Reader, ReaderExample

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

_MAGIC_AT = 257
_BLOCK = 512
_CHECKSUM = slice(148, 156)


def _example() -> bytes:
    content = "架空　一郎,090-0012-3400\n".encode()
    info = tarfile.TarInfo("list.csv")
    info.size = len(content)
    return info.tobuf() + content.ljust(_BLOCK, b"\0") + bytes(2 * _BLOCK)


class TarReader(Reader):
    """Regular files of a tar, in their order; links and devices are passed over, since they hold nothing."""

    name = "tar"
    encloses = True
    examples: ClassVar = (
        ReaderExample(_example(), ("架空　一郎", "090-0012-3400"), "list.tar"),
        ReaderExample(b"ustar is not at its place here", ()),
    )

    def recognises(self, source: Readable) -> float:
        """By the magic of its first header or, for the oldest ones, by its checksum."""
        block = source.head[:_BLOCK]
        return 1.0 if block[_MAGIC_AT : _MAGIC_AT + 5] == b"ustar" or _is_header(block) else 0.0

    def read(self, source: Readable) -> Iterator[Passage]:
        """Each file as a source."""
        with spooled(source) as file:
            try:
                archive = tarfile.open(fileobj=file, mode="r:", errors="surrogateescape")  # noqa: SIM115  # the file is closed
                for info in archive:
                    if not info.isfile():
                        continue
                    opened = member(source, info.name, partial(_open, archive, file, info), info.size)
                    if opened is None:
                        return
                    yield opened
            except Exception as error:  # noqa: BLE001  # headers of hostile archives raise ValueError, OverflowError, …
                source.note(f"a damaged tar archive ({type(error).__name__}): read as far as it goes")


def _is_header(block: bytes) -> bool:
    """Whether the sum of its bytes, its own field taken as blanks, is what it says."""
    if len(block) < _BLOCK or not block[0]:
        return False
    try:
        said = int(block[_CHECKSUM].strip(b" \0"), 8)
    except ValueError:
        return False
    return said == sum(block) - sum(block[_CHECKSUM]) + 8 * ord(" ")


def _open(archive: tarfile.TarFile, file: BinaryIO, info: tarfile.TarInfo) -> BinaryIO:
    """Its bytes as far as the archive has them; sparse files by the library, since they lie in pieces."""
    stream = archive.extractfile(info) if info.issparse() else ByteWindow(file, info.offset_data, info.size)
    return cast("BinaryIO", stream)
