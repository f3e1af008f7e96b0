"""How much of a leak a holder would have touched anyway: what colleagues who touched its customers tell.

A leak of one region or one product is touched more often by all who work there, whoever took it. Nobody tells us the
region; but those who touched a leaked customer work where he belongs, and of what they touch, another holder touches
a share that can be counted. Its mean over the leak is what this holder would have covered, had the leak come from
elsewhere. Who practically is the same holder, or opens everything together with it, tells nothing: that is a tie.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING, Final

import numpy as np

from root_cause.terms import class_masses

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
MOST_ROWS: Final = 2_000_000
"""With more customers than that in all sets, one in 16 or 128 is compared."""
CODE_VALUES: Final = 64
AT_ONCE: Final = 20_000
BITS: Final = 64


def lifts(leak: Leak, touches: Sequence[Touches], rows: Sequence[HolderRows], among: Mapping[str, int]) -> list[float]:
    """How many times more of this leak each holder would have touched than of any customers; 1 at least.

    Of a large leak, how often ordinary holders touch it tells more; of a small one, who these are. The higher counts.
    """
    found = [_ordinary_lift(leak, touches, rows, among)] * len(touches)
    kinds = {one.kind for one in touches}
    first = next((kind for kind in PEER_KINDS if kind in kinds), None)
    for kind in kinds:
        of_kind = kind if kind in PEER_KINDS else first
        mine = [i for i, one in enumerate(touches) if one.kind == kind and rows[i].hit.any()]
        peers = [i for i, one in enumerate(touches) if one.kind == of_kind and rows[i].hit.any()]
        if mine and peers:
            for i, lift in zip(mine, _lifts_among(leak, touches, rows, mine, peers), strict=True):
                found[i] = max(found[i], float(lift))
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
        if one.kind == kind and own.hit.any() and (mass := class_masses(own).sum()) < HALF * leak.mass
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
    often = 1.0 if leak.popularity is None else leak.popularity
    return max(float((leak.confidence * often).sum()), leak.mass)


def _lifts_among(
    leak: Leak, touches: Sequence[Touches], rows: Sequence[HolderRows], mine: list[int], peers: list[int]
) -> Floats:
    sizes = np.array([own.stands_for[_firsts(own)].sum() for own in rows])
    peers = [i for i in peers if sizes[i] < HALF * leak.population]
    base = sizes[mine] / leak.population
    share, tells = _shared(touches, rows, mine, peers)
    hits = np.array([np.isin(leak.subjects, rows[i].subjects[rows[i].hit]) for i in peers], np.float64)
    hits = hits.reshape(len(peers), len(leak.subjects))
    expected = np.zeros(len(mine))
    for at in range(0, len(leak.subjects), AT_ONCE):
        some = hits[:, at : at + AT_ONCE].T
        told = some @ tells
        mean = np.where(told > 0, some @ (share * tells) / np.maximum(told, 1.0), base)
        expected += leak.confidence[at : at + AT_ONCE] @ mean
    lifted: Floats = expected / np.maximum(base * _usual_mass(leak), 1e-12)
    return lifted


def _shared(
    touches: Sequence[Touches], rows: Sequence[HolderRows], mine: list[int], peers: list[int]
) -> tuple[Floats, Floats]:
    """Of what each peer touched, the share that each holder touched too; and whether that peer tells about it."""
    rate = _rate(touches, rows, {*mine, *peers})
    sets = [_sampled(rows[i], rate) for i in (*mine, *peers)]
    which = np.repeat(np.arange(len(sets)), [len(one) for one in sets])
    customers, place = np.unique(np.concatenate(sets), return_inverse=True)
    held = np.zeros((len(sets), -(-len(customers) // BITS) * BITS), np.bool_)
    held[which, place] = True
    bits = np.packbits(held, axis=1).view(np.uint64)
    ours, theirs = bits[: len(mine)], bits[len(mine) :]
    both = np.array([np.bitwise_count(ours & one).sum(axis=1) for one in theirs], np.float64).reshape(-1, len(mine))
    counts = np.array([len(one) for one in sets], np.float64)
    our_sizes, their_sizes = counts[None, : len(mine)], counts[len(mine) :, None]
    alike = both / np.maximum(np.minimum(their_sizes, our_sizes), 1.0)
    return both / np.maximum(their_sizes, 1.0), (alike < SAME).astype(np.float64)


def _rate(touches: Sequence[Touches], rows: Sequence[HolderRows], some: set[int]) -> int:
    least = max(touches[i].sample for i in some)
    total = sum(len(rows[i].subjects) * touches[i].sample for i in some)
    return next((rate for rate in RATES if rate >= least and total / rate <= MOST_ROWS), RATES[-1])


def _sampled(rows: HolderRows, rate: int) -> NDArray[np.uint64]:
    distinct = rows.subjects[_firsts(rows)]
    return distinct if rate == 1 else distinct[(distinct // np.uint64(CODE_VALUES)) % np.uint64(rate) == 0]


def _firsts(rows: HolderRows) -> NDArray[np.bool_]:
    return np.r_[True, rows.subjects[1:] != rows.subjects[:-1]] if len(rows.subjects) else np.zeros(0, bool)
