"""Single files compressed with gzip (RFC 1952), bzip2 or xz."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
from typing import TYPE_CHECKING, ClassVar

from matcher.readers._bounds import member
from matcher.readers.interface import Example, Passage, Reader, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, BinaryIO

_OPENERS: dict[bytes, Callable[[Any], Any]] = {
    b"\x1f\x8b\x08": lambda stream: gzip.GzipFile(fileobj=stream, mode="rb"),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\x00": lzma.LZMAFile,
    b"\x5d\x00\x00": lzma.LZMAFile,
}
_UNREADABLE = {b"\x28\xb5\x2f\xfd": "zstd", b"7z\xbc\xaf\x27\x1c": "7z", b"Rar!\x1a\x07": "rar"}


class CompressedReader(Reader):
    """The one file inside."""

    name = "compressed"
    examples: ClassVar = (
        Example(gzip.compress(b"tel 090-0012-3400"), ("090-0012-3400",), "list.txt.gz"),
        Example(bz2.compress(b"tel 090-0012-3400"), ("090-0012-3400",)),
        Example(lzma.compress(b"tel 090-0012-3400"), ("090-0012-3400",)),
        Example(b"BZ is a tyre size", ()),
    )

    def recognises(self, source: Source) -> float:
        """By its first bytes; those of formats that nothing here unpacks as well, so that they are named."""
        return float(any(source.head.startswith(magic) for magic in (*_OPENERS, *_UNREADABLE)))

    def read(self, source: Source) -> Iterator[Passage]:
        """The file inside as a source."""
        for magic, name in _UNREADABLE.items():
            if source.head.startswith(magic):
                source.cuts.note(f"{name} archives are not opened")
                return
        opener = next(opener for magic, opener in _OPENERS.items() if source.head.startswith(magic))

        def open_it() -> BinaryIO:
            stream: BinaryIO = opener(source.open())
            return stream

        with source.open() as stream:
            packed = stream.seek(0, io.SEEK_END) if stream.seekable() else len(source.head)
        opened = member(source, source.name.rsplit("/", 1)[-1].removesuffix(".gz"), open_it, packed)
        if opened is not None:
            yield opened
