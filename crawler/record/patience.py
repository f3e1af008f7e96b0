"""What becomes of an entry that could not be had, and when one that was read is looked at again; pure.

The law: an entry that a list showed is read, tried again, or given up and reported, and nothing is held against it
that is the site's fault.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from crawler.engines.interface import Miss

if TYPE_CHECKING:
    from datetime import datetime

WATCHED: Final = "watched"
"""The revisit of entries that are part of an incident."""
WATCH_EVERY: Final = timedelta(hours=6)
READ, WANTED, GONE, GIVEN_UP = "read", "wanted", "gone", "given-up"
TRIES_WHEN_GONE: Final = 3
"""An answer of 404 may be a moment's: of a paste that is shown before it is everywhere, of a site that is moved."""
TRIES_WHEN_REFUSED: Final = 5
LONGEST_WAIT: Final = timedelta(days=1)
FIRST_LOOK: Final = timedelta(hours=1)
LAST_LOOK: Final = timedelta(days=32)
_DOUBLINGS: Final = 20


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of the entry: its state, its count of failures, and from when on it may be tried again.

    One that is gone or given up is tried again only when a list still shows it then.
    """

    state: str
    failures: int
    next_at: datetime | None


def after_miss(miss: Miss, failures: int, now: datetime, every: timedelta) -> Verdict:
    """After a try in vain.

    Args:
        miss: Whose fault it was.
        failures: Tries in vain before this one.
        now: Of this try.
        every: The source's schedule, by which waits are measured.
    """
    if miss == Miss.BUSY:
        return Verdict(WANTED, failures, None)
    failures += 1
    if miss == Miss.GONE:
        if failures >= TRIES_WHEN_GONE:
            return Verdict(GONE, failures, now + _wait(failures - TRIES_WHEN_GONE, every))
        return Verdict(WANTED, failures, now + _wait(0, every))
    state = GIVEN_UP if miss == Miss.REFUSED and failures >= TRIES_WHEN_REFUSED else WANTED
    return Verdict(state, failures, now + _wait(failures - 1, every))


def _wait(doublings: int, every: timedelta) -> timedelta:
    wait: timedelta = min(every * 2 ** min(doublings, _DOUBLINGS) / 2, LONGEST_WAIT)
    return wait


def next_look(revisit: str, looks: int, now: datetime) -> datetime | None:
    """When to look at an entry that was read: for changes that no list tells. None for never."""
    if revisit == "always":
        return now
    if revisit == WATCHED:
        return now + WATCH_EVERY
    if revisit == "fading":
        wait: timedelta = min(FIRST_LOOK * 2 ** min(looks, _DOUBLINGS), LAST_LOOK)
        return now + wait
    return None
