"""Landlock: a process shuts itself, and all that it starts, out of the files it has no business with.

Three system calls without a wrapper in the C library (`man 7 landlock`; linux/landlock.h). Their numbers are the same
on every machine. Needs no right, holds for root too, and cannot be undone. Kernel 5.13 and later; what a kernel does
not know yet is left out, so that an old one gives what it can.
"""

from __future__ import annotations

import ctypes
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_CREATE, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_VERSION, _PATH_BENEATH = 1, 1
_NO_NEW_PRIVILEGES = 38  # of prctl

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_TRUNCATE, _IOCTL = 1 << 14, 1 << 15
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL
READ: Final = _READ_FILE | _READ_DIR
RUN: Final = READ | _EXECUTE
LIST: Final = _READ_DIR
WRITE: Final = (1 << 16) - 1 - _EXECUTE - _IOCTL
"""Everything that can be done to files, but run them."""
_FILE_RIGHTS: Final = ((1, 13), (2, 14), (3, 15), (5, 16))
"""Versions of the interface, and how many rights over files each knows."""
_TCP_FROM, _SCOPES_FROM = 4, 6
_TCP, _SCOPES = 0b11, 0b11  # bind and connect; abstract sockets and signals to processes outside


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("tcp", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


class _Rule(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("descriptor", ctypes.c_int32))


def landlock_version() -> int:
    """Of the kernel's interface; 0 where there is none."""
    try:
        return max(0, _call(_CREATE, None, 0, _ASK_VERSION))
    except OSError:
        return 0


def restrict_files(allowed: Iterable[tuple[Path, int]], *, tcp: bool) -> bool:
    """Keep this thread, and all that it starts, to some places.

    Args:
        allowed: Files and folders with what may be done to them and below; one that does not exist is passed over.
        tcp: Whether connections by TCP are allowed.

    Returns:
        Whether it holds now.
    """
    version = landlock_version()
    if not version:
        return False
    known = (1 << max(rights for since, rights in _FILE_RIGHTS if since <= version)) - 1
    wanted = _Ruleset(known, _TCP if version >= _TCP_FROM and not tcp else 0, _SCOPES)
    size = 24 if version >= _SCOPES_FROM else 16 if version >= _TCP_FROM else 8
    try:
        rules = _call(_CREATE, ctypes.byref(wanted), size, 0)
    except OSError:
        return False
    try:
        for path, rights in allowed:
            with suppress(OSError):  # it is not there, or has no name any more
                _allow(rules, path, rights & known)
        keep_privileges()
        _call(_RESTRICT_SELF, rules, 0)
    except OSError:
        return False
    finally:
        os.close(rules)
    return True


def _allow(rules: int, path: Path, rights: int) -> None:
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = _Rule(rights if path.is_dir() else rights & _OF_FILES, descriptor)
        _call(_ADD_RULE, rules, _PATH_BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(descriptor)


def keep_privileges() -> None:
    """No program that this process starts gains a right that it has not; the kernel asks for it first."""
    if _library().prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _call(number: int, *arguments: object) -> int:
    done = int(_library().syscall(number, *arguments))
    if done < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return done


def _library() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
