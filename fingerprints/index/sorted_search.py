"""Sorted numbers, many of them: what is different among some, and a search for many in a long table.

A binary search goes a group of neighbours at a time.

The first value of each group is looked up in the whole table, the others between it and the next group's first, which
is little enough to stay in the processor's cache. Measured in 170 million digests: 250 ns a value, 430 ns without.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeVar

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Number = TypeVar("Number", bound=np.integer)
GROUP: Final = 256


def distinct(values: NDArray[Number]) -> NDArray[Number]:
    """What `np.unique` gives of numbers alone: each once, in order.

    NumPy 2.3 and 2.4 hash them first: 1,200 ns a value among six million random ones, where sorting takes 60.
    """
    inorder = np.sort(values, axis=None)
    first = np.ones(inorder.size, np.bool_)
    np.not_equal(inorder[1:], inorder[:-1], out=first[1:])
    return inorder[first]


def search_sorted(
    table: NDArray[np.uint64], wanted: NDArray[np.uint64], side: Literal["left", "right"] = "left"
) -> NDArray[np.intp]:
    """What `np.searchsorted` gives, for values that are sorted as the table is."""
    table = np.asarray(table)
    if wanted.size <= GROUP:
        return np.searchsorted(table, wanted, side)
    begins = np.arange(0, wanted.size, GROUP)
    bounds = [*np.searchsorted(table, wanted[begins], side).tolist(), table.size]
    out = np.empty(wanted.size, np.intp)
    for number, begin in enumerate(begins.tolist()):
        low, high = bounds[number], bounds[number + 1]
        part = out[begin : begin + GROUP]
        part[:] = table[low:high].searchsorted(wanted[begin : begin + GROUP], side)
        part += low
    return out
