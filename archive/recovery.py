"""After a crash: close the WARC files that dead processes left open, without the half of a record at their end."""

from __future__ import annotations

import fcntl
import os
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import func, select, update

from archive.errors import ArchiveError
from archive.models import Capture, DocumentRow, WarcFileRow
from archive.objects import OPEN_SUFFIX, ObjectPath
from archive.parts import close_parts
from archive.seals import seal_missing

if TYPE_CHECKING:
    from datetime import datetime
    from typing import BinaryIO

    from archive.objects import StoragePlace
    from core.clock import Clock
    from core.database import Database

_GZIP_WINDOW = zlib.MAX_WBITS + 16
_PIECE_BYTES = 1 << 18


@dataclass(frozen=True, slots=True)
class Recovered:
    """One file that was closed: its name, its length now, and how many bytes of a torn record were cut off."""

    name: str
    size_bytes: int
    cut_bytes: int


def recover(folder: StoragePlace, database: Database, clock: Clock) -> list[Recovered]:
    """Close every open file whose writer is gone.

    A record is on disk before its row is committed, so no row can refer to a torn one. Where a row does, the file was
    damaged in another way: it is left as it is, for a person to look at.

    Raises:
        ArchiveError: Such a damaged file; the other files were closed all the same.
    """
    now = clock.now()
    done, damaged = [], []
    found: list[StoragePlace] = [*folder.glob(f"*/*/*.warc.gz{OPEN_SUFFIX}")]
    for path in sorted(found, key=str):
        try:
            if closed := _end(path, folder, database, clock):
                done.append(closed)
        except ArchiveError as error:
            damaged.append(error)
    _close_rows(folder, database, now)
    seal_missing(folder, database, now)
    if damaged:
        raise damaged[0]
    return done


def good_length(file: BinaryIO) -> int:
    """Where the last whole gzip member ends; every member before it was read and its checksum agrees."""
    file.seek(0)
    end, held = 0, b""
    member = zlib.decompressobj(_GZIP_WINDOW)
    while piece := held or file.read(_PIECE_BYTES):
        held = b""
        try:
            member.decompress(piece)
        except zlib.error:
            return end
        if member.eof:
            held = member.unused_data
            end = file.tell() - len(held)
            member = zlib.decompressobj(_GZIP_WINDOW)
    return end


def _end(path: StoragePlace, folder: StoragePlace, database: Database, clock: Clock) -> Recovered | None:
    """Close one open file of whatever kind of storage."""
    if isinstance(path, ObjectPath) and isinstance(folder, ObjectPath):
        closed = close_parts(path, folder, database, clock)
        return None if closed is None else Recovered(*closed, 0)
    return _close(Path(str(path)), Path(str(folder)), database)


def _close(path: Path, folder: Path, database: Database) -> Recovered | None:
    name = path.relative_to(folder).as_posix().removesuffix(OPEN_SUFFIX)
    with path.open("r+b", buffering=0) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return None  # its writer lives
        was, end = path.stat().st_size, good_length(file)
        if end < was and (used := _last_offset(database, name)) >= end:
            raise ArchiveError(
                f"{path} is damaged at offset {end}, and documents refer to offsets up to {used}",
                hint="Restore the file from a backup; it was not changed.",
            )
        file.truncate(end)
        os.fsync(file.fileno())
        if end:
            path.rename(folder / name)
        else:
            path.unlink()
    return Recovered(name, end, was - end)


def _last_offset(database: Database, name: str) -> int:
    with database.read() as session:
        documents = session.scalar(select(func.max(DocumentRow.warc_offset)).where(DocumentRow.warc_file == name))
        captures = session.scalar(select(func.max(Capture.warc_offset)).where(Capture.warc_file == name))
    return max(-1 if documents is None else documents, -1 if captures is None else captures)


def _close_rows(folder: StoragePlace, database: Database, now: datetime) -> None:
    """Agree with the disk: a file with its final name is closed, a row without any file goes."""
    with database.write() as session:
        for row in session.scalars(select(WarcFileRow).where(WarcFileRow.closed_at.is_(None))):
            path = folder / row.name
            if path.exists():
                statement = update(WarcFileRow).where(WarcFileRow.name == row.name)
                session.execute(statement.values(closed_at=now, size_bytes=path.stat().st_size))
            elif not path.with_name(path.name + OPEN_SUFFIX).exists():
                session.delete(row)
