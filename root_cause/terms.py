"""The terms of one holder's score, as functions of arrays; `root_cause.ranking` says what they mean together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from custody.set_likelihood import log_sum, set_score
from fingerprints.index.sorted_search import distinct
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
CLASSES: Final = 6
"""Classes of how often a customer is touched: as the mean, twice, four times … as often; between two, in both."""
EVERYBODY_SHARE: Final = 0.9
"""Whoever touches so much of all customers in a window is told by it from nobody."""
BULK_SHARE: Final = 0.5
"""The same for who reads in bulk: a batch over those who have some product tells nothing of who took them."""
DAILY_CUSTOMERS: Final = 240
"""Nobody opens so many on a usual day by hand: a call takes two minutes at least, and a day has eight hours."""
SAME_WEIGHT: Final = 9
"""Digits after which windows weigh the same, whatever the order in which their customers were added up."""
MIN_POPULATION: Final = 1000
"""Below it, one busy operator sees everybody and is no batch."""


@dataclass(frozen=True)
class HolderRows:
    """A holder's touches, one a subject and day, sorted by both: which are of leaked customers, and how sure.

    ``stands_for`` is how many customers a row speaks for (a large holder is read as a sample); ``doublings`` is
    how often a leaked customer is touched, in doublings of the mean, 0 for the others.
    """

    subjects: NDArray[np.uint64]
    days: NDArray[np.int64]
    stands_for: NDArray[np.float64]
    hit: NDArray[np.bool_]
    confidence: NDArray[np.float64]
    doublings: NDArray[np.float64]

    def where(self, mask: NDArray[np.bool_]) -> HolderRows:
        """Some of the rows."""
        return HolderRows(
            self.subjects[mask], self.days[mask], self.stands_for[mask], self.hit[mask], self.confidence[mask],
            self.doublings[mask],
        )  # fmt: skip

    def mass_in(self, number: int) -> NDArray[np.float64]:
        """How much of each row counts in one class: one between two classes counts in both, more in the nearer."""
        near = 1.0 - np.abs(np.minimum(self.doublings, CLASSES - 1.0) - number)
        mass: NDArray[np.float64] = self.confidence * np.maximum(near, 0.0) * self.hit
        return mass


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

    def holds(self, days: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which days lie in it."""
        if not self.length:
            return np.ones(len(days), bool)
        return (days >= self.start) & (days < self.start + self.length)


OUTSTANDING: Final = 5.0
"""A window so many times as large as the holder's usual one is no ordinary work: colleagues do not excuse it."""
LEAST_MASS: Final = 1e-9
"""What is left of sums that should be nothing."""
MIN_DAYS_AT_WORK: Final = 8
"""On fewer days nobody has a usual one: somebody may take what he takes in some nights."""


def windows_of(
    rows: HolderRows,
    *,
    of: float,
    lift: float,
    customers: int,
    first: int,
    last: int,
    current: tuple[int | None, int | None],
) -> list[TouchWindow]:
    """The best window of each length, and all time; all lengths are equally likely beforehand.

    Of the windows of one length each is as likely as it is large, since whoever takes many has opened many.

    Args:
        rows: What the holder touched.
        of: The leak's whole mass.
        lift: How many times as much of the leak as by chance the holder would have touched anyway, at ordinary work.
        customers: How many there are.
        first: The first day of the trails.
        last: The last day that can explain the leak.
        current: The days between which the leaked values were current.
    """
    span = last - first + 1
    lengths = [length for length in WINDOWS_DAYS if length < span]
    prior = -float(np.log(len(lengths) + 1))
    nobody = _tells_nobody(rows, customers)
    found = [_all_time(rows, of, lift, customers, prior, nobody)]
    rows = rows.where(rows.days != UNDATED)
    leaked = rows.where(rows.hit)
    at_work = len(distinct(rows.days))
    for length in lengths:
        starts = span - length + 1
        frame = {"first": first, "starts": starts, "length": length}
        size = distinct_in_windows(rows.subjects, rows.days, weights=rows.stands_for, **frame)
        covered = np.stack([_mass(leaked, number, frame) for number in range(CLASSES)], axis=1)
        some = np.flatnonzero(covered.sum(axis=1) > LEAST_MASS)
        if not len(some):
            continue
        lifted = np.where(size[some] > OUTSTANDING * _usual(size, at_work), 1.0, lift)
        scores = _telling(set_score(covered[some], of, size[some] * lifted / customers), size[some], nobody)
        dates = np.where(_is_current(first + some, length, current), 0.0, WRONG_DATE)
        weighed = scores + dates + prior + np.log(size[some] / size.sum())
        top = int(np.argmax(np.round(weighed, SAME_WEIGHT)))
        found.append(
            TouchWindow(
                length, first + int(some[top]), float(size[some[top]]), float(scores[top]), float(dates[top]),
                log_sum(weighed), float(weighed[top]),
            )
        )  # fmt: skip
    return found


def action_term(subjects: NDArray[np.uint64], odds: NDArray[np.float64]) -> float:
    """The log of the mean odds over the covered customers (sorted), each by its most telling action."""
    new = np.r_[True, subjects[1:] != subjects[:-1]]
    return float(np.log(np.maximum.reduceat(odds, np.flatnonzero(new)).mean()))


def class_masses(rows: HolderRows) -> NDArray[np.float64]:
    """The leaked mass in some rows, by class of popularity."""
    rows = rows.where(rows.hit)
    first = _firsts(rows)
    return np.array([rows.mass_in(number)[first].sum() for number in range(CLASSES)])


def usual_day(rows: HolderRows) -> tuple[float, int]:
    """How many customers a holder touches on a day at work, in the median, and on how many days it was there."""
    days = rows.days[rows.days != UNDATED]
    if not len(days):
        return 0.0, 0
    each = np.bincount(days - days.min(), rows.stands_for[rows.days != UNDATED])
    return float(np.median(each[each > 0])), int((each > 0).sum())


def _tells_nobody(rows: HolderRows, customers: int) -> float:
    """From which size on a window of the holder tells it from nobody."""
    if customers < MIN_POPULATION:
        return float("inf")
    return customers * (BULK_SHARE if usual_day(rows)[0] >= DAILY_CUSTOMERS else EVERYBODY_SHARE)


def _telling(scores: NDArray[np.float64], sizes: NDArray[np.float64], nobody: float) -> NDArray[np.float64]:
    """The scores, of which none is above 0 whose set is so large that it tells nobody."""
    return np.where(sizes >= nobody, np.minimum(scores, 0.0), scores)


def _mass(rows: HolderRows, number: int, frame: dict[str, int]) -> NDArray[np.float64]:
    mass = rows.mass_in(number)
    mine = mass > 0
    return distinct_in_windows(rows.subjects[mine], rows.days[mine], weights=mass[mine], **frame)


def _firsts(rows: HolderRows) -> NDArray[np.bool_]:
    """The first row of each subject."""
    return np.r_[True, rows.subjects[1:] != rows.subjects[:-1]] if len(rows.subjects) else np.zeros(0, bool)


def _usual(size: NDArray[np.float64], days: int) -> float:
    """The median size of the windows in which the holder touched anybody at all; without enough days, 0."""
    return float(np.median(size[size > 0])) if days >= MIN_DAYS_AT_WORK else 0.0


def _all_time(rows: HolderRows, of: float, lift: float, customers: int, prior: float, nobody: float) -> TouchWindow:
    size = float(rows.stands_for[_firsts(rows)].sum())
    scores = set_score(class_masses(rows)[None, :], of, np.array([size * lift / customers]))
    score = float(_telling(scores, np.array([size]), nobody)[0])
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
