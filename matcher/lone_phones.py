"""Lists of phone numbers and nothing else: one number proves nothing, a list nearly all of whose numbers are ours does.

How much a hit says is read off the index: numbers beside those of the list (the same block of ten thousand, other last
digits) are looked up as well. A directory of consecutive numbers hits no more often than its neighbourhood; a list of
our customers hits nearly always, wherever its neighbours belong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fingerprints.digests import Digester
    from fingerprints.index import Index
    from matcher.find import Terms
    from matcher.units import Units

FEWEST: Final = 3  # different numbers from which a list is one
MOSTLY_LONE: Final = 0.8  # of the phones of a document that stand alone
MOSTLY_OURS: Final = 0.5  # of the list, neighbours' rate taken off
SURPRISE: Final = 20.0  # bits by which the hits exceed what the neighbourhood makes likely
PROBES: Final = 512  # numbers beside those of a batch
BLOCK: Final = 4  # last digits that a block's numbers differ in
_SUFFIXES: Final = 10**BLOCK


class LonePhones:
    """Collects a document's phones that stand alone, and how often their neighbours are ours."""

    def __init__(self, index: Index, digester: Digester) -> None:
        self._index = index
        self._digester = digester
        self._units = 0
        self._alone: list[NDArray[np.int64]] = []
        self._listed: list[NDArray[np.uint64]] = []
        self._others = 0
        self._probes = 0
        self._hits = 0

    def take(self, units: Units, phones: Terms | None) -> None:
        """One batch."""
        if phones is not None and phones.units.size:
            alone = units.bare()[phones.units]
            self._others += int(np.unique(phones.digests[~alone]).size)
            if alone.any():
                self._alone.append(np.unique(phones.units[alone]) + self._units)
                self._listed.append(np.unique(phones.digests[alone]))
                self._probe([phones.values[row] for row in np.flatnonzero(alone).tolist()])
        self._units += units.count

    def _probe(self, numbers: list[str]) -> None:
        """Look up numbers of the same blocks."""
        random = np.random.default_rng(len(numbers))
        chosen = [numbers[n] for n in random.integers(0, len(numbers), PROBES).tolist()]
        shifts = random.integers(1, _SUFFIXES, PROBES).tolist()
        beside = {
            n[:-BLOCK] + f"{(int(n[-BLOCK:]) + s) % _SUFFIXES:0{BLOCK}d}" for n, s in zip(chosen, shifts, strict=True)
        }
        strange = sorted(beside - set(numbers))
        self._probes += len(strange)
        self._hits += int(np.unique(self._index.lookup(self._digester.digest_many("phone", strange)).query).size)

    def ours(self) -> tuple[NDArray[np.int64], float]:
        """The units whose phone stands alone, and the probability that one that is a customer's means that customer.

        No units where the list is no list of ours.
        """
        nobody = np.zeros(0, np.int64), 0.0
        if not self._listed:
            return nobody
        listed = np.unique(np.concatenate(self._listed))
        if listed.size < FEWEST or listed.size < MOSTLY_LONE * (listed.size + self._others):
            return nobody
        hits = int(np.unique(self._index.lookup(listed).query).size)
        by_chance = (self._hits + 0.5) / (self._probes + 1)
        share = (hits / listed.size - by_chance) / (1 - by_chance) if by_chance < 1 else 0.0
        if share < MOSTLY_OURS or -hits * np.log2(by_chance) < SURPRISE:
            return nobody
        share = min(share, 1 - 0.5 / listed.size)
        return np.concatenate(self._alone), share / (share + (1 - share) * by_chance)
