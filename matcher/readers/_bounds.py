"""Streams that end where their bound is, and say so; members of archives as documents of their own."""

from __future__ import annotations

import io
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from core.encodings.decoder import decode, detect
from core.processes.patterns import later
from matcher.readers.interface import Member, Readable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from matcher.document import Cuts, Limits

PIECE_BYTES = 1 << 18  # read at once
RATIO_FROM_BYTES = 16 << 20  # below that, no member is a bomb
SPOOL_BYTES = 8 << 20  # of a member that is kept in memory while an archive inside of it is open; the rest on disk
LONGEST_NAME = 400
_CONTROL = later(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")


class Bounded(io.RawIOBase):
    """The first ``allowed`` bytes of a stream; what lies beyond, and what cannot be read, is noted.

    Damaged archives raise whatever their library likes: what was read before still counts.
    """

    def __init__(
        self, stream: BinaryIO, allowed: int, *, is_late: Callable[[], bool], note: Callable[[str], None]
    ) -> None:
        self._stream = stream
        self._allowed = allowed
        self._at = 0
        self._is_late = is_late
        self._note = note

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """As the stream below."""
        return self._stream.seekable()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """As `io.RawIOBase` says."""
        self._at = self._stream.seek(offset, whence)
        return self._at

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """As `io.RawIOBase` says."""
        wanted = max(0, min(len(buffer), self._allowed - self._at, PIECE_BYTES))
        data = b"" if self._is_late() else self._read(wanted, len(buffer))
        self._at += len(data)
        buffer[: len(data)] = data
        return len(data)

    def _read(self, wanted: int, room: int) -> bytes:
        try:
            if wanted:
                return self._stream.read(wanted)
            if room and self._stream.read(1):
                self._note(f"only the first {self._allowed} bytes were read")
        except MemoryError:
            self._note("not read to its end: it wants more memory than there is")
        except Exception as error:  # noqa: BLE001  # see the class
            self._note(f"damaged ({type(error).__name__}); what came before that was read")
        return b""

    def close(self) -> None:
        """Close the stream below as well."""
        if not self.closed:
            self._stream.close()
        super().close()


def bounded(stream: BinaryIO, limits: Limits, cuts: Cuts) -> BinaryIO:
    """A document's bytes, cut at its bound with a note."""
    raw = Bounded(stream, limits.document_bytes, is_late=lambda: cuts.is_late(limits), note=cuts.note)
    return io.BufferedReader(raw, 1 << 20)


class _Counted(Bounded):
    """A member's bytes, counted once however often they are read."""

    def __init__(self, stream: BinaryIO, allowed: int, source: Readable, counted: list[int]) -> None:
        super().__init__(stream, allowed, is_late=lambda: source.cuts.is_late(source.limits), note=source.note)
        self._cuts = source.cuts
        self._counted = counted

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """As `Bounded` does."""
        got = super().readinto(buffer)
        self._cuts.unpacked_bytes += max(0, self._at - self._counted[0])
        self._counted[0] = max(self._counted[0], self._at)
        return got


def member(parent: Readable, name: str, open_it: Callable[[], BinaryIO], packed_bytes: int | None) -> Member | None:
    """A member of an archive as a source of its own, bounded; None (and a note) when a bound says stop.

    Args:
        parent: The archive.
        name: The member's name.
        open_it: Gives its unpacked bytes from the beginning.
        packed_bytes: How many it takes in the archive; None when its stream keeps to `Limits.ratio` by itself.
    """
    limits, cuts = parent.limits, parent.cuts
    if parent.depth >= limits.depth:
        parent.note(f"archives nested deeper than {limits.depth} were not opened")
        return None
    if cuts.members >= limits.members:
        cuts.note(f"only the first {limits.members} members of archives were opened")
        return None
    cuts.members += 1
    counted = [0]

    def opened() -> BinaryIO:
        left = limits.unpacked_bytes - cuts.unpacked_bytes + counted[0]
        allowed = left if packed_bytes is None else min(left, max(RATIO_FROM_BYTES, packed_bytes * limits.ratio))
        try:
            stream = open_it()
        except Exception as error:  # noqa: BLE001  # as in `Bounded`
            inner.note(f"cannot be opened ({type(error).__name__})")
            stream = io.BytesIO()
        return io.BufferedReader(_Counted(stream, max(0, allowed), inner, counted), 1 << 18)

    inner = Readable(_clean(name), opened, limits, cuts, depth=parent.depth + 1, path=(*parent.path, _clean(name)))
    return Member(inner)


def _clean(name: str) -> str:
    """A member's name as it can be shown: in the encoding it was written in, without control characters."""
    raw = name.encode("utf-8", "surrogateescape") if _CONTROL.search(name) else b""
    try:
        shown = decode(raw, detect(raw)) if raw else name
    except UnicodeError:
        shown = name
    return _CONTROL.sub("�", shown)[-LONGEST_NAME:] or "?"


@contextmanager
def spooled(source: Readable) -> Iterator[BinaryIO]:
    """Its bytes as a file in which jumping back and forth is cheap: a copy of a member, the document itself as it is.

    Going back in a compressed stream means unpacking it from the beginning: archives inside archives would take the
    square of their size.
    """
    if not source.depth:
        with source.open() as stream:
            yield stream
        return
    with tempfile.SpooledTemporaryFile(SPOOL_BYTES) as spool:
        with source.open() as stream:
            while data := stream.read(PIECE_BYTES):
                spool.write(data)
        spool.seek(0)
        yield spool  # type: ignore[misc]  # a binary file, whatever typeshed calls it


class ByteWindow(io.RawIOBase):
    """The bytes from ``start`` on, ``size`` of them, of a file that others read as well."""

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        self._file = file
        self._start = start
        self._size = size
        self._at = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """As `io.RawIOBase` says."""
        self._file.seek(self._start + self._at)
        data = self._file.read(max(0, min(len(buffer), self._size - self._at)))
        self._at += len(data)
        buffer[: len(data)] = data
        return len(data)
