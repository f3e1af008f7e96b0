"""Files copied with their hashes, while others go on writing beside them."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Final

from core.files import PRIVATE
from upkeep.manifest import BLOCK, BackedUpFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from archive.objects import StoragePlace

FOLDER_MODE: Final = 0o700
_UNDER_WAY: Final = (".part", ".new", ".tmp", "-wal", "-shm", "-journal")
"""How names end of what somebody is writing just now, and will name otherwise when it is whole."""


def copy_file(source: StoragePlace, target: Path, most_bytes: int | None = None) -> BackedUpFile:
    """Copy a file, or its beginning, and wait until it is on disk; gives what was written.

    Raises:
        FileNotFoundError: It is gone.
    """
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as reading:
        make_folders(target.parent)
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, PRIVATE)
        with os.fdopen(descriptor, "wb") as writing:
            while block := reading.read(BLOCK if most_bytes is None else min(BLOCK, most_bytes - size)):
                digest.update(block)
                size += writing.write(block)
            writing.flush()
            os.fsync(writing.fileno())
    return BackedUpFile(size, digest.hexdigest())


def copy_tree(
    source: Path, target: Path, prefix: str, leave: Callable[[str], bool] = lambda _name: False
) -> dict[str, BackedUpFile]:
    """Copy what is whole in a folder; what went while it was read was let go of by its owner.

    Args:
        source: The folder.
        target: Where to.
        prefix: What paths in the answer begin with.
        leave: Says of a path in the folder that it stays out, with all below it.
    """
    copied = {}
    for path in walk(source, leave):
        name = path.relative_to(source).as_posix()
        try:
            copied[f"{prefix}/{name}"] = copy_file(path, target / name)
        except FileNotFoundError:
            (target / name).unlink(missing_ok=True)
    return copied


def walk(folder: Path, leave: Callable[[str], bool], below: str = "") -> Iterator[Path]:
    """The plain files of a folder, in order; links are not followed, since they lead out of it."""
    try:
        entries = sorted(os.scandir(folder / below), key=lambda one: one.name)
    except FileNotFoundError:
        return
    for entry in entries:
        name = f"{below}/{entry.name}" if below else entry.name
        if leave(name) or entry.name.endswith(_UNDER_WAY):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from walk(folder, leave, name)
        elif entry.is_file(follow_symlinks=False):
            yield folder / name


def make_folders(folder: Path) -> None:
    """Folders that nobody but the owner may enter, as far as they are missing."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(missing):
        one.mkdir(mode=FOLDER_MODE, exist_ok=True)
