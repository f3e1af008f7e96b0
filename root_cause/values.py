"""What a root cause is asked about and what it answers, as values: the leak, touches, holders, their ranking."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from root_cause.terms import MAX_POPULARITY

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Leak:
    """The leaked customers as digests, sorted, with the confidence of each match, among ``population`` customers.

    Days count from 1970-01-01. Nothing after ``sighted_on`` can explain the leak. ``dated`` bounds the days on
    which the leaked values were current, where the index knows. ``popularity`` is how many holders touch each of
    them, as a multiple of what customers see in the mean; without it, all are alike.
    """

    subjects: NDArray[np.uint64]
    confidence: NDArray[np.float64]
    population: int
    sighted_on: int
    dated: tuple[int | None, int | None] = (None, None)
    popularity: NDArray[np.float64] | None = None
    canaries: tuple[int, ...] = ()
    """Which of them are planted records, with which nobody has business."""

    @property
    def mass(self) -> float:
        """How many customers, counted by confidence."""
        return float(self.confidence.sum())

    @property
    def classes(self) -> NDArray[np.int64]:
        """The class of each one's popularity: 0 up to the mean, then one for each doubling."""
        if self.popularity is None:
            return np.zeros(len(self.subjects), np.int64)
        doublings = np.ceil(np.log2(np.maximum(self.popularity, 1.0)))
        return np.minimum(doublings, MAX_POPULARITY - 1).astype(np.int64)

    def without(self, subjects: NDArray[np.uint64]) -> Leak:
        """The leak without some of its customers."""
        left = ~np.isin(self.subjects, subjects)
        popularity = None if self.popularity is None else self.popularity[left]
        return replace(self, subjects=self.subjects[left], confidence=self.confidence[left], popularity=popularity)


@dataclass(frozen=True)
class Touches:
    """What one holder touched: subject, day and the odds of the action, row by row, in any order."""

    kind: str
    name: str
    subjects: NDArray[np.uint64]
    days: NDArray[np.int64]
    odds: NDArray[np.float64]
    systems: tuple[str, ...] = ()
    sample: int = 1
    """Of the customers that did not leak, only one in so many is in the rows; the leaked ones are all there."""


@dataclass(frozen=True)
class Background:
    """A set that may have leaked without any holder's touch, such as a whole extract, and the leak's mass in it."""

    name: str
    size: int
    covered: float


@dataclass(frozen=True)
class Holder:
    """One candidate with everything that was weighed; ``window_days`` 0 is all time.

    ``expected`` is how many of the leaked customers a random holder of the same size would have touched,
    ``subjects`` those that this one did.
    """

    kind: str
    name: str
    score: float
    covered: int
    of: int
    size: int
    terms: dict[str, float]
    window_days: int
    from_day: int | None
    to_day: int | None
    posterior: float = 0.0
    expected: float = 0.0
    explains_nothing: bool = False
    also_consistent: bool = False
    tied_with: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()
    subjects: NDArray[np.uint64] = field(default_factory=lambda: np.empty(0, np.uint64), repr=False, compare=False)


@dataclass(frozen=True)
class Ranking:
    """Candidates, best first, and how well "none of these" does against the best of each kind."""

    holders: tuple[Holder, ...]
    none_score: float
    none_posterior: dict[str, float]
    unexplained: int

    @property
    def none_first(self) -> bool:
        """Whether no candidate beats "none of these"."""
        return not self.holders or self.holders[0].score <= self.none_score
