"""Bodies out of their content encodings (RFC 9110, 8.4), whatever is wrong with them: what came is never lost.

Half a stream gives what could be unpacked, one that unpacks to more than the limit gives its head, and a body that is
not in the encoding it says is the body as it stands. Memory stays bounded: every step asks for no more than the limit.
"""

from __future__ import annotations

import sys
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

import brotli

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

LENGTH, DISCONNECT, UNSPECIFIED = "length", "disconnect", "unspecified"
"""Why a body is not whole, in the words of WARC-Truncated."""
_PIECE_BYTES: Final = 256
"""Fed at once: what a damaged stream loses is less than what so many bytes unpack to."""
_GZIP_OR_ZLIB, _RAW_DEFLATE = 47, -15  # window bits, as zlib wants them
_ZSTD_WINDOW_LOG: Final = 23
"""8 MiB, the most that RFC 9659 lets a web server ask for."""
_ERRORS: Final = (zlib.error, brotli.error, zstd.ZstdError)


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A body without its content encodings, and why it is not whole (empty when it is)."""

    content: bytes
    truncated: str = ""


class _Stream(Protocol):
    """One compressed stream, fed piece by piece."""

    @property
    def over(self) -> bool: ...

    @property
    def rest(self) -> bytes: ...

    def feed(self, piece: bytes, room: int) -> bytes: ...


class _Inflated:
    def __init__(self, window: int) -> None:
        self._object = zlib.decompressobj(window)

    @property
    def over(self) -> bool:
        return self._object.eof

    @property
    def rest(self) -> bytes:
        return self._object.unused_data

    def feed(self, piece: bytes, room: int) -> bytes:
        return self._object.decompress(piece, room)


class _BareDeflate(_Inflated):
    """Without a head that tells it from any other bytes: text may look like a stretch of it."""

    def __init__(self) -> None:
        super().__init__(_RAW_DEFLATE)


class _Brotli:
    rest = b""  # whatever follows is part of an error

    def __init__(self) -> None:
        self._object = brotli.Decompressor()

    @property
    def over(self) -> bool:
        return bool(self._object.is_finished())

    def feed(self, piece: bytes, room: int) -> bytes:
        return bytes(self._object.process(piece, output_buffer_limit=room))


class _Zstandard:
    def __init__(self) -> None:
        self._object = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG})

    @property
    def over(self) -> bool:
        return self._object.eof

    @property
    def rest(self) -> bytes:
        return self._object.unused_data

    def feed(self, piece: bytes, room: int) -> bytes:
        return self._object.decompress(piece, room)


_CODINGS: Final[Mapping[str, tuple[Callable[[], _Stream], ...]]] = {
    "gzip": (lambda: _Inflated(_GZIP_OR_ZLIB),),
    # RFC 9110 means zlib; servers that send it bare are as old as the web.
    "deflate": (lambda: _Inflated(_GZIP_OR_ZLIB), _BareDeflate),
    "br": (_Brotli,),
    "zstd": (_Zstandard,),
}
_ALIASES: Final = {"x-gzip": "gzip", "x-deflate": "deflate"}
_BEGINNINGS: Final = (b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd")
"""Of gzip (RFC 1952) and zstd (RFC 8878): no text begins so."""
_NONE: Final = frozenset({"", "identity", "none"})


def unpack(body: bytes, encodings: Sequence[str], limit: int, *, cut: bool = False) -> Unpacked:
    """The body without its encodings, at most ``limit`` bytes of it.

    Args:
        body: As it came.
        encodings: Of the header Content-Encoding, in its order: the last one is undone first.
        limit: In bytes.
        cut: Whether the body is known to have been cut off on its way.
    """
    truncated = ""
    for encoding in reversed([name.strip().lower() for name in encodings]):
        if encoding in _NONE:
            continue
        ways = _CODINGS.get(_ALIASES.get(encoding, encoding))
        if ways is None:
            break  # in an encoding that nobody knows: it stays in it
        one = _undo(body, ways, limit, cut=cut)
        body, truncated = one.content, truncated or one.truncated
    if len(body) > limit:
        return Unpacked(body[:limit], LENGTH)
    return Unpacked(body, truncated)


def _undo(body: bytes, ways: tuple[Callable[[], _Stream], ...], limit: int, *, cut: bool) -> Unpacked:
    for make in ways:
        found = _read_bare(body, limit, cut=cut) if make is _BareDeflate else _read_streams(body, make, limit)
        if found:
            return found
    return Unpacked(body, UNSPECIFIED if body.startswith(_BEGINNINGS) else "")  # damaged, or plain all the time


def _read_bare(body: bytes, limit: int, *, cut: bool) -> Unpacked | None:
    """Bare deflate, if it is nothing else: read to its last byte, or as far as it goes when it was cut off."""
    content = bytearray()
    truncated, end = _read_stream(_BareDeflate(), body, 0, content, limit)
    is_whole = not truncated and end == len(body)
    is_half = truncated == LENGTH or (cut and truncated == DISCONNECT and content)
    return Unpacked(bytes(content), truncated) if is_whole or is_half else None


def _read_streams(body: bytes, make: Callable[[], _Stream], limit: int) -> Unpacked | None:
    """One stream after another, as gzip allows; None when the body is nothing of the kind."""
    content, start, truncated = bytearray(), 0, ""
    while start < len(body) and not truncated:
        before, first = len(content), start
        truncated, start = _read_stream(make(), body, start, content, limit)
        if truncated and truncated != LENGTH and len(content) == before:
            if first:
                return Unpacked(bytes(content))  # some bytes behind the last stream, which nobody minds
            if truncated == UNSPECIFIED:
                return None
    return Unpacked(bytes(content), truncated)


def _read_stream(stream: _Stream, body: bytes, start: int, content: bytearray, limit: int) -> tuple[str, int]:
    """Add what a stream unpacks to; why it is not whole, and where the next one begins."""
    for at in range(start, len(body), _PIECE_BYTES):
        end = min(at + _PIECE_BYTES, len(body))
        try:
            content += stream.feed(body[at:end], limit + 1 - len(content))
        except _ERRORS:
            return UNSPECIFIED, end
        if len(content) > limit:
            del content[limit:]
            return LENGTH, end
        if stream.over:
            return "", end - len(stream.rest)
    return DISCONNECT, len(body)
