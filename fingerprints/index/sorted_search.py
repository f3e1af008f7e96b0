"""Binary search in a long sorted table for many sorted values: a group of neighbours at a time.

The first value of each group is looked up in the whole table, the others between it and the next group's first, which
is little enough to stay in the processor's cache. Measured in 170 million digests: 250 ns a value, 430 ns without.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

GROUP: Final = 256


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
