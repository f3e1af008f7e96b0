"""What the matcher is handed, and how much of it: a document, the bounds on reading it, and the record of every cut."""

from __future__ import annotations

import io
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple

from core.errors import HinomiError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

MIB = 1 << 20
MOST_NOTES = 100  # of one document; a hostile archive has thousands of damaged members
LONGEST_MEMBER_NAME = 120  # characters of it in a note


class ReaderError(HinomiError):
    """A document that cannot be read at all."""


class Gone(NamedTuple):
    """Strangers who once stood in a document: among so many, whoever is left is no surer and no less sure than before.

    Attributes:
        units: Rows, records or lines that looked like a person.
        people: Different people.
        rate: The share of ours among all who stood there, as `Finding.rate`.
        listed: How sure a phone number is that stood in a list of ours, as `Finding.listed`.
    """

    units: int = 0
    people: int = 0
    rate: float = 0.0
    listed: float = 0.0


NOBODY: Final = Gone()


@dataclass(frozen=True, slots=True)
class Document:
    """One captured post, paste or file.

    Attributes:
        name: As its finder knows it: a path, an address; its ending is a hint for the readers.
        content: The bytes, or the file that holds them (read as a stream).
        media_type: As the server declared it, if it did; a hint.
        charset: As the server declared it, if it did; a hint.
        gone: People who were taken out of it since it was first looked at, as `Gone` counts them.
    """

    name: str
    content: bytes | Path
    media_type: str | None = None
    charset: str | None = None
    gone: Gone = NOBODY

    @property
    def size_bytes(self) -> int:
        """How long it is; nothing of a file that is gone, which whoever opens it is told."""
        if isinstance(self.content, bytes):
            return len(self.content)
        return self.content.stat().st_size if self.content.exists() else 0

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
        sheet_cells: Of one sheet of a workbook, empty ones between its first and last included.
        seconds: Of reading and matching together; what was read by then still counts.
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
    sheet_cells: int = 10_000_000
    seconds: float = 600.0
    listed_matches: int = 10_000


@dataclass(slots=True)
class Cuts:
    """What was cut off while reading one document, each cut once, in the order they happened.

    Attributes:
        notes: A sentence each, with the member it is about in front.
        unpacked_bytes: What came out of archives so far.
        members: How many members of archives were opened so far.
        clock: Seconds that only go forward.
        began: Of that clock, when reading began.
        lost: Whether something was not looked at: such a document is not clear.
    """

    notes: list[str] = field(default_factory=list)
    lost: bool = False
    unpacked_bytes: int = 0
    members: int = 0
    clock: Callable[[], float] = time.monotonic
    began: float = field(init=False)

    def __post_init__(self) -> None:
        self.began = self.clock()

    def note(self, what: str, path: Sequence[str] = (), *, harmless: bool = False) -> None:
        """Record a cut; never with a value from the document.

        Args:
            what: A sentence.
            path: The members it lies in, the outermost first; none for the document itself.
            harmless: All was looked at nevertheless, in another way than it might have been.
        """
        self.lost |= not harmless
        where = " > ".join(name[:LONGEST_MEMBER_NAME] for name in path)
        said = f"{where}: {what}" if where else what
        if said in self.notes or len(self.notes) > MOST_NOTES:
            return
        self.notes.append(said if len(self.notes) < MOST_NOTES else "more was cut off than is listed here")

    def is_late(self, limits: Limits) -> bool:
        """Whether reading has taken as long as it may; noted when it has."""
        late = self.clock() - self.began > limits.seconds
        if late:
            self.note(f"reading stopped after {limits.seconds:.0f} seconds; what came before was looked at")
        return late
