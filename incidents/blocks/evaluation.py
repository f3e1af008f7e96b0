"""Which events of a block an expression holds for: surely, possibly, and, where it matters, as their texts say.

A word of up to three characters is known for sure. A longer one is in no text that lacks one of its triples, and has to
be looked for in the rest. So an answer is two sets: those that surely fit and those that may.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from core.query.expressions import All, Any, Between, Is, Not, Word

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from core.query.expressions import Expression
    from incidents.blocks.loose import LooseBlock
    from incidents.blocks.sealed import SealedBlock

    AnyBlock: TypeAlias = SealedBlock | LooseBlock

Bounds: TypeAlias = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True, slots=True, eq=False)
class OfIncidents:
    """Events of some incidents: ``wanted`` is true at the number of each, plus one."""

    wanted: np.ndarray

    def holds(self, block: AnyBlock) -> np.ndarray:
        """For which events of a block."""
        incidents = block.incidents + 1
        known = incidents < self.wanted.size
        held: np.ndarray = self.wanted[np.where(known, incidents, 0)] & known
        return held


@dataclass(frozen=True, slots=True, eq=False)
class OfEvents:
    """Some events by their sorted ids, or with ``others`` all but them."""

    wanted: np.ndarray
    others: bool = False

    def holds(self, block: AnyBlock) -> np.ndarray:
        """For which events of a block."""
        if not self.needs_ids(block):
            return np.full(block.size, self.others)
        held: np.ndarray = np.isin(block.ids, self.wanted, invert=self.others)
        return held

    def needs_ids(self, block: AnyBlock) -> bool:
        """Whether one of them may be in a block."""
        first, beyond = np.searchsorted(self.wanted, [block.first_id, block.last_id + 1])
        return bool(first < beyond)


@dataclass(frozen=True, slots=True)
class InColumn:
    """Events whose word in a column passes."""

    column: str
    passes: Callable[[str], bool]

    def holds(self, block: AnyBlock) -> np.ndarray:
        """For which events of a block."""
        column = block.words(self.column)
        passing = np.fromiter((self.passes(word) for word in column.words), bool, len(column.words))
        held: np.ndarray = passing[column.codes]
        return held


@dataclass(frozen=True, slots=True)
class InTime:
    """Events of a time, in microseconds, ``low`` included and ``high`` not."""

    column: str
    low: int | None
    high: int | None

    def holds(self, block: AnyBlock) -> np.ndarray:
        """For which events of a block."""
        if self.column == "happened" and self._is_all(block):
            return np.ones(block.size, bool)
        if self.column == "happened" and self._is_none(block):
            return np.zeros(block.size, bool)
        moments = block.happened if self.column == "happened" else block.learned
        held = np.ones(block.size, bool)
        if self.low is not None:
            held &= moments >= self.low
        if self.high is not None:
            held &= moments < self.high
        return held

    def needs_moments(self, block: AnyBlock) -> bool:
        """Whether the moments of a block have to be read."""
        return self.column != "happened" or not (self._is_all(block) or self._is_none(block))

    def _is_all(self, block: AnyBlock) -> bool:
        return (self.low is None or block.oldest >= self.low) and (self.high is None or block.newest < self.high)

    def _is_none(self, block: AnyBlock) -> bool:
        return (self.low is not None and block.newest < self.low) or (
            self.high is not None and block.oldest >= self.high
        )


@dataclass(frozen=True, slots=True)
class HoldsWord:
    """Events whose text holds a word, as it is searched."""

    word: str


Test: TypeAlias = OfIncidents | OfEvents | InColumn | InTime | HoldsWord
Tests: TypeAlias = "Mapping[Word | Is | Between, Test]"


class Answer:
    """What an expression comes to in one block.

    Attributes:
        surely: Events that fit, as one bool each.
        maybe: Events that may, those that do included.
    """

    def __init__(self, block: AnyBlock, expression: Expression, tests: Tests) -> None:
        self.block = block
        self._expression = expression
        self._tests = tests
        self._known: dict[Test, Bounds] = {}
        self.surely, self.maybe = self._bounds(expression)

    @property
    def is_settled(self) -> bool:
        """Whether nothing is unsure."""
        return self.surely is self.maybe

    def settle(self, places: np.ndarray) -> int:
        """Read the texts of those of ``places`` that are unsure; afterwards they are not. Gives how many were read."""
        unsure = places[self.maybe[places] & ~self.surely[places]]
        if not unsure.size:
            return 0
        texts = self.block.texts(unsure)
        for test, (low, high) in list(self._known.items()):
            if isinstance(test, HoldsWord) and low is not high:
                held = np.fromiter((test.word in text for text in texts), bool, len(texts))
                surely, maybe = low.copy(), high.copy()
                surely[unsure] = maybe[unsure] = held
                self._known[test] = surely, maybe
        self.surely, self.maybe = self._bounds(self._expression)
        return int(unsure.size)

    def _bounds(self, expression: Expression) -> Bounds:
        if isinstance(expression, Not):
            low, high = self._bounds(expression.part)
            denied = ~high
            return denied, (denied if low is high else ~low)
        if isinstance(expression, All):
            return self._joined(expression.parts, np.logical_and, start=True)
        if isinstance(expression, Any):
            return self._joined(expression.parts, np.logical_or, start=False)
        return self._leaf(self._tests[expression])

    def _joined(self, parts: tuple[Expression, ...], join: np.ufunc, *, start: bool) -> Bounds:
        low = high = np.full(self.block.size, start)
        for part in parts:
            lower, upper = self._bounds(part)
            same = low is high and lower is upper
            low = join(low, lower)
            high = low if same else join(high, upper)
            if (start and not high.any()) or (not start and low.all()):
                return (high, high) if start else (low, low)
        return low, high

    def _leaf(self, test: Test) -> Bounds:
        found = self._known.get(test)
        if found is None:
            if isinstance(test, HoldsWord):
                maybe, is_sure = self.block.holding(test.word)
                found = (maybe, maybe) if is_sure or not maybe.any() else (np.zeros(self.block.size, bool), maybe)
            else:
                held = test.holds(self.block)
                found = held, held
            self._known[test] = found
        return found
