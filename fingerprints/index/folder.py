"""Generations of the index side by side: which one is current, who may write the next, and which can go.

``CURRENT`` names one folder. The next generation is written as ``gNNNNNN.part``, made safe on disk, renamed, and only
then named in ``CURRENT``; a run that dies leaves a ``.part`` folder, which the next writer sweeps away.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from core.files import full_disk, is_full, sync_file, sync_folder, write_safely
from core.processes.patterns import later
from fingerprints.errors import DamagedIndexError, IndexBusyError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CURRENT_FILE: Final = "CURRENT"
LOCK_FILE: Final = "LOCK"
NEXT_FOLDER: Final = "next"
READY_FILE: Final = "READY"
_NAME: Final = later(r"g(\d{6,})")
_PART: Final = ".part"
_KEPT: Final = 2


def current_folder(index_dir: Path) -> Path | None:
    """The folder of the current generation; None when nothing was enrolled yet.

    Raises:
        DamagedIndexError: ``CURRENT`` names no folder.
    """
    pointer = index_dir / CURRENT_FILE
    try:
        name = pointer.read_text(encoding="ascii", errors="replace").strip()
    except FileNotFoundError:
        return None
    if not _NAME.fullmatch(name):
        raise DamagedIndexError(str(pointer), "it names no generation")
    return index_dir / name


def next_dir(index_dir: Path) -> Path:
    """Where the index under a new key grows (see `fingerprints.building.rotation`)."""
    return index_dir / NEXT_FOLDER


def ready_folder(index_dir: Path, key_id: str) -> Path | None:
    """The next index's generation, if it is ready to serve and was made under this key."""
    ready = next_dir(index_dir) / READY_FILE
    if not ready.is_file() or ready.read_text(encoding="ascii").strip() != key_id:
        return None
    return current_folder(next_dir(index_dir))


def older_folders(index_dir: Path) -> list[Path]:
    """Generations before the current one that are still there, the youngest first."""
    current = current_folder(index_dir)
    folders = (folder for folder in index_dir.glob("g*") if _NAME.fullmatch(folder.name))
    older = [folder for folder in folders if current and number_of(folder) < number_of(current)]
    return sorted(older, key=number_of, reverse=True)


def number_of(folder: Path) -> int:
    """The generation's number."""
    match = _NAME.match(folder.name)
    return int(match.group(1)) if match else 0


@contextmanager
def writing_lock(index_dir: Path) -> Iterator[None]:
    """Be the only writer; the operating system lets go of the lock when the process dies, however it dies.

    Raises:
        IndexBusyError: Another process is writing.
        FullDiskError: What was written under the lock found no room.
    """
    index_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(index_dir / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise IndexBusyError(
                f"another process is writing the index in {index_dir}",
                hint="Wait until the other enrolment has ended, then run this one again.",
            ) from None
        yield
    except OSError as error:
        if not is_full(error):
            raise
        raise full_disk(error, index_dir) from None
    finally:
        os.close(descriptor)


def new_folder(index_dir: Path, above: int = 0) -> Path:
    """An empty ``.part`` folder for the next generation; leftovers of runs that died are removed. Needs the lock.

    Args:
        index_dir: The folder of the index.
        above: A number that is taken elsewhere: files are named by generations, and may move between folders.
    """
    for left in index_dir.glob(f"g*{_PART}"):
        shutil.rmtree(left)
    numbers = [above, *(number_of(folder) for folder in index_dir.glob("g*"))]
    folder = index_dir / f"g{max(numbers) + 1:06d}{_PART}"
    folder.mkdir(mode=0o700)
    return folder


def switch_to(part: Path) -> Path:
    """Make a finished ``.part`` folder the current generation. Needs the lock."""
    for path in part.rglob("*"):
        if path.is_dir() or path.stat().st_nlink == 1:  # what is linked was made safe when it was written
            sync_file(path)
    sync_folder(part)
    folder = part.with_name(part.name.removesuffix(_PART))
    part.rename(folder)
    sync_folder(folder.parent)
    write_safely(folder.parent / CURRENT_FILE, (folder.name + "\n").encode())
    return folder


def remove_old(index_dir: Path) -> None:
    """Remove all but the current generation and the one before; who has an older one mapped keeps it."""
    current = current_folder(index_dir)
    folders = sorted((f for f in index_dir.glob("g*") if _NAME.fullmatch(f.name)), key=number_of)
    older = [folder for folder in folders if current and number_of(folder) < number_of(current)]
    newer = [folder for folder in folders if current and number_of(folder) > number_of(current)]
    for folder in (*older[: 1 - _KEPT], *newer):
        shutil.rmtree(folder)
