"""Compressed streams, unpacked piece by piece: whatever comes out before a stream is cut off or damaged counts."""

from __future__ import annotations

import bz2
import io
import lzma
import sys
import zlib
from typing import TYPE_CHECKING, BinaryIO, Final, Protocol

from matcher.readers._bounds import RATIO_FROM_BYTES

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Callable

    from matcher.readers.interface import Readable

PACKED_PIECE = 1 << 16
UNPACKED_PIECE = 1 << 20  # at most what comes out at once, however dense the input
LZMA_MEMORY: Final = 512 << 20  # for the dictionary that a stream asks for; `xz -9` asks for 64 MiB
ZSTD_WINDOW_LOG: Final = 27  # 128 MiB, what the zstd command grants without being told


class Unpacker(Protocol):
    """What bz2, lzma and zstd have in common."""

    @property
    def eof(self) -> bool:
        """Whether the stream has come to its end."""

    @property
    def needs_input(self) -> bool:
        """Whether nothing more comes out without more input."""

    @property
    def unused_data(self) -> bytes:
        """What stands behind the end of the stream."""

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """What comes out next, at most so much of it."""


class _Zlib:
    """zlib's object with the others' interface."""

    def __init__(self, window_bits: int) -> None:
        self._object = zlib.decompressobj(window_bits)

    @property
    def eof(self) -> bool:
        return self._object.eof

    @property
    def needs_input(self) -> bool:
        return not self._object.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._object.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        return self._object.decompress(self._object.unconsumed_tail + data, max(0, max_length))


class _Inflate64:
    """Deflate64, which gives out whatever its input holds: it is fed little at a time."""

    unused_data = b""
    needs_input = True

    def __init__(self) -> None:
        import inflate64  # it brings a test framework's worth of modules along, for a method that is rarely met

        self._object = inflate64.Inflater()

    @property
    def eof(self) -> bool:
        return bool(self._object.eof)

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        del max_length
        return bytes(self._object.inflate(data))


class _Stored:
    """Bytes that are not compressed."""

    eof = False
    needs_input = True
    unused_data = b""

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        del max_length
        return data


def stored() -> Unpacker:
    """As it is."""
    return _Stored()


def gzip_stream() -> Unpacker:
    """Gzip (RFC 1952)."""
    return _Zlib(31)


def deflate() -> Unpacker:
    """Bare deflate (RFC 1951)."""
    return _Zlib(-15)


def deflate64() -> Unpacker:
    """As Windows packs large files into zip."""
    return _Inflate64()


def bzip2() -> Unpacker:
    """Bzip2."""
    return bz2.BZ2Decompressor()


def xz() -> Unpacker:
    """Xz, and the older format with the ending .lzma."""
    return lzma.LZMADecompressor(lzma.FORMAT_AUTO, memlimit=LZMA_MEMORY)


def zstandard() -> Unpacker:
    """Zstandard (RFC 8878)."""
    return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: ZSTD_WINDOW_LOG})


MAGIC: Final[dict[bytes, Callable[[], Unpacker]]] = {
    b"\x1f\x8b\x08": gzip_stream,
    b"BZh": bzip2,
    b"\xfd7zXZ\x00": xz,
    b"\x5d\x00\x00": xz,
    b"\x28\xb5\x2f\xfd": zstandard,
}


class Unpacking(io.RawIOBase):
    """The unpacked bytes of a stream, forward only; streams that follow one another are read as one.

    Args:
        stream: The packed bytes.
        make: Gives a fresh unpacker.
        source: Whose bound on density is kept, and where damage is noted.
    """

    def __init__(self, stream: BinaryIO, make: Callable[[], Unpacker], source: Readable) -> None:
        self._stream = stream
        self._make = make
        self._unpacker: Unpacker | None = make()
        self._source = source
        self._packed = self._unpacked = 0
        self.is_too_dense = False
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """As `io.RawIOBase` says."""
        while not self._ready and self._unpacker is not None:
            self._ready = memoryview(self._next(self._unpacker))
        taken = min(len(buffer), len(self._ready))
        buffer[:taken] = self._ready[:taken]
        self._ready = self._ready[taken:]
        return taken

    def _next(self, unpacker: Unpacker) -> bytes:
        data = b""
        if unpacker.eof:
            data = unpacker.unused_data or self._read()
            if not any(data.startswith(magic) for magic in MAGIC):  # padding, or something else altogether
                self._unpacker = None
                return b""
            unpacker = self._unpacker = self._make()
        elif unpacker.needs_input:
            data = self._read()
            if not data:
                self._end("cut off before its end" if not isinstance(unpacker, _Stored) else "")
                return b""
        try:
            return self._checked(unpacker.decompress(data, UNPACKED_PIECE))
        except MemoryError:
            self._end(f"not unpacked: it asks for more than {LZMA_MEMORY >> 20} MiB of memory")
        except Exception as error:  # noqa: BLE001  # each library has its own ways to say that a stream is damaged
            self._end(f"damaged ({type(error).__name__}); what came before that was read")
        return b""

    def _read(self) -> bytes:
        data = self._stream.read(PACKED_PIECE)
        self._packed += len(data)
        return data

    def _checked(self, data: bytes) -> bytes:
        self._unpacked += len(data)
        if self._unpacked > max(RATIO_FROM_BYTES, self._packed * self._source.limits.ratio):
            self.is_too_dense = True
            self._end(f"unpacks to more than {self._source.limits.ratio} times its size; only the beginning was read")
        return data

    def _end(self, why: str) -> None:
        self._unpacker = None
        if why:
            self._source.note(why)

    def close(self) -> None:
        """Close the packed stream as well."""
        if not self.closed:
            self._stream.close()
        super().close()
