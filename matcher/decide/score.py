"""How sure: likelihood ratios after Fellegi and Sunter (1969), in bits.

A field's weight is log2(m / u): how often it agrees this well when the unit does speak of the subject (m), against how
often with a stranger (u). For values that people share, u is read off the index: the more subjects carry the value,
the less it says. The prior that a unit speaks of one particular subject of N is λ/N, with λ, the share of units that
are ours, estimated from the document itself (expectation maximisation under a Beta prior). Fields that go together
(name and its reading; postal code, town and address) count once, with the best of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from fingerprints.pairs import PAIRS_BY_NAME
from matcher.compare.candidates import CHECKED, COLUMN, COMPARED
from matcher.compare.places import SAME_TOWN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from matcher.compare.candidates import Candidates

GROUPS: Final = {
    "customer_number": ("customer_number",),
    "card_number": ("card_number",),
    "email": ("email",),
    "phone": ("phone",),
    "place": ("address", "postal_code"),
    "person": ("name", "kana"),
    "birth_date": ("birth_date",),
}
KINDS: Final = tuple(kind for kinds in GROUPS.values() for kind in kinds)
STRONG: Final = ("customer_number", "card_number", "email")
OF_ONE_PERSON: Final = (*STRONG, "phone", "birth_date")
"""Two of these that agree are of one person, whatever stands where a name is looked for."""
M_EXACT: Final = 0.9
M_MOVED: Final = 0.03  # the town agrees and the house does not
NEAR: Final = 0.8
"""Agreement of a date, a code or a phone one slip away."""
M_NEAR: Final = 0.03  # a date or a code is written with one slip
M_HALF: Final = 0.05  # a word of a Latin name is whole, and the others are nothing like the subject's: she married
M_SLIP: Final = 0.01  # half of a phone number agrees and the whole does not: a slip of the hand
# Chance that a stranger's value is this subject's. Numbers: size of the number space (3e8 mobile numbers, one in
# ten in use # near it); others where the index does not count them.
U_EXACT: Final = {
    "customer_number": 1e-8,
    "card_number": 1e-9,
    "email": 1e-9,
    "phone": 5e-9,
    "phone.last4": 1e-4,
    "phone.first7": 5e-5,
    "address": 1e-7,
    "address.town": 4e-5,
    "postal_code": 2e-5,
    "name": 1e-4,
    "name.half": 3e-3,
    "kana": 2e-4,
    "birth_date": 5e-5,
}
SMOOTHING: Final = 2_000  # customers whose frequencies are taken from U_EXACT before the index's own counts weigh in
# Agreement by sketch at least this good: m, u when the text is that field alone, u when it stands somewhere in a
# passage.
_FUZZY: Final = {
    "name": ((1.0, 0.5, 2e-4, 1e-3), (0.79, 0.2, 1e-3, 1e-2), (0.74, 0.1, 5e-3, 3e-2), (0.66, 0.1, 2e-2, 0.15)),
    "kana": ((1.0, 0.5, 4e-4, 1e-3), (0.79, 0.2, 2e-3, 1e-2), (0.74, 0.1, 1e-2, 5e-2), (0.66, 0.1, 3e-2, 0.2)),
    "address": (
        (1.0, 0.5, 1e-6, 1e-6),
        (0.9, 0.3, 1e-5, 2e-5),
        (0.8, 0.05, 1e-4, 5e-4),
        (0.7, 0.1, 1e-3, 1e-2),
        (0.6, 0.1, 1e-2, 0.1),
        (0.485, M_MOVED, 4e-5, 1e-3),  # the town, and another house in it (see `places`)
    ),
    # One slip away: there are forty such days, seventy such codes, and in a block of numbers all are.
    "phone": ((NEAR, M_SLIP, 1e-4, 1.0),),
    "birth_date": ((NEAR, M_NEAR, 40 * 5e-5, 1.0),),
    "postal_code": ((NEAR, M_NEAR, 70 * 2e-5, 1.0),),
}
# The same where only the beginning is there; the agreement of a perfect one is the root of the share that is left.
_CUT: Final = {
    "name": ((0.85, 0.9, 5e-3, 5e-3), (0.7, 0.9, 2e-2, 2e-2)),
    "kana": ((0.85, 0.9, 5e-3, 5e-3), (0.7, 0.9, 2e-2, 2e-2)),
    "address": ((0.85, 0.9, 1e-4, 1e-4), (0.7, 0.9, 5e-4, 5e-4)),
}
DISAGREES: Final = {
    "name": -4.0,
    "kana": -3.0,
    "address": -2.0,
    "birth_date": -5.0,
    "postal_code": -1.5,
    "phone": -2.0,
    "email": -1.0,
}
"""Bits, when a field of that kind agrees worse than all of the above: people move and marry, and slips are made."""
CLOSE_NAME: Final = 0.85
"""The same of names: seven letters and more with one slip. Relatives' names differ by more; those of couples in kana
do not, as カズオ and カズコ."""
AGREES: Final = 3.0  # bits from which a group of fields counts as agreeing
SEEN_BY_CHANCE: Final = 3  # hits among customers picked at random that are no accident
CLOSE: Final = 0.9  # agreement from which a field agrees beyond a slip; a poorer one counts while nothing contradicts
CONTRADICTS: Final = -3.0  # bits down to which a group of fields speaks against the subject
RELATIVES: Final = 3.5  # bits that a half-agreeing name is worth less where people share a house, and so a family name
ALONE_ENOUGH: Final = 2  # independent identifiers that have to agree where none of them is strong
PRIOR_OURS, PRIOR_UNITS = 0.2, 4.0  # Beta prior of λ: one in twenty, worth four units
ROUNDS: Final = 20
ENOUGH: Final = 0.95  # posterior from which a candidate is a match
ENOUGH_IN_A_CROWD: Final = 0.998  # the same where it stands nearly alone, or nearly everybody else is a stranger


@dataclass(slots=True)
class Scores:
    """Beside the candidates, row by row.

    Attributes:
        agreement: A column per kind of `KINDS`, 0 to 1, NaN where nothing was compared.
        weight: Likewise, in bits.
        total: The sum over groups of kinds.
        possible: Enough agrees for a match: one strong identifier, or two that are independent.
    """

    agreement: NDArray[np.float32]
    weight: NDArray[np.float32]
    total: NDArray[np.float64]
    possible: NDArray[np.bool_]


def weigh(rows: Candidates, population: int) -> Scores:
    """Weights of every candidate; nothing here looks at other units."""
    size = rows.unit.size
    agreement = np.full((size, len(KINDS)), np.nan, np.float32)
    weight = np.zeros((size, len(KINDS)), np.float32)
    for column, kind in enumerate(KINDS):
        _weigh_parts(rows, kind, agreement[:, column], weight[:, column])
        if kind in COMPARED:
            _weigh_sketch(rows, kind, agreement[:, column], weight[:, column])
        exact = rows.exact[:, COLUMN[kind]]
        agreement[exact, column] = 1.0
        weight[exact, column] = _exact_weight(
            kind, rows.shared[exact, COLUMN[kind]], population, rows.expected.get(kind, 0.0)
        )
    total = np.zeros(size)
    best_of: dict[str, NDArray[np.float32]] = {}
    agreeing = np.zeros(size, np.int64)
    unsure = np.zeros(size, np.int64)
    contradicted = np.zeros(size, np.bool_)
    for kinds in GROUPS.values():
        columns = [KINDS.index(kind) for kind in kinds]
        best = group_weight(weight[:, columns])
        best_of |= dict.fromkeys(kinds, best)
        total += best
        close = np.array([CLOSE_NAME if kind == "name" else CLOSE for kind in kinds])
        exact = np.any((agreement[:, columns] >= close) & (weight[:, columns] >= AGREES), axis=1)
        agreeing += exact
        unsure += (best >= AGREES) & ~exact
        contradicted |= best <= CONTRADICTS
    agreeing += np.where(contradicted, 0, unsure)
    same_house = rows.exact[:, COLUMN["address"]]
    half_named = np.nanmax(np.nan_to_num(agreement[:, [KINDS.index(kind) for kind in GROUPS["person"]]]), axis=1)
    total -= _crowding(rows, agreement, best_of, population)
    total -= np.where(same_house & (half_named > 0) & (half_named < CLOSE), RELATIVES, 0.0)
    other_name = group_weight(weight[:, [KINDS.index(kind) for kind in GROUPS["person"]]]) <= CONTRADICTS
    agreeing -= other_name
    # Another company counts its customers from 1 as well: a number alone is nobody whose name is another.
    number = rows.exact[:, COLUMN["customer_number"]] & ~contradicted
    strong = number | rows.exact[:, COLUMN["email"]] | rows.exact[:, COLUMN["card_number"]] | (rows.phones > 1)
    own = rows.exact[:, [COLUMN[kind] for kind in OF_ONE_PERSON]].sum(axis=1) >= ALONE_ENOUGH  # who married, too
    return Scores(agreement, weight, total, strong | own | (agreeing >= ALONE_ENOUGH))


def _crowding(
    rows: Candidates, agreement: NDArray[np.float32], best_of: Mapping[str, NDArray[np.float32]], population: int
) -> NDArray[np.float64]:
    """Bits by which two fields together say less than each by itself: what they make as a pair has many bearers.

    Blocks of phones and towns are few where a carrier's customers are few, and they go together. The index knows how
    many carry the pair; where the whole value agrees as well, that says nothing. Names have counts of their own.
    """
    excess = np.zeros(rows.unit.size)
    for name, (row, bearers) in rows.bearers.items():
        pair = PAIRS_BY_NAME[name]
        if not (pair.left.part and pair.right.part):
            continue
        u = (bearers - 1 + rows.expected.get(name, 0.0)) / max(population, 1)
        most = np.log2(M_EXACT / np.maximum(u, np.finfo(np.float64).tiny))
        over = best_of[pair.left.kind][row] + best_of[pair.right.kind][row] - most
        for term in (pair.left, pair.right):
            over = np.where(agreement[row, KINDS.index(term.kind)] >= CLOSE, 0.0, over)
        np.maximum.at(excess, row, over)
    return excess


def group_weight(weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """The best of the fields that say something; a field that disagrees counts when none agrees."""
    best: NDArray[np.float32] = weights.max(axis=1)
    return np.where(best > 0, best, weights.min(axis=1)).astype(np.float32)


def _exact_weight(kind: str, shared: NDArray[np.int64], population: int, expected: float) -> NDArray[np.float32]:
    """Of a value that so many share: those others, and as many more as its like turn out to have (Good 1953)."""
    base = U_EXACT[kind]
    others = np.maximum(shared - 1, 0) + expected
    u = np.where(shared > 0, (others + base * SMOOTHING) / (population + SMOOTHING), base)
    return np.log2(M_EXACT / np.maximum(u, base if kind == "address" else 0.0)).astype(np.float32)


def _weigh_parts(rows: Candidates, kind: str, agreement: NDArray[np.float32], weight: NDArray[np.float32]) -> None:
    """Parts that agree: last four and first seven digits, the town."""
    for term, exact in COLUMN.items():
        part_of, _, part = term.partition(".")
        if not part or part_of != kind:
            continue
        agrees = rows.exact[:, exact]
        if kind == "name":  # names that can be compared as a whole are
            agrees = agrees & np.isnan(rows.fuzzy[:, COMPARED.index(kind)]) & ~rows.exact[:, COLUMN[kind]]
        agreement[agrees] = np.fmax(agreement[agrees], 0.5)
        m = np.full(rows.unit.size, M_EXACT)
        if (
            kind in CHECKED
        ):  # the whole value is there, and another one: a slip of the hand in a table, nothing in prose
            differs = rows.fuzzy[:, COMPARED.index(kind)] == 0
            m = np.where(differs, np.where(rows.alone[:, COMPARED.index(kind)], M_SLIP, U_EXACT[term]), M_EXACT)
        elif kind == "name":
            m = np.full(rows.unit.size, M_HALF)
        elif kind in COMPARED:  # the house is another one: moved within the town, or a neighbour
            column = COMPARED.index(kind)
            m = np.where(
                rows.alone[:, column] & ~rows.cut[:, column] & (rows.fuzzy[:, column] < CLOSE), M_MOVED, M_EXACT
            )
        u = max(U_EXACT[term], _chance(rows, "town", SAME_TOWN)) if kind == "address" else U_EXACT[term]
        weight[agrees] = np.maximum(weight[agrees], np.maximum(np.log2(m[agrees] / u), 0.0))


def _chance(rows: Candidates, kind: str, least: float) -> float:
    """The share of customers picked at random who agree that well; 0 when it is too small to be seen."""
    agrees = rows.by_chance.get(kind)
    hits = 0 if agrees is None else int((agrees >= least).sum())
    return hits / agrees.size if agrees is not None and hits >= SEEN_BY_CHANCE else 0.0


def _weigh_sketch(rows: Candidates, kind: str, agreement: NDArray[np.float32], weight: NDArray[np.float32]) -> None:
    column = COMPARED.index(kind)
    fuzzy, alone, cut = rows.fuzzy[:, column], rows.alone[:, column], rows.cut[:, column]
    compared = ~np.isnan(fuzzy)
    bits = np.where(alone, DISAGREES[kind], 0.0)
    for tiers, concerned in ((_FUZZY, compared & ~cut), (_CUT, compared & cut)):
        for least, m, u_alone, u_within in reversed(tiers.get(kind, ())):
            good = concerned & (fuzzy >= least - 1e-6)
            u = np.maximum(np.where(alone, u_alone, u_within), _chance(rows, kind, least))
            bits = np.where(good, np.maximum(np.log2(m / u), 0.0), bits)
            agreement[good] = np.fmax(agreement[good], fuzzy[good])
    better = compared & ((bits > weight) | (weight == 0)) & ~((fuzzy == 1) & (kind in CHECKED))
    weight[better] = bits[better]
    disagrees = compared & np.isnan(agreement) & alone
    agreement[disagrees] = fuzzy[disagrees]


def posteriors(
    evidence: NDArray[np.integer],
    total: NDArray[np.float32],
    units: int,
    population: int,
    possible: NDArray[np.bool_],
    rate: float = 0.0,
) -> tuple[NDArray[np.float64], float]:
    """Probability of each candidate that its unit speaks of its subject, and the share λ of ours that it rests on.

    Args:
        evidence: The value that led to each candidate; the probabilities of those who share one sum to 1 at most.
        total: Its weight in bits.
        units: How many units of the document look like a person, or have a candidate.
        population: Subjects enrolled.
        possible: Whether enough of each candidate agrees for a match at all; only those teach λ.
        rate: λ where it is known, of a document that people were taken out of; else it is learned.
    """
    before = ours = rate or PRIOR_OURS / PRIOR_UNITS
    likelihood = np.exp2(np.minimum(total, 900.0).astype(np.float64)) / max(population, 1)
    posterior = np.zeros(evidence.size)
    for _ in range(ROUNDS):
        odds = likelihood * ours / (1 - ours)
        posterior = odds / (1 + np.bincount(evidence, odds)[evidence])
        before, ours = (
            ours,
            (PRIOR_OURS + posterior[possible].sum()) / (PRIOR_UNITS + max(units, 1)),
        )
        ours = min(max(ours, 1e-6), 0.98)
        if rate or abs(before - ours) < 1e-4:  # noqa: PLR2004  # settled
            break
    return posterior, before
