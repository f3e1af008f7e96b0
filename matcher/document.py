"""What the matcher is handed, and how much of it: a document, the bounds on reading it, and the record of every cut."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO

from core.errors import HinomiError

if TYPE_CHECKING:
    from pathlib import Path

MIB = 1 << 20


class ReaderError(HinomiError):
    """A document that cannot be read at all."""


@dataclass(frozen=True, slots=True)
class Document:
    """One captured post, paste or file.

    Attributes:
        name: As its finder knows it: a path, an address; its ending is a hint for the readers.
        content: The bytes, or the file that holds them (read as a stream).
        media_type: As the server declared it, if it did; a hint.
        charset: As the server declared it, if it did; a hint.
    """

    name: str
    content: bytes | Path
    media_type: str | None = None
    charset: str | None = None

    def open(self) -> BinaryIO:
        """The bytes as a seekable stream from the beginning."""
        if isinstance(self.content, bytes):
            return io.BytesIO(self.content)
        return self.content.open("rb")


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one document; what lies beyond one is cut off, and the cut is recorded.

    Attributes:
        document_bytes: Of the document as it came.
        unpacked_bytes: Of everything that comes out of its archives together.
        ratio: Of unpacked to packed bytes of one member, looked at from `RATIO_FROM_BYTES` on; text packs about 20:1.
        depth: Of archives inside archives.
        members: Of all archives together.
        line_chars: Of one line; a longer one is read in pieces.
        columns: Of a table.
        whole_bytes: Of a document in a format that has to be held in memory whole (JSON, HTML, XLSX).
        listed_matches: How many matches are listed one by one; all of them count.
    """

    document_bytes: int = 2048 * MIB
    unpacked_bytes: int = 2048 * MIB
    ratio: int = 200
    depth: int = 4
    members: int = 2_000
    line_chars: int = MIB
    columns: int = 256
    whole_bytes: int = 64 * MIB
    listed_matches: int = 10_000


@dataclass(slots=True)
class Cuts:
    """What was cut off while reading one document, each kind of cut once, in the order they happened.

    Attributes:
        notes: A sentence each.
        unpacked_bytes: What came out of archives so far.
        members: How many members of archives were opened so far.
    """

    notes: list[str] = field(default_factory=list)
    unpacked_bytes: int = 0
    members: int = 0

    def note(self, what: str) -> None:
        """Record a cut; never with a value from the document."""
        if what not in self.notes:
            self.notes.append(what)
