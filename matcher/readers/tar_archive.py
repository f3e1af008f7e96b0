"""Tar archives (POSIX.1-2001), bare; what is packed around them is another reader's."""

from __future__ import annotations

import tarfile
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from matcher.readers._bounds import member
from matcher.readers.interface import Example, Passage, Reader, Source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

_MAGIC_AT = 257


class TarReader(Reader):
    """Regular files of a tar, in their order."""

    name = "tar"
    examples: ClassVar = (Example(b"ustar is not at its place here", ()),)

    def recognises(self, source: Source) -> float:
        """By the magic of its first header."""
        return 1.0 if source.head[_MAGIC_AT : _MAGIC_AT + 5] == b"ustar" else 0.0

    def read(self, source: Source) -> Iterator[Passage]:
        """Each file as a source; opened afresh by name of its place, since the stream is shared."""
        try:
            with tarfile.open(fileobj=source.open(), mode="r:") as archive:
                for info in archive:
                    if not info.isfile():
                        continue
                    opened = member(source, info.name, partial(_open, archive, info), info.size)
                    if opened is None:
                        return
                    yield opened
        except (tarfile.TarError, OSError, EOFError, ValueError):
            source.cuts.note("a damaged tar archive was read as far as it goes")


def _open(archive: tarfile.TarFile, info: tarfile.TarInfo) -> BinaryIO:
    stream = archive.extractfile(info)
    if stream is None:
        raise tarfile.ReadError("not a regular file")
    return stream  # type: ignore[return-value]
