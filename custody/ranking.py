"""Which extract a document came from: a likelihood of named terms, pure.

The term ``set``: under extract R each matched subject is a member with probability 1 − ε and
anybody of the population N with ε; under "none of these" always anybody. It is averaged over ε from 0.01 to 0.7, since
a leak's noise is not known. Scores are log-likelihood ratios against "none of these", which stands in the list with 0.

When a leak was first seen is learned bit by bit, and the same document may turn out to be older than it seemed: what
the days rule out is told apart whenever a ranking is read (`incidents.figures.rule_out`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from pyroaring import BitMap

from custody.freshness import Values, freshness_terms
from custody.set_likelihood import set_term

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from fingerprints.index.generation import Index

__all__ = ["NONE_OF_THESE", "Candidate", "RankedExtract", "Values", "candidates_of", "rank_extracts"]

NONE_OF_THESE: Final = "none of these"
TIE: Final = 0.5
"""Scores closer than this (a factor of 1.6 in likelihood) are a tie: no evidence tells them apart."""
STRAY_COLUMN: Final = math.log(0.02)
"""A document shows a column the extract does not have: somebody joined it from elsewhere. Rare, but it happens."""
CANARY: Final = 1e9
"""A made-up customer that was given to one extract alone cannot come from elsewhere: it outweighs all other terms."""
SURE: Final = 0.9
"""How sure the match of a canary must be to count as one."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An extract that may be the source.

    Attributes:
        extract: Its name.
        members: Its subjects.
        columns: Kinds of identifiers it has.
        as_of: The day its values were current, counted from 1970-01-01; None when it is not known.
        canaries: Those of its members that were made up for it alone.
    """

    extract: str
    members: BitMap
    columns: frozenset[str]
    as_of: int | None = None
    canaries: BitMap = field(default_factory=BitMap)


@dataclass(frozen=True, slots=True)
class RankedExtract:
    """An extract and how well it explains the document.

    Attributes:
        extract: Its name, or `NONE_OF_THESE`.
        covered: Matched subjects that are in it.
        of: All matched subjects.
        size: How many subjects it has.
        score: The sum of the terms, against "none of these".
        terms: Log-likelihood ratios by name: set, columns, freshness, and canary where there is one.
        tied_with: Names of those that explain it as well.
    """

    extract: str
    covered: int
    of: int
    size: int
    score: float
    terms: dict[str, float] = field(default_factory=dict)
    tied_with: tuple[str, ...] = ()


def rank_extracts(
    matched: BitMap,
    columns: Collection[str],
    extracts: Sequence[Candidate],
    population: int,
    *,
    sure: NDArray[np.floating] | None = None,
    values: Values | None = None,
) -> list[RankedExtract]:
    """Rank extracts by how well they explain the matched subjects, best first; "none of these" is among them.

    Args:
        matched: The matched subjects.
        columns: Kinds of identifiers that the document shows of its matched subjects.
        extracts: The candidates.
        population: How many subjects there are at all.
        sure: How sure the match of each is, 0 to 1, in their order: an unsure one counts for less. Else all are sure.
        values: Intervals of the matched values.
    """
    weights = _Weights(matched, sure)
    total = weights.of(matched)
    freshness = freshness_terms(values, {extract.as_of for extract in extracts if extract.as_of is not None})
    ranked = [NOTHING]
    for extract in extracts:
        inside = matched & extract.members
        covered = weights.of(inside)
        terms = {
            "set": set_term(covered, total, len(extract.members), max(population, 1)),
            "columns": STRAY_COLUMN * len(set(columns) - extract.columns),
            "freshness": freshness.get(extract.as_of, 0.0),
        }
        if (weights.beside(matched & extract.canaries) >= SURE).any():
            terms["canary"] = CANARY
        score = sum(terms.values())
        ranked.append(RankedExtract(extract.extract, len(inside), len(matched), len(extract.members), score, terms))
    ranked[0] = replace(NOTHING, of=len(matched), size=population)
    ranked.sort(key=lambda r: (-r.score, r.extract == NONE_OF_THESE, r.size, r.extract))
    return [replace(one, tied_with=_ties(one, ranked)) for one in ranked]


class _Weights:
    """What the match of each subject counts for."""

    def __init__(self, matched: BitMap, sure: NDArray[np.floating] | None) -> None:
        self._matched = matched
        self._subjects = _numbers(matched)
        self._sure = np.ones(self._subjects.size) if sure is None else sure.astype(np.float64)

    def of(self, some: BitMap) -> float:
        """The sum over some of them."""
        whole = len(some) == len(self._matched)
        return float((self._sure if whole else self.beside(some)).sum())

    def beside(self, some: BitMap) -> NDArray[np.float64]:
        """Of some of them, one by one."""
        return self._sure[np.searchsorted(self._subjects, _numbers(some))]


def _numbers(subjects: BitMap) -> NDArray[np.uint32]:
    """In order."""
    return np.array(subjects.to_array(), np.uint32)


def candidates_of(index: Index) -> list[Candidate]:
    """Every extract in the index with its members and its canaries."""
    return [
        Candidate(
            info.name,
            index.members(info.name),
            frozenset(info.columns),
            info.as_of,
            index.canaries.get(info.name, BitMap()),
        )
        for info in index.extracts
    ]


NOTHING: Final = RankedExtract(NONE_OF_THESE, 0, 0, 0, 0.0)


def _ties(one: RankedExtract, ranked: Sequence[RankedExtract]) -> tuple[str, ...]:
    return tuple(
        other.extract for other in ranked if other.extract != one.extract and abs(other.score - one.score) < TIE
    )
