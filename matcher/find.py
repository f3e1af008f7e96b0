"""Candidates: what in a passage could identify somebody, as digests, unit by unit.

A *unit* is what may speak of one person: a row of a table, or in free text a cluster of candidates with the words
around it.
Everything a unit holds becomes *terms* (kinds, and parts of kinds as the pairs need them) with their digests, in flat
arrays over the whole batch, so that one lookup serves all units.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from fingerprints.digests import PAIRS, derive_parts
from fingerprints.identifiers.customer_number import CustomerNumber
from fingerprints.pairs import PARTS
from matcher.dummies import is_dummy
from matcher.hot import NEWEST, hot_spans
from matcher.masked import find_phones

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from fingerprints.digests import Digester
    from fingerprints.identifiers import IdentifierKind

WITH_PARTS = frozenset(term.kind for term in PARTS)


@dataclass(slots=True)
class Terms:
    """One term over a batch: ``values[i]`` with ``digests[i]`` stands in unit ``units[i]``; units ascend."""

    units: NDArray[np.int64]
    digests: NDArray[np.uint64]
    values: Sequence[str] = ()


@dataclass(slots=True)
class Collected:
    """Canonical values by term while a batch is gone through; `digest` turns them into arrays."""

    values: dict[str, tuple[list[int], list[str]]] = field(default_factory=lambda: defaultdict(lambda: ([], [])))
    people: set[int] = field(default_factory=set)

    def add(self, unit: int, kind: str, canonical: str) -> None:
        """A value of a unit, with the parts that pairs need; ``kind`` may be such a part itself."""
        if "." in kind:
            self.add_term(unit, kind, canonical)
            return
        if is_dummy(kind, canonical):
            return
        self.add_term(unit, kind, canonical)
        for part, value in derive_parts(kind, canonical).items():
            self.add_term(unit, f"{kind}.{part}", value)

    def add_many(self, kind: str, forms: Sequence[tuple[str, ...]]) -> None:
        """All readings of a column, unit by unit."""
        pairs = [(unit, value) for unit, some in enumerate(forms) for value in some if not is_dummy(kind, value)]
        units, values = self.values[kind]
        units += [unit for unit, _ in pairs]
        values += [value for _, value in pairs]
        for unit, value in pairs if kind in WITH_PARTS else ():
            for part, piece in derive_parts(kind, value).items():
                self.add_term(unit, f"{kind}.{part}", piece)

    def add_term(self, unit: int, term: str, value: str) -> None:
        """A term alone."""
        units, values = self.values[term]
        units.append(unit)
        values.append(value)

    def digest(self, digester: Digester) -> dict[str, Terms]:
        """All terms as arrays."""
        made = {}
        for term, (units, values) in self.values.items():
            where = np.array(units, np.int64)
            digests = digester.digest_many(term, values)
            if where.size > 1 and (np.diff(where) < 0).any():
                order = np.argsort(where, kind="stable")
                made[term] = Terms(where[order], digests[order], [values[i] for i in order.tolist()])
            else:
                made[term] = Terms(where, digests, values)
        return made


def pair_terms(
    terms: Mapping[str, Terms], digester: Digester
) -> dict[str, tuple[Terms, NDArray[np.uint64], NDArray[np.uint64]]]:
    """Every pair that a unit's terms make, with the digests of its left and right side."""
    made = {}
    for pair in PAIRS:
        left, right = terms.get(pair.left.name), terms.get(pair.right.name)
        if left is None or right is None:
            continue
        at_left, at_right = join(left.units, right.units)
        if at_left.size:
            a, b = left.digests[at_left], right.digests[at_right]
            made[pair.name] = (Terms(left.units[at_left], digester.pair(pair.name, a, b)), a, b)
    return made


def join(left: NDArray[np.int64], right: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Indices of every combination of a left and a right entry of the same unit; both sorted by unit."""
    first = np.searchsorted(right, left, "left")
    counts = np.searchsorted(right, left, "right") - first
    at_left = np.repeat(np.arange(left.size), counts)
    offset = np.arange(at_left.size) - np.repeat(np.cumsum(counts) - counts, counts)
    return at_left, np.repeat(first, counts) + offset


def canonical_forms(kind: IdentifierKind, cells: Sequence[str]) -> list[tuple[str, ...]]:
    """The readings of each cell; equal cells are read once."""
    known: dict[str, tuple[str, ...]] = {"": ()}
    readings = kind.readings
    forms = []
    for cell in cells:
        form = known.get(cell)
        if form is None:
            form = known[cell] = readings(cell)
        forms.append(form)
    return forms


def found_in(
    text: str, kinds: Mapping[str, IdentifierKind], *, newest: int = NEWEST, weak: bool = True
) -> list[tuple[int, int, str, str]]:
    """Candidates in a text as (start, end, kind, canonical), in order; ``newest`` and ``weak`` as in `hot_spans`."""
    number = kinds.get("customer_number")
    patterns = number.patterns if isinstance(number, CustomerNumber) else ()
    return found_within(text, hot_spans(text, patterns, newest=newest, weak=weak), kinds)


def found_within(
    text: str, spans: Iterable[tuple[int, int]], kinds: Mapping[str, IdentifierKind]
) -> list[tuple[int, int, str, str]]:
    """Candidates in stretches of a text."""
    found = []
    for start, end in spans:
        stretch = text[start:end]
        found += [(start + a, start + b, term, value) for a, b, term, value in find_phones(stretch)]
        for kind in kinds.values():
            found += [(start + f.start, start + f.end, f.kind, f.canonical) for f in kind.find(stretch)]
    found.sort()
    return found
