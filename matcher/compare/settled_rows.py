"""Rows that speak of one customer and in nothing of anybody else: most rows of a dump of ours.

A number, a mail address or a phone leads to one customer, and every other field of the row agrees with what is kept of
that customer. Looking for whom else a name and a birth date could belong to would find nothing better, and among ten
million customers costs many times what settling does. Whatever is not settled is looked at in every way there is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from matcher.compare.candidates import ALL_METHODS, COLUMN, COMPARED, NAMED_BY, SKETCHED, Methods, compare, look_up
from matcher.decide.score import ALONE_ENOUGH, CLOSE, weigh
from matcher.find.candidates import pair_terms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from fingerprints.index.generation import Index
    from fingerprints.secrets.digests import Digester
    from matcher.compare.candidates import Candidates
    from matcher.decide.score import Scores
    from matcher.find.candidates import Terms
    from matcher.units.rows import RowUnits

LEADING: Final = ("customer_number", "card_number", "email", "phone")
"""Kinds that lead to one customer, as a rule."""
ALIKE: Final = (*LEADING, "birth_date", "postal_code")
"""Kinds that are equal or not: all that settling needs as digests."""


def settle(
    units: RowUnits, terms: Mapping[str, Terms], index: Index, digester: Digester, methods: Methods = ALL_METHODS
) -> tuple[Candidates, Scores] | None:
    """The settled units' customers, one each; None when no unit is settled.

    Args:
        units: Of a table.
        terms: Of the kinds in `ALIKE`.
        index: Whom to look for.
        digester: Digests under the index's key.
        methods: What may agree beside exact values.
    """
    leading = {kind: terms[kind] for kind in LEADING if kind in terms}
    found = look_up(units, leading, {}, index, methods)
    if found is None:
        return None
    found = found.keep(_is_only(found, leading))
    kinds = [kind for kind in SKETCHED if _may_hold(units, kind)]
    compare(found, terms, units, index, methods, kinds=kinds, counted=False)
    settled = _agrees_in_all(found)
    if not settled.any():
        return None
    found = found.keep(settled)
    if index.is_dated:
        _date(found, terms, units, index, digester)
    return found, weigh(found, index.subjects)


def _may_hold(units: RowUnits, kind: str) -> bool:
    """Whether the rows have a field of the kind, or words that may be one and no other field of its like."""
    return units.has_field(kind) or (units.has_loose and not units.has_field(NAMED_BY.get(kind, kind)))


def _is_only(found: Candidates, leading: Mapping[str, Terms]) -> NDArray[np.bool_]:
    """Candidates that nobody stands beside, and to whom every leading value of their unit leads."""
    only: NDArray[np.bool_] = np.bincount(found.unit)[found.unit] == 1
    for kind, given in leading.items():
        there = np.zeros(max(int(found.unit.max(initial=0)), int(given.units.max(initial=0))) + 1, np.bool_)
        there[given.units] = True
        only &= found.exact[:, COLUMN[kind]] | ~there[found.unit]
    return only


def _agrees_in_all(found: Candidates) -> NDArray[np.bool_]:
    """Candidates with whom all that could be compared agrees, and enough does by itself."""
    with np.errstate(invalid="ignore"):
        agrees = ~(found.fuzzy < CLOSE).any(axis=1)
    apart = found.exact[:, [COLUMN[kind] for kind in (*LEADING, "birth_date")]].sum(axis=1)
    person, place = (
        (found.fuzzy[:, [COMPARED.index(kind) for kind in kinds]] >= CLOSE).any(axis=1)
        for kinds in (("name", "kana"), ("address", "postal_code"))
    )
    settled: NDArray[np.bool_] = agrees & (apart + person + place >= ALONE_ENOUGH)
    return settled


def _date(found: Candidates, known: Mapping[str, Terms], units: RowUnits, index: Index, digester: Digester) -> None:
    """Narrow the days down by the fields that led to nobody: a name or an address may have been another one before."""
    wanted = np.zeros(units.count, np.bool_)
    wanted[found.unit] = True
    terms = {kind: some.of(wanted) for kind, some in known.items()}
    terms |= units.collected.digest_rest(digester, ALIKE, wanted)
    row_of = np.zeros(units.count, np.intp)
    row_of[found.unit] = np.arange(found.unit.size)
    given = [terms["address"]] if "address" in terms else []
    for asked in (*given, *(pair for pair, _left, _right in pair_terms(terms, digester).values())):
        hits = index.lookup(asked.digests)
        row = row_of[asked.units[hits.query]]
        mine = np.flatnonzero(found.subject[row] == hits.subject)
        np.maximum.at(found.since, row[mine], hits.since[mine])
        np.minimum.at(found.until, row[mine], hits.until[mine])
