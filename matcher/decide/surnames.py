"""Lists of phones with surnames: one proves nothing, since who had a number before may be called the same by chance.

A surname goes round: of two people picked at random, one or two pairs in a hundred share it at most. A list in which
half of the people have a customer's phone and that customer's surname is of ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from fingerprints.index.sorted_search import distinct
from matcher.decide.sayings import BY_SURNAME, CONTRADICTED, WHOLE_PHONE, say

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from matcher.decide.parts import FoundSubjects

FEWEST: Final = 3  # people from whom a list is one
MOSTLY_OURS: Final = 0.5  # of the list
BY_CHANCE: Final = 0.02  # that a stranger has the surname: the commonest has one person in seventy


def listed_by_surname(found: FoundSubjects, people: int) -> tuple[NDArray[np.bool_], float]:
    """The candidates whose phone and surname agree in a list of ours, and the probability that each is meant."""
    agrees = say(found.says, BY_SURNAME, WHOLE_PHONE) & ~say(found.says, CONTRADICTED)
    units = distinct(found.unit[agrees]).size
    if units < FEWEST or units < MOSTLY_OURS * people:
        return np.zeros(agrees.size, np.bool_), 0.0
    share = units / (people + 1)
    return agrees, share / (share + (1 - share) * BY_CHANCE)
