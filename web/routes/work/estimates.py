"""How long work still takes, as honestly as it can be said: a range from its own pace, or nothing. Pure.

A pace that was steady gives a narrow range, one that changed a wide one. Before there is a pace, and when nothing has
moved for longer than it ever took before, nobody can tell, and that is what is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

LEAST_S: Final = 3.0
"""A pace of fewer seconds is none: opening a file takes as long."""
LEAST_SHARE: Final = 0.02
LEAST_STEPS: Final = 3
MARGIN: Final = 0.2
"""Added on both sides: the last steps of any work are not like the others."""
PATIENCE: Final = 4.0
"""Times the longest step so far, after which the pace no longer says anything."""
_RECENT: Final = 4
"""The pace of late is that of the last of so many parts of the steps."""


@dataclass(frozen=True, slots=True)
class WorkStep:
    """At a moment, how much was done: 0 to 1."""

    at: datetime
    share: float


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """Between how many seconds and how many."""

    least_s: float
    most_s: float

    @property
    def words(self) -> tuple[str, int, int]:
        """The unit that reads best (``s``, ``min`` or ``h``), and both ends in it, the lower rounded down."""
        for unit, seconds in (("h", 3600), ("min", 60)):
            if self.most_s >= 2 * seconds:
                return unit, int(self.least_s // seconds), max(1, -int(-self.most_s // seconds))
        return "s", int(self.least_s), max(1, -int(-self.most_s // 1))


def time_left(steps: Sequence[WorkStep], now: datetime) -> TimeLeft | None:
    """How long it still takes; None where nobody can tell.

    Args:
        steps: How far the work was at some moments, in their order; the first of them is its beginning.
        now: The moment.
    """
    if len(steps) < LEAST_STEPS:
        return None
    first, last = steps[0], steps[-1]
    took, done = (last.at - first.at).total_seconds(), last.share - first.share
    quiet = (now - last.at).total_seconds()
    longest = max((after.at - before.at).total_seconds() for before, after in pairwise(steps))
    if took < LEAST_S or done < LEAST_SHARE or quiet > max(LEAST_S, PATIENCE * longest):
        return None
    since = steps[-1 - max(1, len(steps) // _RECENT)]
    lately_s, lately = (last.at - since.at).total_seconds(), last.share - since.share
    paces = [done / took, *([lately / lately_s] if lately_s > 0 and lately > 0 else [])]
    left = max(0.0, 1.0 - last.share)
    least = left / max(paces) * (1 - MARGIN) - quiet
    return TimeLeft(max(0.0, least), max(0.0, left / min(paces) * (1 + MARGIN)))
