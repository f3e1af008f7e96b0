"""How many carry each digest of a segment, in a little over a byte a digest, veiled; so nobody can count a value.

``counts.u8`` holds how many, or `MANY`; ``many.u32`` the number of each digest that so many carry, and how many; and
``bases.u32`` the place of the first fingerprint of every sixteenth digest.
"""

from __future__ import annotations

from contextlib import ExitStack
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from fingerprints.index.veiled import VeiledArray

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from fingerprints.secrets.veil import Veil

GROUP_BITS: Final = 4
GROUP: Final = 1 << GROUP_BITS
"""Digests counted together: as many counts as one block of the veil holds."""
_WITHIN: Final = np.arange(GROUP)
MANY: Final = 255
"""The count stands elsewhere."""
CARRIER_FILES: Final = ("counts.u8", "bases.u32", "many.u32")


class Carriers:
    """Reads the counts of a segment's digests."""

    def __init__(self, folder: Path, veil: Veil) -> None:
        counts, bases, many = CARRIER_FILES
        self._counts = VeiledArray(folder / counts, np.uint8, veil)
        self._bases = VeiledArray(folder / bases, np.uint32, veil)
        self._veiled_many = VeiledArray(folder / many, np.uint32, veil)

    @cached_property
    def _many(self) -> NDArray[np.int64]:
        return self._veiled_many.whole().astype(np.int64).reshape(-1, 2)

    def of(self, numbers: NDArray[np.integer]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The first place of each digest, given by its number, and how many carry it."""
        numbers = numbers.astype(np.int64)
        group, within = numbers >> GROUP_BITS, numbers & (GROUP - 1)
        counts = self._counts.blocks(group)
        if (counts == MANY).any():
            counts = counts.astype(np.int64)
            self._fill(counts, (group[:, None] << GROUP_BITS) + _WITHIN)
        before = np.where(within[:, None] > _WITHIN, counts, 0).sum(axis=1, dtype=np.int64)
        own = counts[np.arange(numbers.size), within].astype(np.int64)
        return self._bases[group].astype(np.int64) + before, own

    def between(self, start: int, stop: int) -> tuple[NDArray[np.int64], int]:
        """How many carry each digest of a stretch, and the place of the first fingerprint of the first one."""
        counts = self._counts.between(start, stop).astype(np.int64)
        self._fill(counts, np.arange(start, stop))
        first, _ = self.of(np.array([start])) if stop > start else (np.zeros(1, np.int64), None)
        return counts, int(first[0])

    def _fill(self, counts: NDArray[np.int64], numbers: NDArray[np.int64]) -> None:
        elsewhere = counts == MANY
        if elsewhere.any():
            counts[elsewhere] = self._many[np.searchsorted(self._many[:, 0], numbers[elsewhere]), 1]


class CarrierWriter:
    """Writes the counts, a batch at a time."""

    def __init__(self, folder: Path, veil: Veil) -> None:
        self._open = ExitStack()
        self._counts, self._bases, self._many = (
            self._open.enter_context(veil.writer(folder / name)) for name in CARRIER_FILES
        )
        self._digests = 0
        self._places = 0

    def add(self, counts: NDArray[np.int64]) -> None:
        """Add how many carry each of the next digests."""
        numbers = self._digests + np.arange(counts.size)
        places = self._places + np.cumsum(counts) - counts
        self._bases.write(places[numbers % GROUP == 0].astype("<u4"))
        many = np.flatnonzero(counts >= MANY)
        self._many.write(np.column_stack((numbers[many], counts[many])).astype("<u4"))
        self._counts.write(np.minimum(counts, MANY).astype(np.uint8))
        self._digests += counts.size
        self._places += int(counts.sum())

    def close(self) -> None:
        """Fill the last group up, and hand everything to the operating system."""
        self._counts.write(bytes(-self._digests % GROUP))
        self._open.close()
