"""Clusters of free text side by side that lead to one customer: where a record begins in the middle of a cluster.

Which of two neighbouring clusters a field belongs to, nobody can tell by its place. That both lead to the same customer
tells it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from matcher.compare.candidates import COLUMN, OF_ONE_PERSON

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from matcher.compare.candidates import Candidates


def share_with_neighbours(rows: Candidates, parted: NDArray[np.bool_]) -> None:
    """Let each candidate agree in what the same customer agrees in one cluster before or after.

    Args:
        rows: The candidates; changed in place.
        parted: Whether it is sure of each cluster that it is not of the same record as the one before it.
    """
    order = np.lexsort((rows.unit, rows.subject))
    beside = (np.diff(rows.subject[order].astype(np.int64)) == 0) & (np.diff(rows.unit[order]) == 1)
    beside &= ~parted[rows.unit[order[1:]]]
    first, second = order[:-1][beside], order[1:][beside]
    if not first.size:
        return
    number = rows.number.copy()
    exact, shared, fuzzy = rows.exact.copy(), rows.shared.copy(), rows.fuzzy.copy()
    personal = [COLUMN[kind] for kind in (*OF_ONE_PERSON, "name", "kana")]
    for one, other in ((first, second), (second, first)):
        rows.exact[one] |= exact[other]
        rows.shared[one] = np.maximum(rows.shared[one], shared[other])
        rows.fuzzy[one] = np.fmax(rows.fuzzy[one], fuzzy[other])
        two = (number[one] != number[other]) & (number[one] != 0) & (number[other] != 0)
        rows.phones[one[two]] = np.maximum(rows.phones[one[two]], 2)
    rows.borrowed |= (rows.exact & ~exact)[:, personal].any(axis=1)
