"""Veiled files as arrays: mapped, and opened up where they are looked at."""

from __future__ import annotations

import mmap
from typing import TYPE_CHECKING, Any

import numpy as np

from fingerprints.secrets.veil import BLOCK_BYTES, NONCE_BYTES, KeyStream

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from fingerprints.secrets.veil import Veil


class VeiledArray:
    """A veiled file of plain values; whatever is asked for is a copy.

    Attributes:
        dtype: Of its values.
        size: How many there are.
    """

    def __init__(self, path: Path, dtype: Any, veil: Veil) -> None:
        self.dtype = np.dtype(dtype).newbyteorder("<")
        self.size: int = (path.stat().st_size - NONCE_BYTES) // self.dtype.itemsize
        with path.open("rb") as file:
            nonce = file.read(NONCE_BYTES)
        self._stream = KeyStream(veil.key_of(nonce), self.dtype)
        self._veiled: NDArray[Any] = (
            np.memmap(path, self.dtype, "r", offset=NONCE_BYTES) if self.size > 0 else np.empty(0, self.dtype)
        )

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, places: NDArray[np.integer] | NDArray[np.bool_] | slice) -> NDArray[Any]:
        """The values at some places: numbers that are not negative, a mask, or a stretch."""
        if isinstance(places, slice):
            start, stop, _step = places.indices(self.size)
            return self.between(start, max(start, stop))
        if places.dtype == np.bool_:
            places = np.flatnonzero(places)
        shown: NDArray[Any] = self._veiled[places] ^ self._stream.at(places.astype(np.int64, copy=False))
        return shown

    def between(self, start: int, stop: int) -> NDArray[Any]:
        """The values from one place up to another."""
        return self._stream.show(self._veiled, start, stop) if stop > start else np.empty(0, self.dtype)

    def rows(self, numbers: NDArray[np.integer], width: int) -> NDArray[Any]:
        """Some rows, where so many values make one."""
        places = numbers.astype(np.int64)[:, None] * width + np.arange(width)
        return self[places.ravel()].reshape(-1, width)

    def blocks(self, numbers: NDArray[np.int64]) -> NDArray[Any]:
        """Some blocks of the veil, a row each; the file's size is a multiple of one."""
        many = BLOCK_BYTES // self.dtype.itemsize
        shown: NDArray[Any] = self._veiled.reshape(-1, many)[numbers] ^ self._stream.blocks(numbers).reshape(-1, many)
        return shown

    def whole(self) -> NDArray[Any]:
        """All values."""
        return self.between(0, self.size)

    def let_go(self) -> None:
        """Tell the system that the file's pages are not needed for now."""
        mapped = getattr(self._veiled, "_mmap", None)  # NumPy gives no other way to it
        if mapped is not None:
            mapped.madvise(mmap.MADV_DONTNEED)
