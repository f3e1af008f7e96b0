"""What a zip holds (APPNOTE 6.3): by its central directory, or, where that is cut off or damaged, member by member.

The standard library reads the whole directory before it says anything and gives up without one; a leaked archive is
often cut off, and a hostile one lists millions of members.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCAL: Final = b"PK\x03\x04"
_CENTRAL: Final = b"PK\x01\x02"
_END: Final = b"PK\x05\x06"
_END64: Final = b"PK\x06\x06"
_LOCAL_HEADER: Final = struct.Struct("<4s5H3L2H")
_CENTRAL_HEADER: Final = struct.Struct("<4s6H3L5H2L")
_END_RECORD: Final = struct.Struct("<4s4H2LH")
_END64_RECORD: Final = struct.Struct("<4sQ2H2L4Q")
_LONGEST_END: Final = _END_RECORD.size + (1 << 16)
_SEE_EXTRA: Final = 0xFFFFFFFF
_ZIP64: Final = 1  # the extra field that holds sizes beyond 4 GiB
_UTF8_NAME: Final = 0x800
_ENCRYPTED: Final = 1
_SIZES_FOLLOW: Final = 8
_PIECE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Entry:
    """One member: where it lies and how it is packed; sizes as declared, believed by nobody."""

    name: str
    method: int
    is_encrypted: bool
    packed: int
    size: int
    at: int


def listed(file: BinaryIO) -> Iterator[Entry]:
    """Members as the central directory lists them; none where there is no such directory."""
    place = _directory(file)
    if place is None:
        return
    start, shift = place
    file.seek(start)
    at = start
    while len(raw := file.read(_CENTRAL_HEADER.size)) == _CENTRAL_HEADER.size and raw.startswith(_CENTRAL):
        fields = _CENTRAL_HEADER.unpack(raw)
        flags, method, packed, size = fields[3], fields[4], fields[8], fields[9]
        name_size, extra_size, comment_size, offset = fields[10], fields[11], fields[12], fields[16]
        name, extra = file.read(name_size), file.read(extra_size)
        size, packed, offset = _with_zip64(extra, [size, packed, offset])
        yield Entry(_name(name, flags), method, bool(flags & _ENCRYPTED), packed, size, offset + shift)
        at += _CENTRAL_HEADER.size + name_size + extra_size + comment_size
        file.seek(at)


def walked(file: BinaryIO) -> Iterator[Entry]:
    """Members by the headers in front of them, in the order in which they lie."""
    at = _find(file, LOCAL, 0)
    while at is not None:
        file.seek(at)
        raw = file.read(_LOCAL_HEADER.size)
        if len(raw) < _LOCAL_HEADER.size:
            return
        _, _, flags, method, _, _, _, packed, size, name_size, extra_size = _LOCAL_HEADER.unpack(raw)
        name, extra = file.read(name_size), file.read(extra_size)
        size, packed = _with_zip64(extra, [size, packed])
        begins = at + _LOCAL_HEADER.size + name_size + extra_size
        follows = _find(file, LOCAL, begins if flags & _SIZES_FOLLOW else begins + packed)
        if flags & _SIZES_FOLLOW or not packed:
            packed = (follows if follows is not None else file.seek(0, io.SEEK_END)) - begins
        yield Entry(_name(name, flags), method, bool(flags & _ENCRYPTED), packed, size, at)
        at = follows


def data_of(file: BinaryIO, entry: Entry) -> int:
    """Where a member's bytes begin.

    Raises:
        ValueError: There is no member at that place.
    """
    file.seek(entry.at)
    raw = file.read(_LOCAL_HEADER.size)
    if len(raw) < _LOCAL_HEADER.size or not raw.startswith(LOCAL):
        raise ValueError("no local header")
    name_size, extra_size = _LOCAL_HEADER.unpack(raw)[-2:]
    return entry.at + _LOCAL_HEADER.size + int(name_size) + int(extra_size)


def _directory(file: BinaryIO) -> tuple[int, int] | None:
    """Where the central directory begins, and what its offsets are short of (a program in front of the archive)."""
    size = file.seek(0, io.SEEK_END)
    base = max(0, size - _LONGEST_END)
    file.seek(base)
    tail = file.read(_LONGEST_END)
    found = tail.rfind(_END)
    if found < 0 or len(tail) - found < _END_RECORD.size:
        return None
    directory_size, offset = _END_RECORD.unpack_from(tail, found)[5:7]
    end = base + found
    if _SEE_EXTRA in {directory_size, offset}:
        found64 = tail.rfind(_END64, 0, found)
        if found64 < 0 or found - found64 < _END64_RECORD.size:
            return None
        directory_size, offset = _END64_RECORD.unpack_from(tail, found64)[8:10]
        end = base + found64
    start = end - directory_size
    return (start, start - offset) if start >= 0 and offset <= start else None


def _with_zip64(extra: bytes, values: list[int]) -> list[int]:
    """The values, those that did not fit into 32 bits from the extra field."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == _ZIP64:
            wide = iter(struct.unpack_from(f"<{min(length, len(extra) - at - 4) // 8}Q", extra, at + 4))
            return [next(wide, value) if value == _SEE_EXTRA else value for value in values]
        at += 4 + length
    return values


def _find(file: BinaryIO, sign: bytes, at: int) -> int | None:
    """The next place of a signature from ``at`` on."""
    file.seek(at)
    rest = b""
    while data := file.read(_PIECE):
        piece = rest + data
        found = piece.find(sign)
        if found >= 0:
            return at - len(rest) + found
        at += len(data)
        rest = piece[-len(sign) + 1 :]
    return None


def _name(raw: bytes, flags: int) -> str:
    """The member's name; names that are not marked as UTF-8 come from Japanese Windows more often than from DOS."""
    for encoding in ("utf-8",) if flags & _UTF8_NAME else ("utf-8", "cp932"):
        try:
            return raw.decode(encoding)
        except UnicodeError:
            continue
    return raw.decode("cp437")
