"""The order in which a source writes day, month and year: proved by some of its dates, and the same for all of them.

``11-13-2026`` can only be read with the month first; ``11-02-2026`` can be read in two ways, and what it says is
decided by the other dates of its source, never by itself.
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

MOST_PROOFS: Final = 999
"""Proofs that are counted: so many dates hardly change an order any more."""
_IMPOSSIBLE: Final = math.log1p(1e9)
"""What it weighs against an order that a date cannot be read in it, as an age in days: more than any date has."""


class DateOrder(StrEnum):
    """Which number of a date is which."""

    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"
    YEAR_FIRST = "ymd"


LONG: Final = frozenset({DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST})
"""The orders that a date has whose year is told by its four digits, or not there."""


class OrderEvidence:
    """What the dates of one source say of their order.

    Args:
        given: By a setting, which needs no proof.
        carried: What earlier sweeps found, as `carried` gave it; anything else counts as nothing.
    """

    def __init__(self, given: DateOrder | None = None, carried: str = "") -> None:
        self._given = given
        self._proofs = dict.fromkeys(DateOrder, 0)
        self._ages = dict.fromkeys(DateOrder, 0.0)
        self._settled: dict[bool, DateOrder] = {}  # by whether it is among those of `LONG`
        self._take_up(carried)

    def _take_up(self, carried: str) -> None:
        counts, guesses = carried.split(",")[:3], carried.split(",")[3:]
        if len(counts) != len(DateOrder) or not all(count.isdecimal() and count.isascii() for count in counts):
            return
        self._proofs = {order: min(int(n[:4]), MOST_PROOFS) for order, n in zip(DateOrder, counts, strict=True)}
        for is_long, guess in zip((True, False), guesses, strict=False):
            if guess in set(DateOrder):
                self._settled[is_long] = DateOrder(guess)

    @property
    def carried(self) -> str:
        """What was found, for the next sweep: counts of proofs, and what was settled without one."""
        guesses = (self._settled.get(is_long, "") for is_long in (True, False))
        return ",".join([*(str(self._proofs[order]) for order in DateOrder), *guesses])

    def prove(self, order: DateOrder) -> None:
        """A date was seen that can be read in that order alone."""
        self._proofs[order] = min(self._proofs[order] + 1, MOST_PROOFS)

    def weigh(self, orders: Collection[DateOrder], ages_days: Mapping[DateOrder, float]) -> None:
        """A date was seen that can be read in several orders.

        Args:
            orders: Those that dates of its kind can have.
            ages_days: How long before it was fetched each of those was in which it can be read: new is likelier.
        """
        for order in orders:
            self._ages[order] -= math.log1p(ages_days[order]) if order in ages_days else _IMPOSSIBLE

    def is_proved(self, orders: Collection[DateOrder]) -> bool:
        """Whether it is known which of some orders it is, and nothing speaks for another."""
        return self._given in orders or sum(self._proofs[order] > 0 for order in orders) == 1

    def decide(self, orders: Collection[DateOrder], usual: DateOrder | None = None) -> DateOrder:
        """Which of some orders the source has; what was settled stays until there is a proof.

        Args:
            orders: Those that its dates of one kind can have.
            usual: What such a date is read as where nobody knows better.
        """
        if self._given is not None and self._given in orders:
            return self._given
        is_long = frozenset(orders) <= LONG
        by_age = sorted(orders, key=lambda order: -self._ages[order])
        likely = [order for order in (self._settled.get(is_long), usual, *by_age) if order in orders and order]
        best = max(likely, key=lambda order: self._proofs[order])
        self._settled[is_long] = best
        return best
