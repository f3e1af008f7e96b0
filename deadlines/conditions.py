"""Conditions of a regime as data, judged with three values: yes, no, and cannot be told (Kleene's logic).

There is no "not": whatever more is found out about a leak can make a condition hold, and never stop it from holding.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field, model_validator

from deadlines.facts import EEA, RESIDENTS, THRESHOLD, Answer, Basis, QuestionName

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from deadlines.facts import Facts


class Truth(Enum):
    """Whether something holds, as far as it is known."""

    NO = 0
    UNKNOWN = 1
    YES = 2


class Trigger(BaseModel):
    """One of: any of several, all of several, a question answered, so many people, residents of some countries.

    ``people_over = "supply"`` is a threshold that the text leaves to others: until a person puts the number in, it
    cannot be told.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    any: tuple[Trigger, ...] = ()
    all: tuple[Trigger, ...] = ()
    fact: QuestionName | None = None
    people_over: int | Literal["supply"] | None = Field(default=None)
    residents_of: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one(self) -> Trigger:
        given = [self.any, self.all, self.residents_of]
        if sum(map(bool, given)) + (self.fact is not None) + (self.people_over is not None) != 1:
            raise ValueError("expected exactly one of any, all, fact, people_over, residents_of")
        if isinstance(self.people_over, int) and self.people_over < 0:
            raise ValueError(f"people_over: expected 0 or more, got {self.people_over}")
        return self

    @property
    def leaves(self) -> Iterator[Trigger]:
        """The conditions that it is made of, those that are made of no others."""
        parts = (*self.any, *self.all)
        if not parts:
            yield self
        for part in parts:
            yield from part.leaves

    @property
    def name(self) -> str:
        """What a leaf asks for: a question's name, ``people:1000``, ``people:supply``, ``residents``."""
        if self.fact is not None:
            return self.fact
        return RESIDENTS if self.residents_of else f"people:{self.people_over}"

    @property
    def needs(self) -> str:
        """Which fact a leaf waits for while it cannot be told."""
        if self.people_over is None:
            return self.name
        return THRESHOLD if self.people_over == "supply" else "people"


def judge(condition: Trigger, facts: Facts, basis: Basis) -> Truth:
    """Whether a condition holds."""
    if condition.any:
        return max_truth(judge(part, facts, basis) for part in condition.any)
    if condition.all:
        return min_truth(judge(part, facts, basis) for part in condition.all)
    if condition.fact is not None:
        return _of_answer(facts.answers.get(condition.fact), basis)
    if condition.residents_of:
        if facts.residents is None:
            return Truth.UNKNOWN
        wanted = EEA if "EEA" in condition.residents_of else frozenset(condition.residents_of)
        return Truth.YES if facts.residents & wanted else Truth.NO
    return _of_people(condition.people_over, facts, basis)


def grounds(condition: Trigger, facts: Facts, basis: Basis) -> tuple[str, ...]:
    """The leaves that hold, by name."""
    return tuple(dict.fromkeys(leaf.name for leaf in condition.leaves if judge(leaf, facts, basis) == Truth.YES))


def lacking(condition: Trigger, facts: Facts, basis: Basis) -> tuple[str, ...]:
    """The facts that it waits for, if it cannot be told; what a part that is settled asks for is not among them."""
    if judge(condition, facts, basis) != Truth.UNKNOWN:
        return ()
    parts = (*condition.any, *condition.all)
    if not parts:
        return (condition.needs,)
    return tuple(dict.fromkeys(name for part in parts for name in lacking(part, facts, basis)))


def max_truth(values: Iterable[Truth]) -> Truth:
    """Whether one of them holds."""
    return max(values, key=lambda one: one.value)


def min_truth(values: Iterable[Truth]) -> Truth:
    """Whether all of them hold."""
    return min(values, key=lambda one: one.value)


def _of_answer(answer: Answer | None, basis: Basis) -> Truth:
    match answer:
        case None:
            return Truth.UNKNOWN
        case Answer.YES:
            return Truth.YES
        case Answer.NO:
            return Truth.NO
        case Answer.POSSIBLE:
            return Truth.YES if basis == Basis.POSSIBLE else Truth.UNKNOWN
        case _:
            assert_never(answer)


def _of_people(limit: int | str | None, facts: Facts, basis: Basis) -> Truth:
    people = facts.people(basis)
    if not isinstance(limit, int) or people is None:
        return Truth.UNKNOWN
    if people > limit:
        return Truth.YES
    may_be = facts.people(Basis.POSSIBLE)
    return Truth.UNKNOWN if basis == Basis.CONFIRMED and may_be is not None and may_be > limit else Truth.NO
