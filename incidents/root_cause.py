"""Who held or touched exactly these customers: named log-likelihood terms over values, no files, no database.

For a holder whose set in some window is R (of N customers), with the leak's m customers of which k lie in R::

    set(ε) = k·log((1−ε)·N/|R| + ε) + (m−k)·log ε            against "drawn from all N", which scores 0
    set    = log of its mean over ε in 0.01 … 0.7            ε is the share that did not come through R

It is the likelihood of `FACTS`: coverage alone, guilt by the number of holders, and Jaccard all put the culprit
first less often. Matches count by their confidence. ``windows`` is what averaging over every window of 1, 7, 30,
365 days and all time takes away from the best one; ``among`` is the prior of one holder among all of its kind, so
that ``none of these`` (prior one half) wins when nobody stands out. It ranks evidence; it accuses nobody.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from incidents.root_cause_windows import UNDATED, WINDOWS_DAYS, distinct_in_windows, sort_touches

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

NOISE: Final = np.geomspace(0.01, 0.7, 12)
"""Shares of the leak that may have come from elsewhere; all equally likely beforehand."""
TIE: Final = float(np.log(3))
"""Two candidates less than 3 : 1 apart cannot be told apart."""
WRONG_DATE: Final = float(np.log(0.05))
"""What a window costs in which the leaked values were not current."""
EVERYBODY_SHARE: Final = 0.5
DAILY_SHARE: Final = 0.02
MIN_BATCH_DAYS: Final = 5
MIN_POPULATION: Final = 1000
"""Below it, one busy operator sees everybody and is no batch."""
ACTION_ODDS: Final = {
    "outside_storage": 20.0, "removable_media": 20.0, "export": 10.0, "download": 8.0, "print": 4.0, "admin": 2.0,
}  # fmt: skip
"""How much more often takers use an action than workers do: an assumption, bounded so that it never outweighs a set."""


@dataclass(frozen=True)
class Leak:
    """The leaked customers as digests, sorted, with the confidence of each match, among ``population`` customers.

    Days count from 1970-01-01. Nothing after ``sighted_on`` can explain the leak. ``dated`` bounds the days on
    which the leaked values were current, where the index knows.
    """

    subjects: NDArray[np.uint64]
    confidence: NDArray[np.float64]
    population: int
    sighted_on: int
    dated: tuple[int | None, int | None] = (None, None)

    @property
    def mass(self) -> float:
        """m: how many customers, counted by confidence."""
        return float(self.confidence.sum())

    def without(self, subjects: NDArray[np.uint64]) -> Leak:
        """The leak without some of its customers."""
        left = ~np.isin(self.subjects, subjects)
        return replace(self, subjects=self.subjects[left], confidence=self.confidence[left])


@dataclass(frozen=True)
class Touches:
    """What one holder touched: subject, day and the odds of the action, row by row, in any order."""

    kind: str
    name: str
    subjects: NDArray[np.uint64]
    days: NDArray[np.int64]
    odds: NDArray[np.float64]
    systems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Background:
    """A set that may have leaked without any holder's touch, such as a whole extract, and the leak's mass in it."""

    name: str
    size: int
    covered: float


@dataclass(frozen=True)
class Holder:
    """One candidate with everything that was weighed; ``window_days`` 0 is all time."""

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
    """The leaked customers it covers."""


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


def set_score(covered: NDArray[np.float64], of: float, share: NDArray[np.float64]) -> NDArray[np.float64]:
    """The set term of many candidates at once, from the mass covered and each set's share of all customers."""
    share = np.clip(share, 1e-12, 1.0)[:, None]
    covered = covered[:, None]
    by_noise = covered * np.log((1 - NOISE) / share + NOISE) + (of - covered) * np.log(NOISE)
    return _log_mean(by_noise)


def best_possible(covered: float, of: float, population: int, among: int) -> float:
    """No holder that covers so much can score more, whatever the size of its set; for looking closely at few only."""
    share = np.array([max(covered, 1.0) / population])
    return float(set_score(np.array([covered]), of, share)[0] - np.log(among) + np.log(max(ACTION_ODDS.values())))


def rank_holders(
    leak: Leak, touches: Sequence[Touches], among: Mapping[str, int], backgrounds: Sequence[Background] = ()
) -> Ranking:
    """Rank the holders of a leak.

    Args:
        leak: What leaked.
        touches: Everything that each candidate touched; one that touched no leaked customer may be left out.
        among: How many holders of each kind there are in all.
        backgrounds: Sets that may have leaked as a whole; part of "none of these".
    """
    days = [one.days[(one.days != UNDATED) & (one.days <= leak.sighted_on)] for one in touches]
    first = min((int(d.min()) for d in days if len(d)), default=leak.sighted_on)
    holders = [_weigh(leak, one, max(1, among.get(one.kind, 1)), first) for one in touches]
    none = _none_score(leak, backgrounds)
    ranked = sorted(
        (h for h in holders if h is not None), key=lambda h: (-h.score, h.explains_nothing, h.size, h.kind, h.name)
    )
    ranked = _with_posteriors(ranked, none)
    ranked = _with_ties(ranked, none)
    mass = {h.kind: sum(o.posterior for o in ranked if o.kind == h.kind) for h in ranked}
    explained = ranked[0].subjects if ranked and ranked[0].score > none else np.empty(0, np.uint64)
    return Ranking(
        tuple(ranked), none, {kind: 1 - total for kind, total in mass.items()}, len(leak.subjects) - len(explained)
    )


def _weigh(leak: Leak, touches: Touches, among: int, first: int) -> Holder | None:
    possible = touches.days <= leak.sighted_on
    subjects, days, odds = sort_touches(touches.subjects[possible], touches.days[possible], touches.odds[possible])
    at = np.minimum(np.searchsorted(leak.subjects, subjects), max(len(leak.subjects) - 1, 0))
    hit = leak.subjects[at] == subjects if len(leak.subjects) else np.zeros(len(subjects), bool)
    if not hit.any():
        return None
    windows = _windows(leak, subjects, days, hit, leak.confidence[at], first)
    best = max(windows, key=lambda w: w.weighed)
    total = float(_log_sum(np.array([w.marginal for w in windows])))
    inside = hit & best.holds(days)
    covered_subjects = np.unique(subjects[inside])
    everybody = _reads_everybody(leak, subjects, days, windows)
    actions = 0.0 if everybody or best.set <= 0 else _action_term(subjects[inside], odds[inside])
    terms = {
        "set": best.set,
        "windows": total - best.set - best.dates,
        "dates": best.dates,
        "among": -float(np.log(among)),
        "actions": actions,
    }
    score = sum(terms.values())
    return Holder(
        touches.kind, touches.name, min(score, -float(np.log(among))) if everybody else score,
        len(covered_subjects), len(leak.subjects), round(best.size), {name: round(value, 3) for name, value in
        terms.items()}, best.length, best.start if best.length else None, best.start + best.length - 1 if
        best.length else None, expected=len(leak.subjects) * min(1.0, best.size / leak.population),
        explains_nothing=everybody, systems=touches.systems, subjects=covered_subjects,
    )  # fmt: skip


@dataclass(frozen=True)
class _Window:
    """The best window of one length, and the log of the length's whole weight."""

    length: int
    start: int
    size: float
    set: float
    dates: float
    marginal: float
    weighed: float
    daily: float = 0.0

    def holds(self, days: NDArray[np.int64]) -> NDArray[np.bool_]:
        if not self.length:
            return np.ones(len(days), bool)
        return (days >= self.start) & (days < self.start + self.length)


def _windows(
    leak: Leak,
    subjects: NDArray[np.uint64],
    days: NDArray[np.int64],
    hit: NDArray[np.bool_],
    confidence: NDArray[np.float64],
    first: int,
) -> list[_Window]:
    """All time and each length that is shorter than the trail, all equally likely beforehand, and so is each start."""
    span = leak.sighted_on - first + 1
    lengths = [length for length in WINDOWS_DAYS if length < span]
    prior = -float(np.log(len(lengths) + 1))
    found = [_all_time(leak, subjects, hit, confidence, prior)]
    dated = days != UNDATED
    everything = (subjects[dated], days[dated])
    leaked = (subjects[dated & hit], days[dated & hit], confidence[dated & hit])
    for length in lengths:
        starts = span - length + 1
        size = distinct_in_windows(*everything, first=first, starts=starts, length=length)
        covered = distinct_in_windows(
            leaked[0], leaked[1], first=first, starts=starts, length=length, weights=leaked[2]
        )
        some = np.flatnonzero(covered > 0)
        if not len(some):
            continue
        scores = set_score(covered[some], leak.mass, size[some] / leak.population)
        dates = np.where(_current(leak, first + some, length), 0.0, WRONG_DATE)
        weighed = scores + dates + prior - np.log(starts)
        top = int(np.argmax(weighed))
        daily = float(np.median(size[size > 0])) if length == 1 and (size > 0).sum() >= MIN_BATCH_DAYS else 0.0
        found.append(
            _Window(
                length, first + int(some[top]), float(size[some[top]]), float(scores[top]), float(dates[top]),
                float(_log_sum(weighed)), float(weighed[top]), daily,
            )
        )  # fmt: skip
    return found


def _all_time(
    leak: Leak, subjects: NDArray[np.uint64], hit: NDArray[np.bool_], confidence: NDArray[np.float64], prior: float
) -> _Window:
    new = np.r_[True, subjects[1:] != subjects[:-1]]
    size, covered = float(new.sum()), float(confidence[new & hit].sum())
    score = float(set_score(np.array([covered]), leak.mass, np.array([size / leak.population]))[0])
    return _Window(0, 0, size, score, 0.0, score + prior, score + prior)


def _current(leak: Leak, starts: NDArray[np.int64], length: int) -> NDArray[np.bool_]:
    """Which windows hold a day on which the leaked values were current."""
    since, until = leak.dated
    good = np.ones(len(starts), bool)
    if since is not None:
        good &= starts + length - 1 >= since
    if until is not None:
        good &= starts <= until
    return good


def _reads_everybody(
    leak: Leak, subjects: NDArray[np.uint64], days: NDArray[np.int64], windows: Sequence[_Window]
) -> bool:
    """A batch or backup account: it touches most customers, or a large share of them day after day."""
    del subjects, days
    if leak.population < MIN_POPULATION:
        return False
    everything = windows[0].size >= EVERYBODY_SHARE * leak.population
    return everything or any(w.daily >= DAILY_SHARE * leak.population for w in windows)


def _action_term(subjects: NDArray[np.uint64], odds: NDArray[np.float64]) -> float:
    """The log of the mean odds over the covered customers, each by its most telling action."""
    new = np.r_[True, subjects[1:] != subjects[:-1]]
    return float(np.log(np.maximum.reduceat(odds, np.flatnonzero(new)).mean()))


def _none_score(leak: Leak, backgrounds: Sequence[Background]) -> float:
    """None of these: half for all customers alike, half for the sets that may have leaked as a whole."""
    if not backgrounds:
        return 0.0
    covered = np.array([b.covered for b in backgrounds])
    share = np.array([b.size / leak.population for b in backgrounds])
    sets = _log_sum(set_score(covered, leak.mass, share)) - np.log(len(backgrounds))
    return float(np.logaddexp(0.0, sets) - np.log(2))


def _with_posteriors(holders: list[Holder], none: float) -> list[Holder]:
    totals = {
        kind: np.logaddexp(none, _log_sum(np.array([h.score for h in holders if h.kind == kind])))
        for kind in {h.kind for h in holders}
    }
    return [replace(h, posterior=float(np.exp(h.score - totals[h.kind]))) for h in holders]


def _with_ties(holders: list[Holder], none: float) -> list[Holder]:
    """Candidates that cannot be told apart, and those that cover all that the first one covers, with more besides."""
    if not holders:
        return holders
    first = holders[0].subjects if holders[0].score > none else np.empty(0, np.uint64)
    marked = []
    for holder in holders:
        ties = tuple(
            other.name
            for other in holders
            if other is not holder and other.kind == holder.kind and abs(other.score - holder.score) < TIE
        )
        covers = bool(len(first)) and holder is not holders[0] and bool(np.isin(first, holder.subjects).all())
        marked.append(replace(holder, tied_with=ties, also_consistent=covers))
    return marked


def _log_mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    top = values.max(axis=-1)
    mean: NDArray[np.float64] = top + np.log(np.exp(values - top[..., None]).mean(axis=-1))
    return mean


def _log_sum(values: NDArray[np.float64]) -> float:
    top = float(values.max())
    return top + float(np.log(np.exp(values - top).sum()))
