"""What a root cause is asked about and what it answers, as values: the leak, touches, holders, their ranking."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Leak:
    """The leaked customers as digests, sorted, with the confidence of each match, among ``population`` customers.

    Days count from 1970-01-01. Nothing after ``sighted_on`` can explain the leak. ``dated`` bounds the days on
    which the leaked values were current, where the index knows. ``touched_by`` is how many holders touch each of
    them; without it, all are alike. ``pairs`` is how many pairs of a holder and a customer there are at all, with
    the relative standard error ``pairs_error`` where that is an estimate.
    """

    subjects: NDArray[np.uint64]
    confidence: NDArray[np.float64]
    population: int
    sighted_on: int
    dated: tuple[int | None, int | None] = (None, None)
    touched_by: NDArray[np.float64] | None = None
    pairs: float = 0.0
    pairs_error: float = 0.0
    canaries: tuple[int, ...] = ()
    """Which of them are planted records, with which nobody has business."""

    @property
    def mass(self) -> float:
        """How many customers, counted by confidence."""
        return float(self.confidence.sum())

    def popularity(self, beside: float = 0.0) -> NDArray[np.float64]:
        """How many times as often each is touched as customers are in the mean, 1 at least.

        Somebody who touches it, and so many customers ``beside``, is left out of both: what he did is no measure of
        how often others do. One more touch of everybody stands for what no record shows.
        """
        if self.touched_by is None:
            return np.ones(len(self.subjects))
        mean = max(self.pairs - beside, 0.0) / self.population
        return np.maximum(self.touched_by / (mean + 1.0), 1.0)

    def without(self, subjects: NDArray[np.uint64]) -> Leak:
        """The leak without some of its customers."""
        left = ~np.isin(self.subjects, subjects)
        touched_by = None if self.touched_by is None else self.touched_by[left]
        return replace(self, subjects=self.subjects[left], confidence=self.confidence[left], touched_by=touched_by)


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
    ``subjects`` those that this one did. Who ``explains_nothing`` covers no more of them than by chance, or reads so
    many that it says nothing, and has no ``posterior``. ``size_error`` is the relative standard error of ``size``.
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
    posterior: float | None = None
    expected: float = 0.0
    explains_nothing: bool = False
    also_consistent: bool = False
    tied_with: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()
    size_error: float = 0.0
    shifts: tuple[float, ...] = ()
    """What the score gains or loses where the estimates it stands on are off, at each of `root_cause.doubt.NODES`."""
    subjects: NDArray[np.uint64] = field(default_factory=lambda: np.empty(0, np.uint64), repr=False, compare=False)


@dataclass(frozen=True)
class Ranking:
    """Candidates, best first, those that explain nothing last, and how well "none of these" does beside each kind."""

    holders: tuple[Holder, ...]
    none_score: float
    none_posterior: dict[str, float]
    unexplained: int

    @property
    def none_first(self) -> bool:
        """Whether no candidate beats "none of these"."""
        first = next(iter(self.holders), None)
        return first is None or first.explains_nothing or first.score <= self.none_score
