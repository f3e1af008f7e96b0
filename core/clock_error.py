"""How far this machine's clock may be off, as the kernel knows it from whoever keeps it (adjtimex, Linux)."""

from __future__ import annotations

import ctypes
import os
from dataclasses import dataclass
from typing import Final

_TIME_ERROR: Final = 5
"""What adjtimex says of a clock that nobody keeps right."""
_BYTES: Final = 512
"""More than ``struct timex`` has on any machine (208 on 64 bits)."""
_MAXERROR: Final = 3 * ctypes.sizeof(ctypes.c_long)
"""Where ``maxerror``, in microseconds, stands in it: after modes (padded), offset and freq."""


@dataclass(frozen=True, slots=True)
class ClockError:
    """The most that the clock may be off; unknown when nobody keeps it right, or the kernel does not say."""

    milliseconds: int = 0
    is_known: bool = False


def clock_error() -> ClockError:
    """What the kernel says at this moment."""
    if os.name != "posix":
        return ClockError()
    buffer = ctypes.create_string_buffer(_BYTES)  # modes 0: only ask
    try:
        state = ctypes.CDLL(None, use_errno=True).adjtimex(buffer)
    except (OSError, AttributeError):
        return ClockError()
    if state < 0 or state == _TIME_ERROR:
        return ClockError()
    microseconds = ctypes.c_long.from_buffer(buffer, _MAXERROR).value
    return ClockError(max(1, round(microseconds / 1000)), is_known=True)
