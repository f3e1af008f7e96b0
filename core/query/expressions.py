"""What a search says, as an immutable tree: two searches that say the same in the same order are equal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Bound: TypeAlias = int | float | datetime
"""A number, or an aware moment in UTC."""


@dataclass(frozen=True, slots=True)
class Word:
    """A text that has to occur, as it was typed: each room folds it the way it folded what it searches."""

    text: str


@dataclass(frozen=True, slots=True)
class Is:
    """A field has this value; a ``*`` in it stands for any text, the empty one included (`core.query.wildcards`)."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Between:
    """A field lies between two bounds; None where there is none.

    ``low`` itself belongs to it unless ``above``, ``high`` itself unless ``below``. Of moments ``low`` always belongs
    to it and ``high`` never, so that a day is the day and nothing of the next.
    """

    field: str
    low: Bound | None
    high: Bound | None
    above: bool = False
    below: bool = False

    def holds(self, value: Bound) -> bool:
        """Whether a value of the field lies in it."""
        if self.low is not None and (value < self.low or (self.above and value == self.low)):  # type: ignore[operator]  # of one kind, as the field is
            return False
        return self.high is None or value < self.high or (not self.below and value == self.high)  # type: ignore[operator]  # as above


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds; without parts, everything does."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """One of the parts holds at least."""

    parts: tuple[Expression, ...]

    def __post_init__(self) -> None:
        if not self.parts:
            raise ValueError("a choice needs parts")


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Expression


Expression: TypeAlias = Word | Is | Between | All | Any | Not

EVERYTHING = All(())


def all_of(parts: Iterable[Expression]) -> Expression:
    """Every part; what is nested needlessly is laid flat."""
    flat = [inner for part in parts for inner in (part.parts if isinstance(part, All) else (part,))]
    return flat[0] if len(flat) == 1 else All(tuple(flat))


def any_of(parts: Iterable[Expression]) -> Expression:
    """Any of the parts; what is nested needlessly is laid flat."""
    flat = [inner for part in parts for inner in (part.parts if isinstance(part, Any) else (part,))]
    return flat[0] if len(flat) == 1 else Any(tuple(flat))


def none_of(part: Expression) -> Expression:
    """The opposite; twice is once too often."""
    return part.part if isinstance(part, Not) else Not(part)


def is_value(expression: Expression) -> bool:
    """Whether it is one value of a field, or several of which any will do: side by side, such conditions join."""
    if isinstance(expression, Any):
        return all(map(is_value, expression.parts))
    if isinstance(expression, Between):
        bound = expression.low
        return (
            isinstance(bound, int | float) and bound == expression.high and not (expression.above or expression.below)
        )
    return isinstance(expression, Is)


def words_wanted(expression: Expression) -> Iterator[str]:
    """The words that a hit may hold, in their order: those that must not occur are left out."""
    yield from (word.text for word in leaves(expression) if isinstance(word, Word))


def leaves(expression: Expression, *, denied: bool = False) -> Iterator[Word | Is | Between]:
    """The conditions of an expression that count for a hit, or with ``denied`` those that count against one."""
    if isinstance(expression, Not):
        yield from leaves(expression.part, denied=not denied)
    elif isinstance(expression, All | Any):
        for part in expression.parts:
            yield from leaves(part, denied=denied)
    elif not denied:
        yield expression
