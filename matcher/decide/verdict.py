"""The verdict over a document: ours, somebody else's that some of ours are in, or nothing."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from core.processes.patterns import later
from fingerprints.index.sorted_search import distinct
from matcher.compare.candidates import FOREVER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from matcher.finding import Verdict

MAJORITY: Final = 0.5  # share of the people from which a document counts as ours
FEW_PEOPLE: Final = 3  # of so few, one who is ours is told about, whoever the others are
ONLY_OURS: Final = 0.2  # share of matches with a customer number: nobody else has those
_DIGITS: Final = later(r"\[0-9[^\]]*\]")
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC).date()


EXPOSED: Final = 0.5
"""Agreement from which a field counts as exposed: at least a part of it is."""
FEW_NUMBERS: Final = 5  # so few customer numbers with nothing beside them are any program's identifiers
FEW: Final = 20
"""Values from which on some may be wrong."""
ONE_IN: Final = 100
"""Of so many values one may be of another day: a correction, a late entry, a row that was mixed in."""


def verdict_of(subjects: int, people: int, with_number: int, only_number: int, *, own_form: bool = False) -> Verdict:
    """The verdict.

    Args:
        subjects: Different subjects matched.
        people: People seen.
        with_number: Matches in which the customer number agrees.
        only_number: Those of them in which nothing else does.
        own_form: Customer numbers have letters in them, so that nobody else's count looks like ours.
    """
    if not subjects:
        return "clear"
    if subjects == only_number < FEW_NUMBERS and not own_form:
        return "overlap"
    if subjects >= MAJORITY * people or people <= FEW_PEOPLE or with_number > ONLY_OURS * people:
        return "leak"
    return "overlap"


def has_own_form(patterns: Sequence[str]) -> bool:
    """Whether customer numbers, by the patterns learned of them, all have letters in them."""
    return bool(patterns) and all(re.search(r"[A-Z]", _DIGITS.sub("", pattern)) for pattern in patterns)


def as_date(day: int) -> date | None:
    """A day number of the index; None for an open end."""
    return None if day in {0, FOREVER} else EPOCH + timedelta(days=int(day))


def dated(since: NDArray[np.uint16], until: NDArray[np.uint16]) -> tuple[date | None, date | None]:
    """Between which days the values of a document were current together, but for a few that do not fit.

    The list was made after the youngest of its values came up and before the first of them was given up. Of `FEW`
    values on, one in a hundred may be wrong without moving either end: the days are all those on which as many are
    current as on the best day, less the allowance. Values that all came up on one day say nothing about the beginning:
    that is when they were enrolled.
    """
    if not since.size:
        return None, None
    allowed = -(-since.size // ONE_IN) if since.size >= FEW else 0
    days = distinct(np.concatenate((since, until)))
    began, ended = np.sort(since), np.sort(until)
    current = np.searchsorted(began, days, "right") - np.searchsorted(ended, days, "right")
    fits = np.flatnonzero(current >= current.max() - allowed)
    first = int(days[fits[0]])
    after = days[fits[-1] + 1 :]
    return as_date(first if first > began[allowed] else 0), as_date(int(after[0]) if after.size else FOREVER)
