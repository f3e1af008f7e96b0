"""Files that are there whole or not at all, made safe on disk; and what to say when there is no room for them."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

from core.errors import OutsideError

PRIVATE: Final = 0o600
_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_WORDS: Final = ("no space left", "disk is full", "disk quota exceeded", "file too large", "disk full")
"""How libraries say it that keep the system's number to themselves: SQLite, PostgreSQL, Polars."""


class FullDiskError(OutsideError):
    """There is no room for what was to be written.

    Attributes:
        folder: Where it was to be written.
    """

    def __init__(self, folder: str, file: str, free_mib: int) -> None:
        where = f"{folder} ({file})" if file and file != folder else folder
        super().__init__(
            f"there was no room to write in {where}: {free_mib} MiB are free",
            hint="Free some space and run it again; what was there before is as it was.",
        )
        self.folder = folder


def is_full(error: BaseException) -> bool:
    """Whether something failed because there was no room, in whatever words a library says so."""
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno in _NO_ROOM
    said = str(error).lower()
    if isinstance(error, OSError) and "requested" in said:  # NumPy: "1000 requested and 7 written"
        return True
    return any(words in said for words in _WORDS)


def full_disk(error: BaseException, folder: Path) -> FullDiskError:
    """The error that names what was to be written and where, for one that `is_full`."""
    file = str(getattr(error, "filename", "") or "")
    place = Path(file).parent if file else folder
    there = next(path for path in (place, *place.absolute().parents) if path.is_dir())
    return FullDiskError(str(folder), file, shutil.disk_usage(there).free >> 20)


def open_to_others(path: Path) -> bool:
    """Whether users beside the owner and the group may do anything with a file or folder."""
    return bool(path.stat().st_mode & stat.S_IRWXO)


def open_to_group(path: Path) -> bool:
    """Whether the group may."""
    return bool(path.stat().st_mode & stat.S_IRWXG)


def close_to_others(path: Path) -> bool:
    """Leave a file or folder to its owner alone; whether it was open. Somebody else's stays as it is."""
    mode = stat.S_IMODE(path.stat().st_mode)
    if not mode & (stat.S_IRWXG | stat.S_IRWXO):
        return False
    with suppress(PermissionError):
        path.chmod(mode & stat.S_IRWXU)
    return True


def sync_file(path: Path) -> None:
    """Wait until a file's content is on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(path: Path) -> None:
    """Wait until a folder's entries are on disk, so that a rename in it survives a power cut."""
    sync_file(path)


def write_safely(path: Path, content: bytes, mode: int = PRIVATE, *, lasting: bool = True) -> None:
    """Replace a small file in one step: whoever reads it sees the old content or the new, never a part.

    Where it is not ``lasting``, the disk is not waited for: a power cut may leave less than it, which its reader has to
    tell, and takes for nothing.
    """
    beside = _write_beside(path, content, mode, lasting=lasting)
    beside.replace(path)
    if lasting:
        sync_folder(path.parent)


def write_new(path: Path, content: bytes, mode: int = PRIVATE) -> bool:
    """Make a small file in one step; false where there is one already, which is never touched.

    Two processes that make the same file at once agree: one made it, and the other is told so.
    """
    beside = _write_beside(path, content, mode)
    try:
        os.link(beside, path)
    except FileExistsError:
        return False
    finally:
        beside.unlink()
    sync_folder(path.parent)
    return True


def _write_beside(path: Path, content: bytes, mode: int, *, lasting: bool = True) -> Path:
    """The content under a name that is this writer's own, on disk if it is ``lasting``; nothing is left on failure."""
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            if lasting:
                file.flush()
                os.fsync(file.fileno())
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    return beside
