"""A machine whose clock is wrong by so much, all the time."""

from __future__ import annotations

from datetime import datetime, timedelta

from core.clock import SystemClock


class ShiftedClock(SystemClock):
    """The machine's own clock, ahead of the true time by some seconds."""

    def __init__(self, seconds: float) -> None:
        self._by = timedelta(seconds=seconds)

    def now(self) -> datetime:
        """What the wrong clock shows."""
        return super().now() + self._by
