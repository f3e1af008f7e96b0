"""Candidates: what in a passage could identify somebody, as digests, unit by unit.

A *unit* is what may speak of one person: a row of a table, or in free text a cluster of candidates with the words
around it. Everything a unit holds becomes *terms* (kinds, and parts of kinds as the pairs need them) with their
digests, in flat arrays over the whole batch, so that one lookup serves all units.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import chain, compress
from typing import TYPE_CHECKING

import numpy as np

from fingerprints.identifiers.customer_number import CustomerNumber
from fingerprints.identifiers.email import with_at_signs
from fingerprints.pairs import PAIRS, derive_columns
from matcher.find.candidate_spans import MASKED, hot_stretches
from matcher.find.character_classes import Signs
from matcher.find.date_spans import NEWEST
from matcher.find.dummies import dummy_test, is_dummy
from matcher.find.masked import find_phones

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from fingerprints.identifiers import IdentifierKind
    from fingerprints.secrets.digests import Digester

USUAL_PAIRS = tuple(pair for pair in PAIRS if not pair.slips)
USUAL_PARTS = frozenset(term.name for pair in USUAL_PAIRS for term in (pair.left, pair.right) if term.part)
WITH_PARTS = frozenset(term.kind for pair in USUAL_PAIRS for term in (pair.left, pair.right) if term.part)

HEAD = 256
"""Cells of a column by which it is told whether looking for those that come again is worth it."""
MOSTLY_DIFFERENT = 0.8
"""Share of different ones above which it is not."""


@dataclass(slots=True)
class Terms:
    """One term over a batch: ``values[i]`` with ``digests[i]`` stands in unit ``units[i]``; units ascend."""

    units: NDArray[np.int64]
    digests: NDArray[np.uint64]
    values: Sequence[str] = ()

    def of(self, wanted: NDArray[np.bool_]) -> Terms:
        """What stands in some of the units, given as a mask over all of them."""
        kept = np.flatnonzero(wanted[self.units])
        return Terms(self.units[kept], self.digests[kept], [self.values[i] for i in kept.tolist()])


@dataclass(slots=True)
class Collected:
    """Canonical values by term while a batch is gone through; `digest` turns them into arrays."""

    values: dict[str, tuple[list[int], list[str]]] = field(default_factory=lambda: defaultdict(lambda: ([], [])))

    def add(self, unit: int, term: str, canonical: str) -> None:
        """A value of a unit: of a kind, or of a part of one as in ``phone.last4``."""
        if "." in term or not is_dummy(term, canonical):
            units, values = self.values[term]
            units.append(unit)
            values.append(canonical)

    def add_many(self, kind: str, forms: Sequence[tuple[str, ...]]) -> None:
        """All readings of a column, unit by unit."""
        test = dummy_test(kind)
        each = list(map(len, forms))
        places = list(range(len(forms)))
        if each.count(1) < len(each):
            places = np.repeat(places, each).tolist()
        read = list(chain.from_iterable(forms))
        if test is not None and any(dummies := list(map(test, read))):
            real = [not dummy for dummy in dummies]
            places, read = list(compress(places, real)), list(compress(read, real))
        units, values = self.values[kind]
        units += places
        values += read

    def digest(self, digester: Digester, kinds: Collection[str]) -> dict[str, Terms]:
        """The values of some kinds as arrays."""
        return {
            kind: _digested(digester, kind, np.array(units, np.int64), values)
            for kind, (units, values) in self.values.items()
            if kind in kinds
        }

    def digest_rest(self, digester: Digester, kinds: Collection[str], wanted: NDArray[np.bool_]) -> dict[str, Terms]:
        """The values of all other kinds of the units that are wanted, and the parts that pairs of two kinds are of."""
        if not wanted.any():
            return {}
        several = self._with_several(wanted.size)
        rest: dict[str, tuple[list[int], list[str]]] = defaultdict(lambda: ([], []))
        for kind, both in self.values.items():
            units, values = _of_units(*both, wanted)
            if kind not in kinds:
                _add_filled(rest[kind], units, values)
            if kind in WITH_PARTS:
                units, values = _of_units(units, values, several)
                for part, columns in derive_columns(kind, values).items():
                    for column in columns if f"{kind}.{part}" in USUAL_PARTS else ():
                        _add_filled(rest[f"{kind}.{part}"], units, column)
        return {
            term: _digested(digester, term, np.array(units, np.int64), values)
            for term, (units, values) in rest.items()
            if units
        }

    def _with_several(self, count: int) -> NDArray[np.bool_]:
        """Of so many units, which hold more than one kind of things."""
        held = np.zeros(count, np.int64)
        for units, _ in self.values.values():
            holds = np.zeros(count, np.bool_)
            holds[np.array(units, np.int64)] = True
            held += holds
        return held > 1


def _of_units(units: list[int], values: list[str], wanted: NDArray[np.bool_]) -> tuple[list[int], list[str]]:
    """The values that stand in some of the units."""
    kept = wanted[np.array(units, np.int64)]
    return (units, values) if kept.all() else (list(compress(units, kept)), list(compress(values, kept)))


def _add_filled(to: tuple[list[int], list[str]], units: Sequence[int], values: Sequence[str | None]) -> None:
    """Values that are there, and their units."""
    to[0].extend(compress(units, values))
    to[1].extend(value for value in values if value)


def _digested(digester: Digester, term: str, units: NDArray[np.int64], values: Sequence[str]) -> Terms:
    digests = digester.digest_many(term, values)
    if units.size > 1 and (np.diff(units) < 0).any():
        order = np.argsort(units, kind="stable")
        return Terms(units[order], digests[order], [values[i] for i in order.tolist()])
    return Terms(units, digests, values)


def pair_terms(
    terms: Mapping[str, Terms], digester: Digester
) -> dict[str, tuple[Terms, NDArray[np.uint64], NDArray[np.uint64]]]:
    """Every usual pair that a unit's terms make, with the digests of its left and right side."""
    made = {}
    for pair in USUAL_PAIRS:
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


def canonical_forms(kind: IdentifierKind, cells: Sequence[str], *, labelled: bool = False) -> list[tuple[str, ...]]:
    """The readings of each cell; equal cells are read once.

    Args:
        kind: What they are read as.
        cells: As written.
        labelled: A header says that they are of this kind: they are read more freely.
    """
    head = cells[:HEAD]
    if len(set(head)) > MOSTLY_DIFFERENT * len(head):
        return _forms_of(kind, cells, labelled=labelled)
    texts = list(dict.fromkeys(cells))
    known = dict(zip(texts, _forms_of(kind, texts, labelled=labelled), strict=True))
    return [known[cell] for cell in cells]


def _forms_of(kind: IdentifierKind, cells: Sequence[str], *, labelled: bool) -> list[tuple[str, ...]]:
    forms = kind.readings_many(cells)
    if labelled and not all(forms):
        for place, (form, cell) in enumerate(zip(forms, cells, strict=True)):
            if not form and cell and (free := kind.under_label(cell)):
                forms[place] = (free,)
    return forms


def found_in(
    text: str | Signs, kinds: Mapping[str, IdentifierKind], *, newest: int = NEWEST, weak: bool = True
) -> list[tuple[int, int, str, str]]:
    """Candidates in a text as (start, end, kind, canonical), in order; the arguments are those of `hot_stretches`."""
    signs = Signs(text) if isinstance(text, str) else text
    plain = with_at_signs(signs.text)
    if plain is not signs.text:
        signs = Signs(plain)
    number = kinds.get("customer_number")
    patterns = number.patterns if isinstance(number, CustomerNumber) else ()
    hot = hot_stretches(signs, patterns, newest=newest, weak=weak)
    every = range(len(hot.spans))
    if not weak:
        return found_within(plain, hot.spans, kinds)
    found = _masked_phones(plain, [hot.spans[n] for n in hot.kinds.get(MASKED, ())])
    for name, kind in kinds.items():
        found += _found_by(kind, plain, [hot.spans[n] for n in hot.kinds.get(name, every)])
    if "phone" in kinds:
        found += [(start, end, "phone", canonical) for start, end, canonical in hot.phones]
    return sorted(set(found))


def found_within(
    text: str, spans: Iterable[tuple[int, int]], kinds: Mapping[str, IdentifierKind]
) -> list[tuple[int, int, str, str]]:
    """Candidates in stretches of a text, whatever could stand there."""
    text, spans = with_at_signs(text), list(spans)
    found = _masked_phones(text, spans)
    for kind in kinds.values():
        found += _found_by(kind, text, spans)
    found.sort()
    return found


def _masked_phones(text: str, spans: Iterable[tuple[int, int]]) -> list[tuple[int, int, str, str]]:
    return [
        (start + a, start + b, term, value)
        for start, end in spans
        for a, b, term, value in find_phones(text[start:end])
    ]


def _found_by(kind: IdentifierKind, text: str, spans: Iterable[tuple[int, int]]) -> list[tuple[int, int, str, str]]:
    return [
        (start + f.start, start + f.end, f.kind, f.canonical)
        for start, end in spans
        for f in kind.find(text[start:end])
    ]
