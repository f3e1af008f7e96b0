"""The terms of one holder's score, as functions of arrays; `root_cause.ranking` says what they mean together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from custody.set_likelihood import log_sum, set_score
from root_cause.windows import UNDATED, WINDOWS_DAYS, distinct_in_windows

if TYPE_CHECKING:
    from numpy.typing import NDArray

WRONG_DATE: Final = float(np.log(0.05))
"""What a window costs in which the leaked values were not current."""
ACTION_ODDS: Final = {
    "outside_storage": 20.0, "removable_media": 20.0, "export": 10.0, "download": 8.0, "print": 4.0, "admin": 2.0,
}  # fmt: skip
"""How much more often takers use an action than workers do: an assumption, bounded so that it never outweighs a set."""
CANARY_TERM: Final = float(np.log(100))
"""What it says that a holder opened a planted record that leaked: an assumption, once, however many he opened."""
MAX_POPULARITY: Final = 6
"""Classes of how often a customer is touched: as often as the mean or less, up to twice, four times … as often."""


@dataclass(frozen=True)
class HolderRows:
    """A holder's touches, one a subject and day, sorted by both: which are of leaked customers, and how sure.

    ``stands_for`` is how many customers a row speaks for (a large holder is read as a sample); ``popularity`` is
    the class of a leaked customer, 0 for the others.
    """

    subjects: NDArray[np.uint64]
    days: NDArray[np.int64]
    stands_for: NDArray[np.float64]
    hit: NDArray[np.bool_]
    confidence: NDArray[np.float64]
    popularity: NDArray[np.int64]

    def where(self, mask: NDArray[np.bool_]) -> HolderRows:
        """Some of the rows."""
        return HolderRows(
            self.subjects[mask], self.days[mask], self.stands_for[mask], self.hit[mask], self.confidence[mask],
            self.popularity[mask],
        )  # fmt: skip

    def of_class(self, number: int) -> NDArray[np.bool_]:
        """The leaked rows of one class of popularity."""
        mine: NDArray[np.bool_] = self.hit & (self.popularity == number)
        return mine


@dataclass(frozen=True)
class TouchWindow:
    """The best window of one length, and the log of the whole length's weight; length 0 is all time."""

    length: int
    start: int
    size: float
    score: float
    dates: float
    marginal: float
    weighed: float
    daily: float = 0.0
    """How many customers it touches on a day at work, in the median; 0 where there are too few days to say."""

    def holds(self, days: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which days lie in it."""
        if not self.length:
            return np.ones(len(days), bool)
        return (days >= self.start) & (days < self.start + self.length)


MIN_DAYS_AT_WORK: Final = 5


def windows_of(
    rows: HolderRows, *, of: float, population: float, first: int, last: int, current: tuple[int | None, int | None]
) -> list[TouchWindow]:
    """The best window of each length, and all time; all lengths are equally likely beforehand, and so is each start.

    Args:
        rows: What the holder touched.
        of: The leak's whole mass.
        population: How many customers there are.
        first: The first day of the trails.
        last: The last day that can explain the leak.
        current: The days between which the leaked values were current.
    """
    span = last - first + 1
    lengths = [length for length in WINDOWS_DAYS if length < span]
    prior = -float(np.log(len(lengths) + 1))
    found = [_all_time(rows, of, population, prior)]
    rows = rows.where(rows.days != UNDATED)
    for length in lengths:
        starts = span - length + 1
        frame = {"first": first, "starts": starts, "length": length}
        size = distinct_in_windows(rows.subjects, rows.days, weights=rows.stands_for, **frame)
        covered = np.stack([_mass(rows.where(rows.of_class(c)), frame) for c in range(MAX_POPULARITY)], axis=1)
        some = np.flatnonzero(covered.sum(axis=1) > 0)
        if not len(some):
            continue
        scores = set_score(covered[some], of, size[some] / population)
        dates = np.where(_is_current(first + some, length, current), 0.0, WRONG_DATE)
        weighed = scores + dates + prior - np.log(starts)
        top = int(np.argmax(weighed))
        daily = _daily(size) if length == 1 else 0.0
        found.append(
            TouchWindow(
                length, first + int(some[top]), float(size[some[top]]), float(scores[top]), float(dates[top]),
                log_sum(weighed), float(weighed[top]), daily,
            )
        )  # fmt: skip
    return found


def action_term(subjects: NDArray[np.uint64], odds: NDArray[np.float64]) -> float:
    """The log of the mean odds over the covered customers (sorted), each by its most telling action."""
    new = np.r_[True, subjects[1:] != subjects[:-1]]
    return float(np.log(np.maximum.reduceat(odds, np.flatnonzero(new)).mean()))


def class_masses(rows: HolderRows) -> NDArray[np.float64]:
    """The leaked mass in some rows, by class of popularity."""
    first = _firsts(rows)
    return np.array([rows.confidence[first & rows.of_class(c)].sum() for c in range(MAX_POPULARITY)])


def _mass(rows: HolderRows, frame: dict[str, int]) -> NDArray[np.float64]:
    return distinct_in_windows(rows.subjects, rows.days, weights=rows.confidence, **frame)


def _firsts(rows: HolderRows) -> NDArray[np.bool_]:
    """The first row of each subject."""
    return np.r_[True, rows.subjects[1:] != rows.subjects[:-1]] if len(rows.subjects) else np.zeros(0, bool)


def _daily(size: NDArray[np.float64]) -> float:
    at_work = size[size > 0]
    return float(np.median(at_work)) if len(at_work) >= MIN_DAYS_AT_WORK else 0.0


def _all_time(rows: HolderRows, of: float, population: float, prior: float) -> TouchWindow:
    size = float(rows.stands_for[_firsts(rows)].sum())
    score = float(set_score(class_masses(rows)[None, :], of, np.array([size / population]))[0])
    return TouchWindow(0, 0, size, score, 0.0, score + prior, score + prior)


def _is_current(starts: NDArray[np.int64], length: int, current: tuple[int | None, int | None]) -> NDArray[np.bool_]:
    """Which windows hold a day on which the leaked values were current."""
    since, until = current
    good = np.ones(len(starts), bool)
    if since is not None:
        good &= starts + length - 1 >= since
    if until is not None:
        good &= starts <= until
    return good
