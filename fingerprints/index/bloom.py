"""The filter in front of the index: a bloom-filter2 file, fed with the digest's own bits.

bloom-filter2 makes the file and reads and writes it one key at a time through `probes`; we read and write the same
bytes with NumPy for whole arrays (a test proves that both see the same). The probes are those of Parquet's split-block
Bloom filter (parquet-format, BloomFilter.md): the digest's upper half chooses a block of 256 bits, its lower half one
bit in each of the block's eight words. One block is half a cache line, and sorted digests visit the blocks in order.
"""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from bloom_filter2 import BloomFilter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

ERROR_RATE: Final = 0.01
"""What bloom-filter2 sizes the file for; split blocks cost a little on top (measured: 1.4 %)."""
_BLOCK_BITS: Final = 256
_WORDS: Final = 8
_LOW: Final = 0xFFFFFFFF
_SALTS: Final = (
    0x47B6137B, 0x44974D91, 0x8824AD5B, 0xA2B7289D, 0x705495C7, 0x2DF1424B, 0x9EFC4947, 0x5C6BFB31,
)  # fmt: skip
_SALT_ARRAY: Final = np.array(_SALTS, np.uint32)
_BATCH: Final = 1 << 16


def probes(bloom: Any, digest: int) -> Iterator[int]:
    """The bit numbers of one digest, for bloom-filter2's ``probe_bitnoer``."""
    block = ((digest >> 32) * _blocks(bloom.num_bits_m)) >> 32
    for word, salt in enumerate(_SALTS):
        yield block * _BLOCK_BITS + word * 32 + (((digest & _LOW) * salt & _LOW) >> 27)


def open_bloom(path: Path, elements: int) -> BloomFilter:
    """The filter as bloom-filter2 has it; the file is made when it is not there."""
    return BloomFilter(max(elements, _BLOCK_BITS), ERROR_RATE, probes, (str(path), -1))


def write_bloom(path: Path, elements: int, batches: Iterable[NDArray[np.uint64]]) -> None:
    """Make the file and set the bits of sorted digests, given in batches in ascending order."""
    with open_bloom(path, elements) as bloom:
        blocks = _blocks(bloom.num_bits_m)
    with path.open(
        "r+b"
    ) as file:  # a full disk has to be an error here: in a mapped file it would be the process's end
        os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
    words = np.memmap(path, "<u4", "r+", shape=(blocks, _WORDS))
    for batch in batches:
        for start in range(0, batch.size, _BATCH):
            part = batch[start : start + _BATCH]
            block, masks = _places(part, blocks)
            firsts = np.flatnonzero(np.diff(block, prepend=-1))
            words[block[firsts]] |= np.bitwise_or.reduceat(masks, firsts, axis=0)
    words.flush()


class BloomReader:
    """Tests whole arrays of digests against the file's bytes."""

    def __init__(self, path: Path, elements: int) -> None:
        # bloom-filter2's own size, worked out without its filter: that would take twice the file in memory.
        bits = math.ceil(-max(elements, _BLOCK_BITS) * math.log(ERROR_RATE) / math.log(2) ** 2)
        self.size_bytes = (bits + 7) // 8 + 2  # bloom-filter2 writes a byte two past the end
        self._blocks = _blocks(bits)
        self._words = np.memmap(path, "<u4", "r", shape=(self._blocks, _WORDS))

    def might_hold(self, digests: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Whether each digest may be in the index; false is certain."""
        out = np.empty(digests.size, np.bool_)
        for start in range(0, digests.size, _BATCH):
            part = digests[start : start + _BATCH]
            block, masks = _places(part, self._blocks)
            missing = ~self._words[block] & masks
            out[start : start + _BATCH] = ~missing.any(axis=1) & (part != 0)
        return out


def _blocks(bits: int) -> int:
    return max(bits // _BLOCK_BITS, 1)


def _places(digests: NDArray[np.uint64], blocks: int) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    """For each digest its block, and the bits it sets in the block's words."""
    block = ((digests >> np.uint64(32)) * np.uint64(blocks)) >> np.uint64(32)
    low = (digests & np.uint64(_LOW)).astype(np.uint32)
    bits = (low[:, None] * _SALT_ARRAY) >> np.uint32(27)
    return block.astype(np.int64), np.left_shift(np.uint32(1), bits)
