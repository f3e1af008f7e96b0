"""Candidates that another one of the same unit explains away, dropped before anything costly is compared.

Among ten million customers a name and four digits lead to several people, and a row of a dump leads to its own customer
by a dozen values. Whoever was led to by nothing that the best candidate was not led to by as well, and cannot catch up
whatever a comparison might show, would be dropped in the end (`compare.first_for_something`); here before the sketches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from matcher.compare.candidates import COLUMN, TIED
from matcher.decide.score import DISAGREES, GROUPS, KINDS, RELATIVES, group_weight, weigh

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from matcher.compare.candidates import Candidates

# Bits that comparing could still add to a group without exact agreement: a perfect sketch, or a date or postal code
# that one customer alone has. Numbers, mail addresses and phones were looked up whole already.
CAN_GAIN: Final = {
    "customer_number": 0.0,
    "card_number": 0.0,
    "email": 0.0,
    "phone": 0.0,
    "place": 27.0,
    "person": 14.0,
    "birth_date": 27.0,
}


def drop_hopeless(rows: Candidates, population: int) -> Candidates:
    """The candidates without those that cannot become the best explanation of anything."""
    least, most = _bounds(rows, population)
    order = np.lexsort((-least, rows.unit))
    first = np.concatenate([[True], np.diff(rows.unit[order]) != 0])
    best = order[first][np.cumsum(first) - 1]  # beside `order`: the best candidate of the same unit
    ahead = np.empty_like(order)
    ahead[order] = best
    row, value = rows.led
    by_best = np.zeros(int(value.max(initial=-1)) + 1, np.bool_)
    by_best[value[ahead[row] == row]] = True
    shares_all = np.bincount(row, ~by_best[value], minlength=rows.unit.size) == 0
    kept = ~(shares_all & (most < least[ahead] - TIED))
    return rows if kept.all() else rows.keep(kept)


def _bounds(rows: Candidates, population: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Of each candidate the least and the most that its total can come to."""
    scores = weigh(rows, population)
    weight = scores.weight
    alone = sum(group_weight(weight[:, [KINDS.index(kind) for kind in kinds]]) for kinds in GROUPS.values())
    least = np.minimum(scores.total - alone, 0.0) - np.where(rows.exact[:, COLUMN["address"]], RELATIVES, 0.0)
    most = np.zeros(rows.unit.size)
    for group, kinds in GROUPS.items():
        columns = [KINDS.index(kind) for kind in kinds]
        exact = rows.exact[:, [COLUMN[kind] for kind in kinds]]
        surely = np.where(exact, weight[:, columns], 0.0).max(axis=1)
        least += np.where(surely > 0, surely, min(DISAGREES.get(kind, 0.0) for kind in kinds))
        most += np.maximum(weight[:, columns].max(axis=1), np.where(surely > 0, 0.0, CAN_GAIN[group]))
    return least, most
