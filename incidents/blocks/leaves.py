"""Who holds which letters, as bytes: a leaf is the numbers of one bucket with the places of the texts that hold each.

Places are written as whatever is shortest: as they are, as stretches of neighbours, or as one bit a text. Events stand
in their block by kind first, so that what a sentence always says is a stretch or two.

A leaf: how many numbers (uint32), the numbers (int64, sorted), where the places of each end (uint32), how they are
written (uint8), and the places.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

PLAIN, STRETCHES, BITS = 0, 1, 2
_SPREAD: Final = np.uint64(0x9E3779B97F4A7C15)  # Fibonacci hashing: neighbours in the alphabet lie in different leaves
_FEW_STRETCHES: Final = 200
_TEXTS_A_BUCKET: Final = 64
"""Makes leaves of about 16 KiB."""


def buckets_for(texts: int) -> int:
    """How many buckets a block of so many texts has; a power of two."""
    return 1 << max(0, (texts // _TEXTS_A_BUCKET).bit_length() - 1)


def bucket_of(number: int, buckets: int) -> int:
    """The bucket that a number lies in."""
    return int(_buckets(np.array([number], np.int64), buckets)[0])


def write_leaves(
    numbers: np.ndarray, starts: np.ndarray, places: np.ndarray, size: int, buckets: int
) -> Iterator[tuple[int, bytes]]:
    """The leaves of a block, as bucket and bytes; empty ones are left out.

    Args:
        numbers: As `incidents.blocks.letters.holders` gives them.
        starts: Where the places of each begin.
        places: Those of all.
        size: How many texts there are.
        buckets: How many buckets.
    """
    if not numbers.size:
        return
    ends = np.concatenate([starts[1:], [places.size]])
    begins = np.ones(places.size, bool)
    begins[1:] = places[1:] != places[:-1] + np.uint16(1)
    begins[starts] = True
    run_starts = np.flatnonzero(begins)
    run_ends = np.concatenate([run_starts[1:], [places.size]]) - 1
    first_runs = np.searchsorted(run_starts, starts)
    last_runs = np.concatenate([first_runs[1:], [run_starts.size]])
    plain = places.tobytes()
    stretches = np.stack([places[run_starts], places[run_ends]], axis=1).tobytes()
    widths = np.stack([(ends - starts) * 2, (last_runs - first_runs) * 4, np.full(starts.size, -(-size // 8))], axis=1)
    forms = np.argmin(widths, axis=1).astype(np.uint8)
    homes = _buckets(numbers, buckets)
    order = np.lexsort((numbers, homes))
    cuts = np.flatnonzero(np.diff(homes[order])) + 1
    for members in np.split(order, cuts):
        bodies = [
            plain[2 * int(starts[at]) : 2 * int(ends[at])]
            if forms[at] == PLAIN
            else stretches[4 * int(first_runs[at]) : 4 * int(last_runs[at])]
            if forms[at] == STRETCHES
            else _bits(places[starts[at] : ends[at]], size)
            for at in members
        ]
        until = np.cumsum([len(body) for body in bodies]).astype(np.uint32)
        head = np.uint32(members.size).tobytes() + numbers[members].astype(np.int64).tobytes()
        yield int(homes[members[0]]), head + until.tobytes() + forms[members].tobytes() + b"".join(bodies)


def read_places(leaf: bytes | None, number: int, size: int) -> np.ndarray:
    """Which texts of a block hold a number, as one bool a text."""
    held = np.zeros(size, bool)
    if leaf is None:
        return held
    count = int(np.frombuffer(leaf, np.uint32, 1)[0])
    numbers = np.frombuffer(leaf, np.int64, count, 4)
    at = int(np.searchsorted(numbers, number))
    if at == count or numbers[at] != number:
        return held
    ends = np.frombuffer(leaf, np.uint32, count, 4 + 8 * count)
    base = 4 + 13 * count
    start, end = base + (int(ends[at - 1]) if at else 0), base + int(ends[at])
    form = leaf[4 + 12 * count + at]
    if form == BITS:
        return np.unpackbits(np.frombuffer(leaf, np.uint8, end - start, start), count=size).view(bool)
    found = np.frombuffer(leaf, np.uint16, (end - start) // 2, start)
    if form == PLAIN:
        held[found] = True
        return held
    first, last = found.reshape(-1, 2).astype(np.int64).T
    if first.size <= _FEW_STRETCHES:
        for begin, end in zip(first.tolist(), last.tolist(), strict=True):
            held[begin : end + 1] = True
        return held
    # Stretches neither meet nor touch: one up where each begins, one down behind its end, and added along the way.
    steps = np.zeros(size + 1, np.int8)
    steps[first] = 1
    steps[last + 1] = -1
    return np.cumsum(steps[:-1], dtype=np.int8).view(bool)


def _bits(places: np.ndarray, size: int) -> bytes:
    held = np.zeros(size, bool)
    held[places] = True
    return np.packbits(held).tobytes()


def _buckets(numbers: np.ndarray, buckets: int) -> np.ndarray:
    if buckets == 1:
        return np.zeros(numbers.size, np.int64)
    shift = np.uint64(64 - (buckets.bit_length() - 1))
    return ((numbers.astype(np.uint64) * _SPREAD) >> shift).astype(np.int64)
