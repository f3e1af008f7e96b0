"""Lists of phone numbers and nothing else: one number proves nothing, a list nearly all of whose numbers are ours does.

How much a hit says is read off the index: numbers beside those of the list (the same block of ten thousand, other last
digits) are looked up as well. A directory of consecutive numbers hits no more often than its neighbourhood; a list of
our customers hits nearly always, wherever its neighbours belong.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fingerprints.index.generation import Index
    from fingerprints.secrets.digests import Digester
    from matcher.find.candidates import Terms
    from matcher.units.units import Units

FEWEST: Final = 3  # different numbers from which a list is one
MOSTLY_LONE: Final = 0.8  # of the phones of a document that stand alone
MOSTLY_OURS: Final = 0.5  # of the list, neighbours' rate taken off
SURPRISE: Final = 20.0  # bits by which the hits exceed what the neighbourhood makes likely
PROBES: Final = 512  # numbers beside those of a batch
BLOCK: Final = 4  # last digits that a block's numbers differ in
_SUFFIXES: Final = 10**BLOCK


@dataclass(frozen=True, slots=True)
class PhonePart:
    """The phones of one passage, in arrays alone.

    Attributes:
        alone: Units whose phone stands alone.
        listed: The digests of those phones, each once.
        ours: Those of them that the index knows.
        others: How many different phones stand beside something else.
        probes: How many numbers beside the listed ones were looked up.
        hits: How many of those the index knows.
    """

    alone: NDArray[np.int64]
    listed: NDArray[np.uint64]
    ours: NDArray[np.uint64]
    others: int
    probes: int = 0
    hits: int = 0


def look_at_phones(units: Units, phones: Terms | None, index: Index, digester: Digester) -> PhonePart | None:
    """The phones of a passage; None when there are none."""
    if phones is None or not phones.units.size:
        return None
    alone = units.bare()[phones.units]
    others = int(np.unique(phones.digests[~alone]).size)
    listed = np.unique(phones.digests[alone])
    if not listed.size:
        return PhonePart(np.zeros(0, np.int64), listed, listed, others)
    strange = _beside([phones.values[row] for row in np.flatnonzero(alone).tolist()])
    return PhonePart(
        np.unique(phones.units[alone]),
        listed,
        listed[np.unique(index.lookup(listed).query)],
        others,
        len(strange),
        int(np.unique(index.lookup(digester.digest_many("phone", strange)).query).size),
    )


def _beside(numbers: list[str]) -> list[str]:
    """Other numbers of the same blocks."""
    random = np.random.default_rng(len(numbers))
    chosen = [numbers[n] for n in random.integers(0, len(numbers), PROBES).tolist()]
    shifts = random.integers(1, _SUFFIXES, PROBES).tolist()
    beside = {
        n[:-BLOCK] + f"{(int(n[-BLOCK:]) + s) % _SUFFIXES:0{BLOCK}d}" for n, s in zip(chosen, shifts, strict=True)
    }
    return sorted(beside - set(numbers))


class LonePhones:
    """Collects a document's phones that stand alone, and how often their neighbours are ours."""

    def __init__(self) -> None:
        self._units = 0
        self._parts: list[PhonePart] = []
        self._alone: list[NDArray[np.int64]] = []

    def take(self, part: PhonePart | None, units: int) -> None:
        """The next passage, and how many units it has."""
        if part is not None:
            self._parts.append(part)
            self._alone.append(part.alone + self._units)
        self._units += units

    def ours(self) -> tuple[NDArray[np.int64], float]:
        """The units whose phone stands alone, and the probability that one that is a customer's means that customer.

        No units where the list is no list of ours.
        """
        nobody = np.zeros(0, np.int64), 0.0
        if not self._parts:
            return nobody
        listed = np.unique(np.concatenate([part.listed for part in self._parts]))
        others = sum(part.others for part in self._parts)
        if listed.size < FEWEST or listed.size < MOSTLY_LONE * (listed.size + others):
            return nobody
        hits = np.unique(np.concatenate([part.ours for part in self._parts])).size
        by_chance = (sum(part.hits for part in self._parts) + 0.5) / (sum(part.probes for part in self._parts) + 1)
        share = (hits / listed.size - by_chance) / (1 - by_chance) if by_chance < 1 else 0.0
        if share < MOSTLY_OURS or -hits * np.log2(by_chance) < SURPRISE:
            return nobody
        share = min(share, 1 - 0.5 / listed.size)
        return np.concatenate(self._alone), share / (share + (1 - share) * by_chance)
