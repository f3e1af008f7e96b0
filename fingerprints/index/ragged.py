"""Rows of unequal length in veiled, mapped files: all values in one row, and where each row ends, in two bytes a row.

``NAME.ends`` holds each row's end relative to the start of its block of 128 rows, ``NAME.bases`` where each block
starts. A row has `LONGEST` values at most.
"""

from __future__ import annotations

from contextlib import ExitStack
from functools import cached_property
from typing import TYPE_CHECKING, Final, Self

import numpy as np

from fingerprints.index.veiled import VeiledArray

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from numpy.typing import NDArray

    from fingerprints.secrets.veil import Veil

_BLOCK_BITS: Final = 7
_BLOCK: Final = 1 << _BLOCK_BITS
LONGEST: Final = 0xFFFF // _BLOCK


class Ragged:
    """Rows read from mapped files."""

    def __init__(self, folder: Path, name: str, dtype: type[np.unsignedinteger], veil: Veil) -> None:
        self._data = VeiledArray(folder / f"{name}.data", dtype, veil)
        self._ends = VeiledArray(folder / f"{name}.ends", np.uint16, veil)
        self._veiled_bases = VeiledArray(folder / f"{name}.bases", np.uint64, veil)

    def __len__(self) -> int:
        return self._ends.size

    @cached_property
    def _bases(self) -> NDArray[np.int64]:
        return self._veiled_bases.whole().astype(np.int64)

    def lengths(self, rows: NDArray[np.integer]) -> NDArray[np.int64]:
        """How long each of the rows is."""
        starts, ends = self._bounds(rows)
        return ends - starts

    def take(self, rows: NDArray[np.integer]) -> tuple[NDArray[np.int64], NDArray[np.unsignedinteger]]:
        """The rows' lengths, and their values one after the other."""
        if rows.size and int(rows[-1]) - int(rows[0]) == rows.size - 1 and bool((rows[1:] > rows[:-1]).all()):
            return self._stretch(int(rows[0]), int(rows[-1]) + 1)
        starts, ends = self._bounds(rows)
        lengths = ends - starts
        return lengths, self._data[flat_positions(starts, lengths)]

    def _stretch(self, first: int, last: int) -> tuple[NDArray[np.int64], NDArray[np.unsignedinteger]]:
        """The same of neighbours, which lie in one piece."""
        rows = np.arange(first, last)
        ends = self._bases[rows >> _BLOCK_BITS] + self._ends.between(first, last).astype(np.int64)
        begin = int(self._bounds(rows[:1])[0][0])
        return np.diff(ends, prepend=begin), self._data.between(begin, int(ends[-1]))

    def let_go(self) -> None:
        """Keep nothing of the files in memory until they are read again."""
        for array in (self._data, self._ends, self._veiled_bases):
            array.let_go()

    def _bounds(self, rows: NDArray[np.integer]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        rows = rows.astype(np.int64)
        bases = self._bases[rows >> _BLOCK_BITS]
        first = (rows & (_BLOCK - 1)) == 0
        both = self._ends[np.column_stack((np.maximum(rows - 1, 0), rows)).ravel()].astype(np.int64)  # neighbours
        return bases + np.where(first, 0, both[::2]), bases + both[1::2]


def flat_positions(starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """The positions of stretches ``starts[i] .. starts[i] + lengths[i]``, one after the other."""
    before = np.cumsum(lengths) - lengths
    return np.repeat(starts - before, lengths) + np.arange(int(lengths.sum()), dtype=np.int64)


class RaggedWriter:
    """Writes rows in order, a batch at a time."""

    def __init__(self, folder: Path, name: str, veil: Veil) -> None:
        self._name = name
        self._data = veil.writer(folder / f"{name}.data")
        self._ends = veil.writer(folder / f"{name}.ends")
        self._bases = veil.writer(folder / f"{name}.bases")
        self._rows = 0
        self._total = 0
        self._base = 0

    def add(self, lengths: NDArray[np.integer], values: NDArray[np.unsignedinteger]) -> None:
        """Add rows: their lengths, and their values one after the other.

        Raises:
            ValueError: A row has more than `LONGEST` values.
        """
        if not lengths.size:
            return
        if int(lengths.max()) > LONGEST:
            raise ValueError(f"{self._name}: a row of {int(lengths.max())} values, at most {LONGEST} fit")
        self._data.write(np.ascontiguousarray(values))
        ends = self._total + np.cumsum(lengths, dtype=np.int64)
        starts = ends - lengths
        block = (self._rows + np.arange(ends.size)) >> _BLOCK_BITS
        opened = np.flatnonzero((self._rows + np.arange(ends.size)) % _BLOCK == 0)
        bases = np.concatenate(([self._base], starts[opened])).astype(np.int64)
        self._bases.write(starts[opened].astype("<u8").tobytes())
        number = block - block[0] + (1 if opened.size and opened[0] == 0 else 0)
        self._ends.write((ends - bases[number]).astype("<u2").tobytes())
        self._rows += ends.size
        self._base, self._total = int(bases[-1]), int(ends[-1])

    def close(self) -> None:
        """Hand everything to the operating system."""
        with ExitStack() as files:  # all are closed, even if one cannot be written
            for file in (self._data, self._ends, self._bases):
                files.callback(file.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
