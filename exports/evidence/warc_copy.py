"""Copying records out of the archive's WARC files as they are: gzip members, byte for byte, into one file."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, BinaryIO, Final

from warcio.warcwriter import WARCWriter

from archive.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive.objects import StoragePlace

_CHUNK: Final = 1 << 16
_MOST: Final = 1 << 20
_GZIP: Final = 31
"""zlib's word for a gzip header and trailer with a window of 32 KiB."""


class RecordCopies:
    """A WARC file of copies; a record that two places share stands in it once."""

    def __init__(self, target: BinaryIO, name: str) -> None:
        self._target = target
        self._copied: set[tuple[str, int]] = set()
        writer = WARCWriter(target, gzip=True, warc_version="1.1")
        about = {
            "software": "Hinomi",
            "format": "WARC File Format 1.1",
            "description": "copies of records of the archive",
        }
        writer.write_record(writer.create_warcinfo_record(name, about))

    def add(self, paths: Sequence[StoragePlace], name: str, offset: int) -> bool:
        """Copy the record that begins there; false when it was copied before.

        Raises:
            ArchiveError: The file is not there, or no record begins there.
        """
        if (name, offset) in self._copied:
            return False
        path = next((one for one in paths if one.is_file()), None)
        if path is None:
            raise ArchiveError(f"{paths[0]} is missing (wanted: the record at offset {offset})")
        length = _member_length(path, offset)
        with path.open("rb") as file:
            file.seek(offset)
            while length:
                chunk = file.read(min(_CHUNK, length))
                self._target.write(chunk)
                length -= len(chunk)
        self._copied.add((name, offset))
        return True


def _member_length(path: StoragePlace, offset: int) -> int:
    """How long a gzip member is: to its end it has to be unpacked."""
    member, read = zlib.decompressobj(_GZIP), 0
    with path.open("rb") as file:
        file.seek(offset)
        try:
            while not member.eof:
                chunk = file.read(_CHUNK)
                if not chunk:
                    raise ArchiveError(f"{path} ends within the record at offset {offset}")
                read += len(chunk)
                while chunk and not member.eof:
                    member.decompress(chunk, _MOST)
                    chunk = member.unconsumed_tail
        except zlib.error as error:
            raise ArchiveError(f"{path} holds no record at offset {offset}: {error}") from error
    return read - len(member.unused_data)
