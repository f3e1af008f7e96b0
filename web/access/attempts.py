"""Wrong tokens slow down: after a few, the next is not looked at for a while, which doubles with each."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from core.clock import Clock

FREE: Final = 3
"""Wrong tokens that cost nothing: somebody copied half of the address."""
FIRST: Final = timedelta(seconds=1)
LONGEST: Final = timedelta(seconds=60)
FORGOTTEN: Final = timedelta(minutes=15)


class Attempts:
    """Counts wrong tokens, whoever showed them: behind one proxy all of them come from one address."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._wrong = 0
        self._last: datetime | None = None

    def wait_s(self) -> int:
        """Seconds until the next token is looked at; 0 for at once."""
        with self._lock:
            if self._last is None or self._wrong < FREE:
                return 0
            left = self._last + self._pause() - self._clock.now()
            return max(0, -(-left // timedelta(seconds=1)))

    def note_wrong(self) -> int:
        """Count a wrong one; gives how many there were of late."""
        with self._lock:
            now = self._clock.now()
            if self._last is not None and now - self._last >= FORGOTTEN:
                self._wrong = 0
            self._wrong, self._last = self._wrong + 1, now
            return self._wrong

    def note_right(self) -> None:
        """The right one was shown."""
        with self._lock:
            self._wrong, self._last = 0, None

    def _pause(self) -> timedelta:
        doublings: int = min(self._wrong - FREE, 6)
        return min(FIRST * (1 << doublings), LONGEST)
