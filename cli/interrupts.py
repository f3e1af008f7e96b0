"""Ctrl-C as an exception, but never in the middle of an import.

There it would leave the interpreter's import lock taken for ever: whatever thread imports something next waits for it,
and so does whoever ends by waiting for that thread. It comes when the import is done.
"""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from types import FrameType

IMPORTING: Final = "<frozen importlib._bootstrap>"
AGAIN_S: Final = 0.01


def interrupt_between_imports() -> None:
    """From here on Ctrl-C does so, in this process."""
    signal.signal(signal.SIGINT, interrupt)


def interrupt(_signal: int, frame: FrameType | None) -> None:
    """What Ctrl-C does: raise, or come again a little later.

    Raises:
        KeyboardInterrupt: Unless something is being imported.
    """
    while frame is not None:
        if frame.f_code.co_filename == IMPORTING:
            signal.signal(signal.SIGALRM, interrupt)
            signal.setitimer(signal.ITIMER_REAL, AGAIN_S)
            return
        frame = frame.f_back
    raise KeyboardInterrupt
