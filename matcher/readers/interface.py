"""What a reader is: bytes of one format in, passages with their place out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, BinaryIO, ClassVar, Literal, TypeAlias

import numpy as np

from core.encodings.decoder import WIDE, decode, decode_stream, detect, is_wide
from core.encodings.plausibility import SAMPLE_BYTES
from core.processes.patterns import later

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from matcher.document import Cuts, Limits


_LOST_DASH = later(r"\?(?<=[０-９]\?)(?=[０-９])")
"""A dash in full width that went through an encoding that has none."""
_LINE_END = ord("\n")
_PIECE_CHARS = 1 << 16
"""Small enough for memory that is at hand."""
_TEXT_BYTES = bytes({7, 8, 9, 10, 12, 13, 27, *range(0x20, 0x100)} - {0x7F})


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one table, or records with named fields: a batch of them, column by column.

    Attributes:
        header: A name per column as written; empty where there is none.
        columns: A list of cells per column, all of one length; a missing cell is the empty string.
        places: The number of each row as a person would count it.
        place: What ``places`` count: rows of a table (its header is row 1) or lines of a text.
        table: Tells the tables of one part from each other, since their columns may mean different things.
    """

    header: tuple[str, ...]
    columns: tuple[list[str], ...]
    places: Sequence[int]
    place: Literal["row", "line"] = "row"
    table: int = 0

    def __reduce__(self) -> tuple[object, ...]:
        """To another process a column goes as one text, which takes half the time of its cells one by one."""
        return _unpacked, (self.header, [*map(_packed, self.columns)], self.places, self.place, self.table)


def _packed(cells: list[str]) -> list[str] | str:
    """The cells in one text, if they can be told apart in it."""
    together = "\n".join(cells)
    return together if cells and together.count("\n") == len(cells) - 1 else cells


def _unpacked(
    header: tuple[str, ...],
    columns: list[list[str] | str],
    places: Sequence[int],
    place: Literal["row", "line"],
    table: int,
) -> Rows:
    """The rows that were packed."""
    cells = (some.split("\n") if isinstance(some, str) else some for some in columns)
    return Rows(header, tuple(cells), places, place, table)


@dataclass(frozen=True, slots=True)
class Prose:
    """A stretch of free text and the number of its first line."""

    text: str
    first_line: int = 1


@dataclass(frozen=True, slots=True)
class Member:
    """A document inside a document: what an archive holds; ``plainly`` where its format says nothing of people."""

    source: Readable
    plainly: bool = False


Passage: TypeAlias = Rows | Prose | Member


@dataclass(frozen=True)
class Readable:
    """The bytes of a document or of an archive's member, opened afresh as often as a reader likes.

    Attributes:
        name: Its name; of a member, the name inside the archive.
        open: Gives the bytes from the beginning; bounded already.
        limits: The bounds a reader keeps to.
        cuts: Where it records what it cut off.
    """

    name: str
    open: Callable[[], BinaryIO]
    limits: Limits
    cuts: Cuts
    media_type: str | None = None
    charset: str | None = None
    depth: int = 0
    path: tuple[str, ...] = field(default=())

    def note(self, what: str, *inside: str, harmless: bool = False) -> None:
        """Record a cut of this source, or of a member ``inside`` of it; ``harmless`` as `Cuts.note` says."""
        self.cuts.note(what, (*self.path, *inside), harmless=harmless)

    @cached_property
    def head(self) -> bytes:
        """The first bytes, enough to tell the format."""
        with self.open() as stream:
            return stream.read(SAMPLE_BYTES)

    @cached_property
    def is_binary(self) -> bool:
        """Whether it is no text in any encoding of ours, judged by control characters."""
        sample = self.head[:4096]
        text = sample.replace(b"\0", b"")  # files are filled up with zeros, and damaged by them, and are text still
        seems = len(text.translate(None, _TEXT_BYTES)) > len(text) // 20 or (not text and bool(sample))
        return seems and not is_wide(self.head, self.charset)

    @cached_property
    def encoding(self) -> str:
        """The encoding of its text, if text it is."""
        return detect(self.head, self.charset)

    @cached_property
    def head_text(self) -> str:
        """The first bytes as text, whole lines if they are cut."""
        whole = len(self.head) < SAMPLE_BYTES or self.encoding in WIDE
        head = self.head if whole else self.head[: self.head.rfind(b"\n") + 1] or self.head
        return tidied(decode(head, self.encoding))

    @cached_property
    def head_small(self) -> str:
        """The same in small letters, in which readers look for words before they look for patterns."""
        return self.head_text.lower()

    def blocks(self) -> Iterator[str]:
        """Its text, block by block, cut at line ends where there are any; every line ends with a line feed."""
        with self.open() as stream:
            yield from map(tidied, decode_stream(stream, self.encoding))

    def lines(self) -> Iterator[str]:
        """Its lines without their ends; one that is too long comes in pieces."""
        longest = self.limits.line_chars
        for block in self.blocks():
            for line in block.removesuffix("\n").split("\n"):
                if len(line) <= longest:
                    yield line
                    continue
                self.note(f"a line of more than {longest} characters was read in pieces", harmless=True)
                for start in range(0, len(line), longest):
                    yield line[start : start + longest]

    def whole_bytes(self) -> bytes | None:
        """All its bytes, or None where those are more than a reader may hold."""
        with self.open() as stream:
            data = stream.read(self.limits.whole_bytes + 1)
        return data if len(data) <= self.limits.whole_bytes else None

    def whole(self) -> str | None:
        """Its whole text, or None (and a note) where that is longer than a reader may hold."""
        data = self.whole_bytes()
        if data is None:
            self.note(f"longer than {self.limits.whole_bytes} bytes: read as plain text", harmless=True)
            return None
        return tidied(decode(data, self.encoding))


def count_line_ends(text: str) -> int:
    """How many line feeds a text has; where all of it is ASCII, in a third of the time that `str.count` takes."""
    if not text.isascii():
        return text.count("\n")
    pieces = (text[at : at + _PIECE_CHARS] for at in range(0, len(text), _PIECE_CHARS))
    return sum(int(np.count_nonzero(np.frombuffer(piece.encode("ascii"), np.uint8) == _LINE_END)) for piece in pieces)


def tidied(text: str) -> str:
    """The text without zeros and byte-order marks, which stand in the middle of files put together from others.

    Lines end with a line feed: a carriage return alone is one only where it is as common as the others.
    """
    for sign in "\0\ufeff":
        if sign in text:
            text = text.replace(sign, "")
    if "?" in text and not text.isascii():
        text = _LOST_DASH.sub("－", text)
    if "\r" not in text:
        return text
    text = text.replace("\r\n", "\n")
    alone = text.count("\r")
    return text.replace("\r", "\n") if alone and alone * 2 > text.count("\n") else text


@dataclass(frozen=True, slots=True)
class ReaderExample:
    """Bytes, and the words that have to come out of them; ``found=()`` for bytes that are not of this format."""

    content: bytes
    found: tuple[str, ...]
    name: str = "example"


class Reader(ABC):
    """Reads one format. A reader never fails: what it cannot make sense of is left out and noted, or left to another.

    Attributes:
        name: The format.
        examples: Documents it reads, with some of what comes out, and one at least that is not for it.
        encloses: What it gives does not stand in the bytes as text: they are packed, or encoded.
    """

    name: ClassVar[str]
    encloses: ClassVar[bool] = False
    examples: ClassVar[tuple[ReaderExample, ...]]

    @abstractmethod
    def recognises(self, source: Readable) -> float:
        """How sure it is that the source is of its format, judged by the head: 0 no, 1 certain."""

    @abstractmethod
    def read(self, source: Readable) -> Iterator[Passage]:
        """The passages, in order, a batch at a time."""


class NotThisFormatError(Exception):
    """Raised by a reader before its first passage: the source only looked like its format, another one may try."""
