"""Files in a folder that somebody else writes to: only what stands in it, only whole, whatever it is called."""

from __future__ import annotations

import os
import stat
import time
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote_to_bytes

from crawler.engines._intake import Got, IntakeError
from crawler.engines.interface import Miss

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_OPEN: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
"""No link is followed, and a pipe in the place of a file holds nobody up."""


@dataclass(frozen=True, slots=True)
class FileSeen:
    """One file: its path below the folder as it stands in an address, how long it is and when it was changed last."""

    path: str
    size_bytes: int
    changed_ns: int

    @property
    def version(self) -> str:
        """What is another one as soon as the file is."""
        return f"{self.size_bytes}:{self.changed_ns}"


@dataclass(frozen=True, slots=True)
class FolderShown:
    """What a look at a folder showed: files, and how much else (links, pipes, devices) was left alone."""

    files: tuple[FileSeen, ...]
    others: int


def look_at(folder: Path, pattern: str) -> FolderShown:
    """Every file in a folder and below; links are neither followed nor listed.

    Raises:
        IntakeError: The folder cannot be read.
    """
    found: list[FileSeen] = []
    others = 0
    try:
        os.scandir(folder).close()
    except OSError as error:
        raise IntakeError(f"the folder cannot be read: {type(error).__name__}") from None
    for below, _, names, descriptor in os.fwalk(os.fsencode(folder), follow_symlinks=False):
        for name in names:
            if not fnmatch(os.fsdecode(name), pattern):
                continue
            try:
                status = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
            except FileNotFoundError:
                continue  # it went between the two
            if not stat.S_ISREG(status.st_mode):
                others += 1
                continue
            relative = os.path.relpath(os.path.join(below, name), os.fsencode(folder))  # noqa: PTH118  # names are bytes
            found.append(FileSeen(quote(relative), status.st_size, status.st_mtime_ns))
    return FolderShown(tuple(sorted(found, key=lambda one: (one.changed_ns, one.path))), others)


def settled(folder: Path, pattern: str, settle_s: float) -> FolderShown:
    """The files that were the same in two looks: whoever is writing one still is not done."""
    first = look_at(folder, pattern)
    if settle_s and first.files:
        time.sleep(settle_s)
        second = look_at(folder, pattern)
        return FolderShown(tuple(one for one in second.files if one in set(first.files)), second.others)
    return first


def read_file(folder: Path, path: str, limit_bytes: int) -> Got:
    """A file below a folder, as far as it may be long.

    Raises:
        IntakeError: It is not there, no file, or was swapped for a link on its way.
    """
    parts = [part for part in unquote_to_bytes(path).split(b"/") if part]
    if not parts or any(part in {b".", b".."} for part in parts):
        raise IntakeError("a path that leads out of the folder", Miss.REFUSED)
    opened: list[int] = []
    try:
        opened.append(os.open(folder, _OPEN | os.O_DIRECTORY))
        for part in parts[:-1]:
            opened.append(os.open(part, _OPEN | os.O_DIRECTORY, dir_fd=opened[-1]))
        opened.append(os.open(parts[-1], _OPEN, dir_fd=opened[-1]))
        if not stat.S_ISREG(os.fstat(opened[-1]).st_mode):
            raise IntakeError("no file any more", Miss.GONE)
        content = b"".join(_pieces(opened[-1], limit_bytes + 1))
    except FileNotFoundError:
        raise IntakeError("the file is gone", Miss.GONE) from None
    except OSError as error:
        raise IntakeError(f"a file cannot be read: {type(error).__name__}", Miss.REFUSED) from None
    finally:
        for descriptor in reversed(opened):
            os.close(descriptor)
    return Got(content[:limit_bytes], truncated="length" if len(content) > limit_bytes else "")


def _pieces(descriptor: int, most: int) -> Iterator[bytes]:
    while most > 0 and (piece := os.read(descriptor, min(most, 1 << 20))):
        most -= len(piece)
        yield piece
