"""Who held or touched exactly these customers: named log-likelihood terms over values, no files, no database.

For a holder whose set in some window is R (of N customers), with the leak's m customers of which k lie in R::

    set(ε) = k·log((1−ε)·N/|R| + ε) + (m−k)·log ε            against "drawn from all N", which scores 0
    set    = log of its mean over ε in 0.01 … 0.7            ε is the share that did not come through R

It is the likelihood that ranks extracts too (`custody.ranking`): coverage alone, guilt by the number of holders,
and Jaccard all put the culprit first less often. Matches count by their confidence, and a customer whom many
holders touch counts for less (``peers``: so does what a holder would have touched anyway, such as customers of his
region; see `root_cause.peers`). ``windows`` is what averaging over every window of 1, 7, 30, 365 days and
all time takes away from the best one; ``among`` is the prior of one holder among all of its kind, so that "none of
these" (prior one half) wins when nobody stands out. It ranks evidence; it accuses nobody.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from custody.set_likelihood import log_sum, set_score
from fingerprints.index.sorted_search import distinct
from root_cause.doubt import NODES, average_posteriors
from root_cause.peers import lifts
from root_cause.terms import (
    ACTION_ODDS,
    CANARY_TERM,
    DAILY_CUSTOMERS,
    MIN_DAYS_AT_WORK,
    MIN_POPULATION,
    SAME_WEIGHT,
    HolderRows,
    action_term,
    class_masses,
    usual_day,
    windows_of,
)
from root_cause.values import Background, Holder, Leak, Ranking, Touches
from root_cause.windows import UNDATED, sort_touches
from trails.fields import HOLDER_KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from root_cause.peers import Lift
    from root_cause.terms import TouchWindow

__all__ = ["Background", "Holder", "Leak", "Ranking", "Touches", "best_possible", "rank_holders"]

TIE: Final = float(np.log(3))
"""Two candidates less than 3 : 1 apart cannot be told apart."""
DAILY_SHARE: Final = 0.02
"""Who reads so much of all customers on a usual day is a batch, or a backup."""
SAME_SCORE: Final = 6
"""Digits after which scores are the same, whatever the order in which they were added up."""
SURE_ERRORS: Final = 2.0
"""Standard errors by which a set has to be larger to be told as larger."""


def best_possible(covered: float, of: float, population: int, among: int) -> float:
    """No holder that covers so much scores more, whatever the size of its set; for looking closely at few only."""
    share = np.array([max(covered, 1.0) / population])
    most = float(np.log(max(ACTION_ODDS.values()))) + CANARY_TERM
    return float(set_score(np.array([[covered]]), of, share)[0]) - float(np.log(among)) + most


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
    first = min((_first_day(one, leak.sighted_on) for one in touches), default=leak.sighted_on)
    rows = [_rows(leak, one) for one in touches]
    expected = lifts(leak, touches, [own for own, _ in rows], among)
    weighed = [
        _weigh(leak, one, own, odds, max(1, among.get(one.kind, 1)), first, lift)
        for one, (own, odds), lift in zip(touches, rows, expected, strict=True)
    ]
    none = _none_score(leak, backgrounds)
    ranked = [one for one in weighed if one is not None]
    ranked.sort(key=_standing)
    ranked = _with_ties(_with_posteriors(ranked, none), none)
    posterior = {
        kind: 1 - sum(o.posterior or 0.0 for o in ranked if o.kind == kind) for kind in {o.kind for o in ranked}
    }
    names_one = ranked and not ranked[0].explains_nothing and ranked[0].score > none
    explained = len(ranked[0].subjects) if names_one else 0
    return Ranking(tuple(ranked), none, posterior, len(leak.subjects) - explained)


def _standing(one: Holder) -> tuple[bool, float, int, int, str]:
    """Where a candidate comes; of equals somebody is named before the desk they sat at."""
    place = HOLDER_KINDS.index(one.kind) if one.kind in HOLDER_KINDS else len(HOLDER_KINDS)
    return one.explains_nothing, -round(one.score, SAME_SCORE), one.size, place, one.name


def _first_day(touches: Touches, last: int) -> int:
    dated = touches.days[touches.days != UNDATED]
    return min(int(dated.min()), last) if len(dated) else last


def _weigh(
    leak: Leak, touches: Touches, rows: HolderRows, odds: NDArray[np.float64], among: int, first: int, lift: Lift
) -> Holder | None:
    """All terms of one holder; None when it touched no leaked customer before the leak was seen."""
    if not rows.hit.any():
        return None
    windows = windows_of(
        rows, of=leak.mass, lift=lift.times, customers=leak.population, first=first, last=leak.sighted_on,
        current=leak.dated,
    )  # fmt: skip
    best = max(windows, key=lambda window: round(window.weighed, SAME_WEIGHT))
    total = log_sum(np.array([window.marginal for window in windows]))
    inside = rows.hit & best.holds(rows.days)
    covered = class_masses(rows.where(best.holds(rows.days)))
    nothing = best.score <= 0 or _reads_many_daily(leak, rows)
    terms = {
        "set": (plain := _set_of(leak, covered, best.size)),
        "peers": best.score - plain,
        "windows": total - best.score - best.dates,
        "dates": best.dates,
        "among": -float(np.log(among)),
        "actions": 0.0 if nothing else action_term(rows.subjects[inside], odds[inside]),
    }
    if leak.canaries:
        opened = np.isin(rows.subjects[inside], np.array(leak.canaries, np.uint64)).any()
        terms["canaries"] = CANARY_TERM if opened and not nothing else 0.0
    error = _size_error(rows, best, touches.sample)
    subjects = distinct(rows.subjects[inside])
    dated = bool(best.length)
    return Holder(
        touches.kind,
        touches.name,
        sum(terms.values()),
        covered=len(subjects),
        of=len(leak.subjects),
        size=round(best.size),
        terms={name: round(value, 3) for name, value in terms.items()},
        window_days=best.length,
        from_day=best.start if dated else None,
        to_day=best.start + best.length - 1 if dated else None,
        expected=len(leak.subjects) * min(1.0, lift.times * best.size / leak.population),
        explains_nothing=nothing,
        systems=touches.systems,
        size_error=error,
        shifts=_shifts(leak, covered, best.size * lift.times, _joint(error, lift.error, leak.pairs_error)),
        subjects=subjects,
    )


def _joint(*errors: float) -> float:
    """The relative error of a product."""
    return float(np.sqrt(sum(error**2 for error in errors)))


def _set_of(leak: Leak, covered: NDArray[np.float64], size: float) -> float:
    return float(set_score(covered[None, :], leak.mass, np.array([size / leak.population]))[0])


def _size_error(rows: HolderRows, window: TouchWindow, sample: int) -> float:
    """The relative standard error of a window's size where only one in ``sample`` customers was read."""
    estimated = max(0.0, window.size - float(len(distinct(rows.subjects[rows.hit & window.holds(rows.days)]))))
    return float(np.sqrt((sample - 1) * estimated)) / max(window.size, 1.0)


def _shifts(leak: Leak, covered: NDArray[np.float64], size: float, error: float) -> tuple[float, ...]:
    """What the score gains where the chance to be touched is smaller than estimated, and loses where it is larger."""
    if error == 0:
        return ()
    at = _set_of(leak, covered, size)
    return tuple(_set_of(leak, covered, size * float(np.exp(node * error))) - at for node in NODES)


def _rows(leak: Leak, touches: Touches) -> tuple[HolderRows, NDArray[np.float64]]:
    """What the holder touched while it could explain the leak, and the odds of each touch."""
    possible = touches.days <= leak.sighted_on
    subjects, days, odds = sort_touches(touches.subjects[possible], touches.days[possible], touches.odds[possible])
    nobody = np.zeros(len(subjects))
    if not len(leak.subjects):
        return HolderRows(subjects, days, nobody + touches.sample, nobody > 0, nobody, nobody), odds
    at = np.minimum(np.searchsorted(leak.subjects, subjects), len(leak.subjects) - 1)
    hit = leak.subjects[at] == subjects
    stands_for = np.where(hit, 1.0, touches.sample)
    beside = float(stands_for[np.unique(subjects, return_index=True)[1]].sum())
    doublings = np.where(hit, np.log2(leak.popularity(beside))[at], 0.0)
    return HolderRows(subjects, days, stands_for, hit, leak.confidence[at], doublings), odds


def _reads_many_daily(leak: Leak, rows: HolderRows) -> bool:
    """A batch or backup account: it touches a large share of all customers day after day."""
    daily, days = usual_day(rows)
    many = daily >= max(DAILY_SHARE * leak.population, DAILY_CUSTOMERS)
    return leak.population >= MIN_POPULATION and many and days >= MIN_DAYS_AT_WORK


def _none_score(leak: Leak, backgrounds: Sequence[Background]) -> float:
    """None of these: half for all customers alike, half for the sets that may have leaked as a whole."""
    if not backgrounds:
        return 0.0
    covered = np.array([[one.covered] for one in backgrounds])
    share = np.array([one.size / leak.population for one in backgrounds])
    sets = log_sum(set_score(covered, leak.mass, share)) - np.log(len(backgrounds))
    return float(np.logaddexp(0.0, sets) - np.log(2))


def _with_posteriors(holders: list[Holder], none: float) -> list[Holder]:
    """Those that explain something, each with its probability among its kind and "none of these"."""
    telling = {
        kind: [h for h in holders if h.kind == kind and not h.explains_nothing] for kind in {h.kind for h in holders}
    }
    known = {
        (kind, one.name): float(share)
        for kind, some in telling.items()
        for one, share in zip(
            some, average_posteriors([h.score for h in some], [h.shifts for h in some], none), strict=True
        )
    }
    return [replace(h, posterior=known.get((h.kind, h.name))) for h in holders]


def _with_ties(holders: list[Holder], none: float) -> list[Holder]:
    """Candidates that cannot be told apart, and those that cover all that the first one covers, with more besides."""
    if not holders:
        return holders
    best = holders[0]
    telling = [one for one in holders if not one.explains_nothing]
    return [
        replace(
            one,
            tied_with=() if one.explains_nothing else tuple(
                o.name for o in telling if o.kind == one.kind and o is not one and abs(o.score - one.score) < TIE
            ),
            also_consistent=one is not best and best.score > none and _holds_more(one, best),
        )
        for one in holders
    ]  # fmt: skip


def _holds_more(one: Holder, best: Holder) -> bool:
    """Whether a holder covers all that the best one covers, out of a larger set."""
    sure = SURE_ERRORS * float(np.hypot(one.size_error, best.size_error))
    larger = one.size > best.size * (1 + sure) or one.covered > best.covered
    return larger and bool(np.isin(best.subjects, one.subjects).all())
