"""The time, as an argument: nothing else in the program asks the operating system what time it is."""

from __future__ import annotations

import ctypes
import os
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, Protocol
from zoneinfo import ZoneInfo

DEFAULT_ZONE: Final = "Asia/Tokyo"
"""Where the carrier is, unless `core.settings.Settings.zone` says otherwise: the zone that days are counted in."""


EPOCH: Final = date(1970, 1, 1).toordinal()


def day_number(day: date) -> int:
    """Days from 1970-01-01."""
    return day.toordinal() - EPOCH


def day_of(number: int) -> date:
    """The day that `day_number` gave."""
    return date.fromordinal(number + EPOCH)


def local(moment: datetime, zone: str = DEFAULT_ZONE) -> datetime:
    """A moment as the clocks of a zone show it."""
    return moment.astimezone(ZoneInfo(zone))


class Clock(Protocol):
    """Tells the time; aware, in UTC."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return datetime.now(UTC)


class SetClock:
    """A clock that stands still until it is told to move; for tests and replays."""

    def __init__(self, at: datetime) -> None:
        if at.tzinfo is None:
            raise ValueError(f"a clock needs an aware time, got {at!r}")
        self._at = at.astimezone(UTC)

    def now(self) -> datetime:
        """The moment it was last set to."""
        return self._at

    def advance(self, by: timedelta) -> datetime:
        """Move on by ``by`` and return the new moment."""
        self._at += by
        return self._at


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
