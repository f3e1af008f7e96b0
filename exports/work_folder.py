"""A folder that an export is made in, and that is gone afterwards, whatever happens to who makes it."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOLDER: Final = "exports"
WORK: Final = "work-"
LOCK: Final = "lock"
RUN: Final = "run-"
"""Begins the name of a file that is locked while the export of its number is made."""
OWNER_ALONE: Final = 0o700


@contextmanager
def work_folder(home: Path) -> Iterator[Path]:
    """A folder of one's own; what an earlier export left, whose process was killed, goes first."""
    base = home / FOLDER
    base.mkdir(OWNER_ALONE, exist_ok=True)
    remove_left(home)
    folder = base / f"{WORK}{secrets.token_hex(8)}"
    folder.mkdir(OWNER_ALONE)
    lock = os.open(folder / LOCK, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)  # until this process ends, however it does
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def remove_left(home: Path) -> int:
    """Remove the folders of processes that are no more; gives how many there were."""
    removed = 0
    for folder in (home / FOLDER).glob(f"{WORK}*"):
        try:
            lock = os.open(folder / LOCK, os.O_WRONLY)
        except FileNotFoundError:  # a folder of this very moment
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        else:
            shutil.rmtree(folder, ignore_errors=True)
            removed += 1
        finally:
            os.close(lock)
    return removed


@contextmanager
def held(home: Path, number: int) -> Iterator[bool]:
    """Say that an export is being made, until this process ends, however it does; gives whether nobody else does."""
    (home / FOLDER).mkdir(OWNER_ALONE, exist_ok=True)
    path = home / FOLDER / f"{RUN}{number}"
    lock = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        yield False
        return
    try:
        yield True
    finally:
        path.unlink(missing_ok=True)
        os.close(lock)


def is_held(home: Path, number: int) -> bool:
    """Whether a process makes the export of that number."""
    try:
        lock = os.open(home / FOLDER / f"{RUN}{number}", os.O_WRONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False
