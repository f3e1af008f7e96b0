"""Single files compressed with gzip (RFC 1952), bzip2, xz or Zstandard (RFC 8878)."""

from __future__ import annotations

import bz2
import gzip
import lzma
from typing import TYPE_CHECKING, ClassVar, cast

from matcher.readers._bounds import member
from matcher.readers.interface import Passage, Readable, Reader, ReaderExample
from matcher.readers.packed._unpack import MAGIC, Unpacking

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

_ENDINGS = {".tgz": ".tar", ".tbz2": ".tar", ".txz": ".tar", ".gz": "", ".bz2": "", ".xz": "", ".lzma": "", ".zst": ""}


class CompressedReader(Reader):
    """The one file inside."""

    name = "compressed"
    encloses = True
    examples: ClassVar = (
        ReaderExample(gzip.compress(b"tel 090-0012-3400"), ("090-0012-3400",), "list.txt.gz"),
        ReaderExample(bz2.compress(b"tel 090-0012-3400"), ("090-0012-3400",)),
        ReaderExample(lzma.compress(b"tel 090-0012-3400"), ("090-0012-3400",)),
        ReaderExample(bytes.fromhex("28b52ffd2011890000") + b"tel 090-0012-3400", ("090-0012-3400",), "list.txt.zst"),
        ReaderExample(b"BZ is a tyre size", ()),
    )

    def recognises(self, source: Readable) -> float:
        """By its first bytes."""
        return float(any(source.head.startswith(magic) for magic in MAGIC))

    def read(self, source: Readable) -> Iterator[Passage]:
        """The file inside as a source."""
        make = next(make for magic, make in MAGIC.items() if source.head.startswith(magic))

        def open_it() -> BinaryIO:
            return cast("BinaryIO", Unpacking(source.open(), make, source))

        opened = member(source, _inner_name(source.name), open_it, None)
        if opened is not None:
            yield opened


def _inner_name(name: str) -> str:
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    for ending, instead in _ENDINGS.items():
        if last.lower().endswith(ending):
            return last[: -len(ending)] + instead
    return last
