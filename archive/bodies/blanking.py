"""WARC files with some records blanked: every other record stays where it was, byte for byte.

A record of a compressed WARC file is a gzip member of its own. A blanked one is replaced by a member of the same length
that holds a ``metadata`` record of zeros, so the offsets that rows (and the log's leaves) hold of all other
records stay true, and any WARC reader reads the file on.
"""

from __future__ import annotations

import struct
import uuid
import zlib
from typing import TYPE_CHECKING, BinaryIO, Final

from archive.errors import ArchiveError
from archive.warc import warc_date

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from archive.objects import StoragePlace

_WINDOW: Final = zlib.MAX_WBITS + 16
_PIECE: Final = 1 << 20
_STORED: Final = 65_535
"""Bytes of a stored block of deflate (RFC 1951, 3.2.4)."""
_BLOCK_HEAD: Final = 5
_END: Final = b"\r\n\r\n"


def write_blanked(source: StoragePlace, target: StoragePlace, offsets: Collection[int], now: datetime) -> None:
    """Copy a WARC file without the records that begin at some offsets; what was copied is on disk, not yet in place.

    Raises:
        ArchiveError: No whole record begins there.
    """
    with source.open("rb") as old, target.open("wb") as new:
        for offset in sorted(offsets):
            _copy(old, new, offset - old.tell())
            end = member_end(old, offset)
            _write_blank(new, end - offset, f"{source.name}@{offset}", now)
            old.seek(end)
        _copy(old, new, source.stat().st_size - old.tell())
        new.truncate(source.stat().st_size)


def member_end(file: BinaryIO, offset: int) -> int:
    """Where the gzip member ends that begins at ``offset``.

    Raises:
        ArchiveError: None that is whole begins there.
    """
    file.seek(offset)
    member, read = zlib.decompressobj(_WINDOW), offset
    while not member.eof:
        piece = member.unconsumed_tail or file.read(_PIECE)
        if not piece:
            raise ArchiveError(f"{file.name} ends inside of the record at offset {offset}")
        read += 0 if member.unconsumed_tail else len(piece)
        try:
            member.decompress(piece, _PIECE)
        except zlib.error as error:
            raise ArchiveError(f"{file.name} holds no record at offset {offset}: {error}") from error
    return read - len(member.unused_data) - len(member.unconsumed_tail)


def _copy(old: BinaryIO, new: BinaryIO, length: int) -> None:
    while length > 0:
        piece = old.read(min(length, _PIECE))
        if not piece:
            raise ArchiveError(f"{old.name} became shorter while it was read")
        new.write(piece)
        length -= len(piece)


def _write_blank(new: BinaryIO, length: int, about: str, now: datetime) -> None:
    """A member of that length: its zeros are left out of the file where its system knows holes."""
    blocks = max(0, (length - _least(0, about, now)) // (_STORED + _BLOCK_HEAD))
    while blocks and _least(blocks, about, now) > length:
        blocks -= 1
    pad = length - _least(blocks, about, now)
    if pad < 0:
        raise ArchiveError(f"the record {about} is too short to be blanked ({length} bytes)")
    head = _head(blocks, about, now)
    zeros = bytes(_STORED)
    check = zlib.crc32(head)
    new.write(b"\x1f\x8b\x08\x10\0\0\0\0\0\xff" + b" " * pad + b"\0" + _deflated(head))
    for _ in range(blocks):
        new.write(b"\0" + struct.pack("<HH", _STORED, 0))
        new.seek(_STORED, 1)
        check = zlib.crc32(zeros, check)
    new.write(b"\x01" + struct.pack("<HH", len(_END), 0xFFFF ^ len(_END)) + _END)
    size = len(head) + blocks * _STORED + len(_END)
    new.write(struct.pack("<II", zlib.crc32(_END, check), size & 0xFFFFFFFF))


def _least(blocks: int, about: str, now: datetime) -> int:
    fixed = 10 + 1 + len(_deflated(_head(blocks, about, now))) + _BLOCK_HEAD + len(_END) + 8
    return fixed + blocks * (_STORED + _BLOCK_HEAD)


def _head(blocks: int, about: str, now: datetime) -> bytes:
    identity = uuid.uuid5(uuid.NAMESPACE_URL, about)
    return (
        f"WARC/1.1\r\nWARC-Type: metadata\r\nWARC-Record-ID: <urn:uuid:{identity}>\r\nWARC-Date: {warc_date(now)}\r\n"
        f"Content-Length: {blocks * _STORED}\r\n\r\n"
    ).encode()


def _deflated(data: bytes) -> bytes:
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return deflate.compress(data) + deflate.flush(zlib.Z_FULL_FLUSH)
