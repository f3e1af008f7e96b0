"""What is asked of access records, as values: conditions on fields, put together with every, either and without."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from fingerprints.index.sorted_search import distinct
from trails.explore.lens import MIXED
from trails.store.runs import KEYS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

SYSTEM: Final = "system"
NAMED: Final = (SYSTEM, *KEYS, *MIXED)
"""Fields whose values can be counted."""


@dataclass(frozen=True, slots=True)
class NamedIn:
    """A field has one of some values; None is a record that says nothing about it."""

    field: str
    names: frozenset[str | None]


@dataclass(frozen=True, slots=True)
class NamedLike:
    """Some of the fields holds a text, whatever its case."""

    fields: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """A time from ``first`` on and before ``until``, in seconds since 1970; a record without a time never is."""

    first: int
    until: int


@dataclass(frozen=True, slots=True)
class ClockHours:
    """An hour of the day (0 to 23) in the zone of the trails."""

    hours: frozenset[int]


@dataclass(frozen=True, slots=True)
class Weekdays:
    """A day of the week, Monday 0, in the zone of the trails."""

    days: frozenset[int]


@dataclass(frozen=True, slots=True, eq=False)
class OfSubjects:
    """One of some customers, as sorted digests."""

    digests: NDArray[np.uint64]

    @classmethod
    def of(cls, digests: object) -> OfSubjects:
        """The condition for digests in any order."""
        return cls(distinct(np.asarray(digests, np.uint64)))


@dataclass(frozen=True, slots=True)
class InSessions:
    """One of some sessions."""

    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class OfLine:
    """The records of one line of a log, by the number of their file and the line's digest."""

    part: int
    digest: int


@dataclass(frozen=True, slots=True, eq=False)
class AtRows:
    """Some records, as the rows of files by their numbers."""

    rows: Mapping[int, NDArray[np.int64]]

    @classmethod
    def of(cls, places: Iterable[tuple[int, int]]) -> AtRows:
        """The condition for files and rows in any order."""
        by_part: dict[int, set[int]] = {}
        for part, row in places:
            by_part.setdefault(part, set()).add(row)
        return cls({part: np.array(sorted(rows), np.int64) for part, rows in by_part.items()})


@dataclass(frozen=True, slots=True)
class Every:
    """All of some conditions; none is no condition at all."""

    parts: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Either:
    """One of some conditions at least."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Without:
    """Not so."""

    part: Condition


Condition = (
    NamedIn | NamedLike | TimeSpan | ClockHours | Weekdays | OfSubjects | InSessions | OfLine | AtRows
    | Every | Either | Without
)  # fmt: skip
ANYTHING: Final = Every()


def both(*parts: Condition) -> Condition:
    """All of some conditions, as one."""
    flat = [one for part in parts for one in (part.parts if isinstance(part, Every) else (part,))]
    return flat[0] if len(flat) == 1 else Every(tuple(flat))
