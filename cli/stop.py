"""Being told to stop while threads run: a signal is noted, and looked at where there is something to put in order.

A signal whose handler raises is an exception wherever the main thread happens to be. In the middle of an import it
leaves the interpreter's import lock taken for ever: every thread that imports something waits for it, and whoever waits
for those threads never ends.
"""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


class Stop:
    """Whether somebody said to stop.

    Attributes:
        is_told: Somebody did.
    """

    def __init__(self) -> None:
        self.is_told = False
        self._then: list[Callable[[], None]] = []
        self._told, self._tell = os.pipe()
        os.set_blocking(self._tell, False)
        self._before = {number: signal.signal(number, self._note) for number in SIGNALS}

    def then(self, do: Callable[[], None]) -> None:
        """Do this as soon as somebody says so, or now; it may be done more than once, and raises nothing."""
        self._then.append(do)
        if self.is_told:
            do()

    def wait(self) -> None:
        """Return once somebody says so.

        Not by an event, which is locked while it is waited for: setting it in a handler could wait for that for ever.
        """
        before = signal.set_wakeup_fd(self._tell, warn_on_full_buffer=False)  # whichever thread the signal comes to
        try:
            while not self.is_told:
                os.read(self._told, 1)
        finally:
            signal.set_wakeup_fd(before)

    def _note(self, *_signal: object) -> None:
        self.is_told = True
        for do in self._then:
            do()

    def be_interrupted(self) -> None:
        """From here on Ctrl-C is again what it was before: an exception to whoever waits for something."""
        signal.signal(signal.SIGINT, self._before[signal.SIGINT])

    def close(self) -> None:
        """Signals are again what they were before."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        os.close(self._told)
        os.close(self._tell)


@contextmanager
def told_to_stop() -> Iterator[Stop]:
    """From here on SIGTERM and Ctrl-C are noted; in the main thread alone."""
    stop = Stop()
    try:
        yield stop
    finally:
        stop.close()
