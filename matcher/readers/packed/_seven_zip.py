"""py7zr held to our bounds: all members go into one file, and no further than they may."""

from __future__ import annotations

import contextlib
import io
import lzma
from typing import TYPE_CHECKING, BinaryIO, Final, cast

import py7zr
from py7zr.exceptions import PasswordRequired
from py7zr.io import Py7zIO, WriterFactory

from matcher.readers._bounds import RATIO_FROM_BYTES, ByteWindow
from matcher.readers.packed._unpack import Unpacker, Unpacking

if TYPE_CHECKING:
    from matcher.readers.interface import Readable

_FIRST_BLOCK: Final = 32  # behind the signature header
_LZMA2_BEGINS: Final = 0xE0  # the first chunk's control byte, or 1 where it is not compressed
_DICTIONARY: Final = 64 << 20  # what 7-Zip uses at its highest ordinary setting


def unpack(packed: BinaryIO, out: BinaryIO, source: Readable) -> list[tuple[str, int, int]]:
    """All members of an archive, one after the other, into ``out``: name, place and size of each."""
    taken = _Taken(out, source, packed.seek(0, io.SEEK_END))
    packed.seek(0)
    encrypted = _extract(packed, taken, source)
    if not taken.members and not encrypted:
        _salvage(packed, taken, source)
    return taken.members


def _salvage(packed: BinaryIO, taken: _Taken, source: Readable) -> None:
    """What stands at the beginning of an archive whose directory, at its end, is cut off: the first block unpacked."""
    size = packed.seek(0, io.SEEK_END) - _FIRST_BLOCK
    packed.seek(_FIRST_BLOCK)
    first = packed.read(1)
    if size <= 0 or not first or 1 < first[0] < _LZMA2_BEGINS:
        return
    method = lzma.FILTER_LZMA1 if first == b"\0" else lzma.FILTER_LZMA2
    window = cast("BinaryIO", ByteWindow(packed, _FIRST_BLOCK, size))
    taken.create("first block")
    with contextlib.suppress(_FullError), Unpacking(window, lambda: _raw(method), source) as stream:
        while data := stream.read(1 << 16):
            taken.take(data)


def _raw(method: int) -> Unpacker:
    return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[{"id": method, "dict_size": _DICTIONARY}])


def _extract(packed: BinaryIO, taken: _Taken, source: Readable) -> bool:
    """Unpack all members; whether that failed for want of a password."""
    try:
        with py7zr.SevenZipFile(packed) as archive:
            if archive.needs_password():
                raise PasswordRequired  # noqa: TRY301  # py7zr raises it as well, later
            archive.extractall(factory=taken)
    except PasswordRequired:
        source.note("encrypted; not opened")
        return True
    except _FullError as full:
        source.note(str(full))
    except MemoryError:
        source.note("not unpacked to its end: it wants more memory than there is")
    except Exception as error:  # noqa: BLE001  # py7zr passes on whatever its decompressors raise
        source.note(f"a damaged 7z archive ({type(error).__name__}): read as far as it goes")
    return False


class _FullError(Exception):
    """A bound was reached; its text is the note."""


class _Taken(WriterFactory):
    """Where py7zr writes to: all members into one file, up to the bounds."""

    def __init__(self, file: BinaryIO, source: Readable, packed_bytes: int) -> None:
        self.file = file
        self.members: list[tuple[str, int, int]] = []
        limits = source.limits
        self._source = source
        self._left = min(
            limits.unpacked_bytes - source.cuts.unpacked_bytes, max(RATIO_FROM_BYTES, packed_bytes * limits.ratio)
        )

    def create(self, filename: str) -> Py7zIO:
        """A place for a member."""
        if len(self.members) > self._source.limits.members:
            raise _FullError("a 7z archive with too many members: the first were read")
        self.members.append((filename, self.file.tell(), 0))
        return _MemberOut(self)

    def take(self, data: bytes | bytearray) -> int:
        """More of the last member."""
        if self._source.cuts.is_late(self._source.limits):
            raise _FullError("a 7z archive was not unpacked to its end: no time was left")
        kept = data[: max(0, self._left)]
        name, start, size = self.members[-1]
        self.members[-1] = (name, start, size + len(kept))
        self._left -= len(kept)
        self.file.write(kept)
        if len(kept) < len(data):
            raise _FullError("a 7z archive that unpacks to more than it may: only the beginning was read")
        return len(data)


class _MemberOut(Py7zIO):
    """One member as py7zr sees it: something to write to."""

    def __init__(self, taken: _Taken) -> None:
        self._taken = taken

    def write(self, s: bytes | bytearray) -> int:
        """As `_Taken.take`."""
        return self._taken.take(s)

    def read(self, size: int | None = None) -> bytes:
        """Nothing: it is not read from here."""
        del size
        return b""

    def seek(self, offset: int, whence: int = 0) -> int:
        """Nowhere."""
        del offset, whence
        return 0

    def flush(self) -> None:
        """Nothing to do."""

    def size(self) -> int:
        """Of the member so far."""
        return self._taken.members[-1][2]
