"""How much of a leak a holder would have touched anyway: what colleagues who touched its customers tell.

A leak of one region or one product is touched more often by all who work there, whoever took it. Nobody tells us the
region; but who touches more of the leak than by chance works where it comes from, so that a customer whom he touches
is more like the leak, and one whom he does not is less. Each colleague tells by himself (a naive Bayes estimate), and
of the customers that are like the leak, a holder touches a share that can be counted: this he would have covered, had
the leak come from elsewhere. Who practically is the same holder, or opens everything together with it, tells nothing:
that is a tie.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from root_cause.terms import LEAST_MASS, class_masses

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from root_cause.terms import HolderRows
    from root_cause.values import Leak, Touches

    Floats = NDArray[np.float64]

PEER_KINDS: Final = ("operator", "account", "terminal", "address")
"""Kinds that tell about each other; for the others, the first of these that is there does."""
SAME: Final = 0.8
"""Two holders are one, or work together, when the smaller one shares this much with the other."""
HALF: Final = 0.5
"""Who touches so much of all customers works nowhere in particular; of the leak, he may be the culprit."""
CULPRITS: Final = 3
CULPRIT_SHARE: Final = 0.05
RATES: Final = (1, 16, 128)
MOST_CELLS: Final = 1 << 29
"""Holders times customers that are compared, a byte each; beyond, one customer in 16 or 128 is."""
ESTIMATED_CELLS: Final = 1 << 25
"""The same where what is compared is an estimate anyway, and time counts."""
LEAST: Final = 1e-12
CODE_VALUES: Final = 64
DOUBT: Final = 0.5
"""Standard errors by which a peer's share of the leak has to differ from chance before it says anything."""
ALL_BUT: Final = 0.95
"""No peer's touch is so sure that who lacks it is ruled out."""


class Lift(NamedTuple):
    """How many times more of a leak than of any customers somebody would have touched, and its relative error."""

    times: float
    error: float = 0.0


def lifts(leak: Leak, touches: Sequence[Touches], rows: Sequence[HolderRows], among: Mapping[str, int]) -> list[Lift]:
    """How many times more of this leak each holder would have touched than of any customers; 1 at least.

    Of a large leak, how often ordinary holders touch it tells more; of a small one, who these are. The higher counts.
    """
    found = [Lift(_ordinary_lift(leak, touches, rows, among))] * len(touches)
    kinds = {one.kind for one in touches}
    first = next((kind for kind in PEER_KINDS if kind in kinds), None)
    for kind in sorted(kinds):
        of_kind = kind if kind in PEER_KINDS else first
        mine = [i for i, one in enumerate(touches) if one.kind == kind and rows[i].hit.any()]
        peers = [i for i, one in enumerate(touches) if one.kind == of_kind and rows[i].hit.any()]
        if mine and peers:
            for i, lift in zip(mine, _lifts_among(leak, touches, rows, mine, peers), strict=True):
                found[i] = max(found[i], lift)
    return found


def _ordinary_lift(
    leak: Leak, touches: Sequence[Touches], rows: Sequence[HolderRows], among: Mapping[str, int]
) -> float:
    """How many times more often than by chance ordinary holders surely touch this leak's customers; 1 at least.

    Each operator gives a lower bound for it; the few highest are left out as possible culprits, and so are those that
    cover half of the leak: a team whose members all touch the same customers is a tie, no chance.
    """
    kind = next((kind for kind in PEER_KINDS if any(one.kind == kind for one in touches)), "")
    expected = _usual_mass(leak)
    counts = [
        (mass, own.stands_for[_firsts(own)].sum())
        for one, own in zip(touches, rows, strict=True)
        if one.kind == kind and own.hit.any() and (mass := class_masses(own).sum()) < HALF * leak.mass - LEAST_MASS
    ]
    skipped = max(CULPRITS, round(CULPRIT_SHARE * len(counts)))
    # By chance alone so many of all are as lucky: the one that counts is the next.
    lucky = among.get(kind, 1) / (skipped + 1)
    bounds = sorted(
        (surely_at_least(mass, lucky) * leak.population / (size * expected) for mass, size in counts), reverse=True
    )
    return max(1.0, bounds[skipped]) if len(bounds) > skipped else 1.0


def surely_at_least(count: float, among: float) -> float:
    """A mean that a Poisson count of the luckiest of so many hardly comes from below (Wilson and Hilferty 1931)."""
    if count < 1:
        return 0.0
    deviations = NormalDist().inv_cdf(1 - 1 / max(among, 2))
    return float(count * max(0.0, 1 - 1 / (9 * count) - deviations / (3 * np.sqrt(count))) ** 3)


def _usual_mass(leak: Leak) -> float:
    """The leak's mass, of customers whom many touch more: what these explain is no lift, it is expected already."""
    return float((leak.confidence * leak.popularity()).sum())


def _lifts_among(
    leak: Leak, touches: Sequence[Touches], rows: Sequence[HolderRows], mine: list[int], peers: list[int]
) -> list[Lift]:
    sizes = np.array([own.stands_for[_firsts(own)].sum() for own in rows])
    peers = [i for i in peers if sizes[i] < HALF * leak.population]
    rate = _rate(leak, touches, rows, [*mine, *peers])
    held, customers = _held(rows, [*mine, *peers], rate)
    ours, theirs = held[: len(mine)], held[len(mine) :]
    weights = np.array([_weights(leak, rows[i], sizes[i]) for i in peers], np.float64).reshape(-1, 2)
    unseen = max(leak.population / rate - customers, 0.0)
    base = sizes[mine] / leak.population * _usual_mass(leak) / max(leak.mass, LEAST)
    return [
        Lift(share / max(chance, LEAST), float(np.sqrt((1 - 1 / rate) / max(told, 1.0))))
        for chance, (share, told) in zip(base, _expected(ours, theirs, weights, unseen), strict=True)
    ]


def _weights(leak: Leak, rows: HolderRows, size: float) -> tuple[float, float]:
    """What it says about a customer's likeness to the leak that a peer touches it, and that he does not: as logs.

    As much as could be chance is taken away, so that what says nothing weighs nothing.
    """
    mass, base = float(class_masses(rows).sum()), size / leak.population
    chance = DOUBT / np.sqrt(leak.mass * base + 1)
    lift = np.log((mass + 1) / (leak.mass * base + 1))
    lift = np.sign(lift) * max(0.0, abs(lift) - chance)
    share = min(base * np.exp(lift), ALL_BUT)
    return float(lift), float(np.log((1 - share) / (1 - base)))


def _expected(
    ours: NDArray[np.bool_], theirs: NDArray[np.bool_], weights: Floats, unseen: float
) -> Iterator[tuple[float, float]]:
    """For each holder, the share of the customers like the leak that it touches, and how many of them tell so.

    Customers are like the leak as those who touch them tell, each by himself; whom nobody touches is ``unseen``.
    """
    gain = (weights[:, 0] - weights[:, 1]).astype(np.float32)
    everybody = np.zeros(ours.shape[1], np.float32)
    for one, worth in zip(theirs, gain, strict=True):
        everybody[one] += worth
    for one, same in zip(ours, _same(ours, theirs), strict=True):
        likeness = everybody.copy()
        for number in np.flatnonzero(same):
            likeness[theirs[number]] -= gain[number]
        likeness = np.exp(likeness)
        mine = likeness[one].astype(np.float64)
        yield (
            float(mine.sum() / (likeness.sum(dtype=np.float64) + unseen)),
            float(mine.sum() ** 2 / max((mine**2).sum(), LEAST)),
        )


def _same(ours: NDArray[np.bool_], theirs: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which peers tell nothing about each holder: he himself, and who practically is the same."""
    packed = np.packbits(theirs, axis=1)
    sizes = theirs.sum(axis=1)
    rows = [
        np.bitwise_count(packed & np.packbits(one)).sum(axis=1) >= SAME * np.maximum(np.minimum(sizes, one.sum()), 1)
        for one in ours
    ]
    return np.array(rows, np.bool_).reshape(len(ours), len(theirs))


def _held(rows: Sequence[HolderRows], which: list[int], rate: int) -> tuple[NDArray[np.bool_], int]:
    """Which of all touched customers each holder touches, and how many there are."""
    sets = [_sampled(rows[i], rate) for i in which]
    customers, place = np.unique(np.concatenate(sets), return_inverse=True)
    held = np.zeros((len(sets), len(customers)), np.bool_)
    held[np.repeat(np.arange(len(sets)), [len(one) for one in sets]), place] = True
    return held, len(customers)


def _rate(leak: Leak, touches: Sequence[Touches], rows: Sequence[HolderRows], some: list[int]) -> int:
    """One in how many customers is compared: all, unless there are too many or much is an estimate anyway."""
    least = max(touches[i].sample for i in some)
    total = sum(len(rows[i].subjects) * touches[i].sample for i in some)
    cells = len(some) * min(total, leak.population)
    most = MOST_CELLS if leak.pairs_error == 0 else ESTIMATED_CELLS
    return next((rate for rate in RATES if rate >= least and cells / rate <= most), RATES[-1])


def _sampled(rows: HolderRows, rate: int) -> NDArray[np.uint64]:
    distinct = rows.subjects[_firsts(rows)]
    return distinct if rate == 1 else distinct[(distinct // np.uint64(CODE_VALUES)) % np.uint64(rate) == 0]


def _firsts(rows: HolderRows) -> NDArray[np.bool_]:
    return np.r_[True, rows.subjects[1:] != rows.subjects[:-1]] if len(rows.subjects) else np.zeros(0, bool)
