"""A stream that ends where its bound is, and says so."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Callable

    from matcher.document import Cuts


class Bounded(io.RawIOBase):
    """The first ``allowed`` bytes of a stream; what lies beyond is recorded as a cut."""

    def __init__(self, stream: BinaryIO, allowed: int, on_cut: Callable[[], None]) -> None:
        self._stream = stream
        self._left = allowed
        self._on_cut = on_cut

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """As `io.RawIOBase` says."""
        wanted = min(len(buffer), self._left)
        data = self._stream.read(wanted) if wanted else b""
        if not wanted and len(buffer) and self._stream.read(1):
            self._on_cut()
        self._left -= len(data)
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close the stream below as well."""
        if not self.closed:
            self._stream.close()
        super().close()


def bounded(stream: BinaryIO, allowed: int, cuts: Cuts) -> BinaryIO:
    """The stream, cut at ``allowed`` bytes with a note."""
    raw = Bounded(stream, allowed, lambda: cuts.note(f"only the first {allowed} bytes were read"))
    return io.BufferedReader(raw, 1 << 20)
