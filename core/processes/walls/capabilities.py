"""Powers of root that a process of ours has no use for are given up, where somebody runs Hinomi as root.

Root's powers go round other walls: since Linux 6.16 whoever may measure performance reads any process's environment.
Kept is what lets root open files of the user that the home folder belongs to; which files, Landlock says.
"""

from __future__ import annotations

import ctypes
import platform
import struct
from typing import Final

_CALLS: Final = {"x86_64": 126, "aarch64": 91}  # capset, which the C library does not offer
_VERSION: Final = 0x20080522
_KEPT: Final = 1 << 1 | 1 << 2
"""CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH."""


def give_up_powers() -> bool:
    """Keep the powers over files at most; whether it holds now."""
    call = _CALLS.get(platform.machine())
    if call is None:
        return False
    library = ctypes.CDLL(None, use_errno=True)
    held = struct.pack("=6I", *_held())
    return not library.syscall(call, struct.pack("=Ii", _VERSION, 0), held)


def _held() -> tuple[int, ...]:
    """Effective, permitted, inheritable of the lower half, then of the upper one."""
    mine = 0
    try:
        with open("/proc/self/status", encoding="ascii", errors="replace") as file:  # noqa: PTH123  # before much is imported
            mine = next(int(line.split()[1], 16) for line in file if line.startswith("CapPrm"))
    except (OSError, StopIteration, ValueError):
        mine = 0
    kept = mine & _KEPT
    return (kept, kept, 0, 0, 0, 0)
