"""Numbers for keys in the order in which they appear first, for many millions in little memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from fingerprints.index.sorted_search import distinct

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BLOCK: Final = 1 << 22


def number_in_order(keys: NDArray[np.uint64], first: int) -> tuple[NDArray[np.uint32], NDArray[np.uint64]]:
    """The number of each key, the first that appears being ``first``, and the keys in the order of their numbers.

    Nearly all keys of a list appear once, so only those that come again are looked up.
    """
    numbers = np.arange(first, first + keys.size, dtype=np.uint32)
    in_order = np.sort(keys)
    repeated = distinct(in_order[1:][in_order[1:] == in_order[:-1]])
    del in_order
    if not repeated.size:
        return numbers, keys
    places, which = _places_of(repeated, keys)
    _each, begins, among = np.unique(which, return_index=True, return_inverse=True)
    first_place = places[begins][among]  # of each place, the one where the same key appears first
    is_first = np.ones(keys.size, np.bool_)
    is_first[places] = first_place == places
    np.cumsum(is_first, out=numbers)
    numbers += np.uint32(first - 1) if first else np.uint32(0xFFFFFFFF)  # wraps: one less
    numbers[places] = numbers[first_place]
    return numbers, keys[is_first]


def _places_of(some: NDArray[np.uint64], keys: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where keys are one of some that are sorted, in order, and which of them each is."""
    places, which = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for start in range(0, keys.size, _BLOCK):
        block = keys[start : start + _BLOCK]
        found = np.minimum(np.searchsorted(some, block), some.size - 1)
        there = np.flatnonzero(some[found] == block)
        places.append(there + start)
        which.append(found[there])
    return np.concatenate(places), np.concatenate(which)
