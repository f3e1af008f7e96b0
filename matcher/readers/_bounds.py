"""Streams that end where their bound is, and say so."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO

from matcher.readers.interface import Member, Source

if TYPE_CHECKING:
    from collections.abc import Callable

    from matcher.document import Cuts

PIECE_BYTES = 1 << 14  # read at once: as much is lost where an archive is damaged
RATIO_FROM_BYTES = 16 << 20  # below that, no member is a bomb


class Bounded(io.RawIOBase):
    """The first ``allowed`` bytes of a stream; what lies beyond is recorded as a cut."""

    def __init__(
        self, stream: BinaryIO, allowed: int, on_cut: Callable[[], None], on_read: Callable[[int], None]
    ) -> None:
        self._stream = stream
        self._allowed = allowed
        self._at = 0
        self._on_cut = on_cut
        self._on_read = on_read

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
        try:
            data = self._stream.read(wanted) if wanted else b""
            if not wanted and len(buffer) and self._stream.read(1):
                self._on_cut()
        except Exception:  # noqa: BLE001  # damaged archives raise whatever their library likes: what was read still counts
            data = b""
            self._on_cut()
        self._at += len(data)
        self._on_read(self._at)
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close the stream below as well."""
        if not self.closed:
            self._stream.close()
        super().close()


def bounded(stream: BinaryIO, allowed: int, cuts: Cuts) -> BinaryIO:
    """The stream, cut at ``allowed`` bytes with a note."""
    raw = Bounded(stream, allowed, lambda: cuts.note(f"only the first {allowed} bytes were read"), lambda _at: None)
    return io.BufferedReader(raw, 1 << 20)


def member(parent: Source, name: str, open_it: Callable[[], BinaryIO], packed_bytes: int) -> Member | None:
    """A member of an archive as a source of its own, bounded; None (and a note) when a bound says stop.

    Args:
        parent: The archive.
        name: The member's name.
        open_it: Gives its unpacked bytes from the beginning.
        packed_bytes: How many it takes in the archive.
    """
    limits, cuts = parent.limits, parent.cuts
    if parent.depth >= limits.depth:
        cuts.note(f"archives nested deeper than {limits.depth} were not opened")
        return None
    if cuts.members >= limits.members:
        cuts.note(f"only the first {limits.members} members of archives were opened")
        return None
    cuts.members += 1
    counted = [0]

    def on_read(at: int) -> None:
        cuts.unpacked_bytes += max(0, at - counted[0])
        counted[0] = max(counted[0], at)

    def opened() -> BinaryIO:
        left = limits.unpacked_bytes - cuts.unpacked_bytes + counted[0]
        allowed = min(left, max(RATIO_FROM_BYTES, packed_bytes * limits.ratio))
        raw = Bounded(
            open_it(),
            allowed,
            lambda: cuts.note("an archive's member was cut: too large, too dense or damaged"),
            on_read,
        )
        return io.BufferedReader(raw, 1 << 18)

    return Member(Source(name, opened, limits, cuts))
