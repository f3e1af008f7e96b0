"""The candidates of a whole document, batch after batch, in arrays: a document may hold millions of people."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from matcher.compare import first_for_something

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from matcher.compare import Candidates
    from matcher.find import Terms
    from matcher.score import Scores
    from matcher.units import Units

_KNOWN_BY = (
    "birth_date",
    "kana",
    "name",
    "phone",
    "email",
    "card_number",
    "customer_number",
)  # the last one there wins


@dataclass(frozen=True, slots=True)
class Found:
    """Candidates over the whole document, in arrays beside each other; as in `Candidates` and `Scores`."""

    unit: NDArray[np.int64]
    subject: NDArray[np.uint32]
    evidence: NDArray[np.int64]
    total: NDArray[np.float32]
    possible: NDArray[np.bool_]
    agreement: NDArray[np.float16]
    weight: NDArray[np.float16]
    since: NDArray[np.uint16]
    until: NDArray[np.uint16]

    def __getitem__(self, rows: NDArray[np.intp]) -> Found:
        """The same for some of the rows."""
        return Found(*(getattr(self, name)[rows] for name in Found.__slots__))


@dataclass(frozen=True, slots=True)
class _Batch:
    first_unit: int
    place: str
    places: NDArray[np.int64]
    path: tuple[str, ...]


class Gathered:
    """Collects batches; units and evidence are numbered through."""

    def __init__(self) -> None:
        self._found: list[Found] = []
        self._batches: list[_Batch] = []
        self._people: list[tuple[NDArray[np.int64], NDArray[np.uint64]]] = []
        self._units = 0
        self._values = 0

    def take(
        self, units: Units, terms: Mapping[str, Terms], path: tuple[str, ...], scored: tuple[Candidates, Scores] | None
    ) -> None:
        """One batch, with its candidates if there are any."""
        self._batches.append(_Batch(self._units, units.place, units.places, path))
        known = np.zeros(units.count, np.uint64)
        for term in _KNOWN_BY:
            if term in terms:
                known[terms[term].units] = terms[term].digests
        people = np.flatnonzero(units.people & (known != 0))
        self._people.append((people + self._units, known[people]))
        if scored is not None:
            self._take_candidates(*scored)
        self._units += units.count

    def _take_candidates(self, rows: Candidates, scores: Scores) -> None:
        kept = np.flatnonzero(first_for_something(rows, scores.total))
        self._found.append(
            Found(
                rows.unit[kept] + self._units,
                rows.subject[kept],
                rows.evidence[kept] + self._values,
                scores.total[kept].astype(np.float32),
                scores.possible[kept],
                scores.agreement[kept].astype(np.float16),
                scores.weight[kept].astype(np.float16),
                rows.since[kept],
                rows.until[kept],
            )
        )
        self._values += int(rows.evidence.max()) + 1

    @property
    def found(self) -> Found | None:
        """All candidates; None when there are none."""
        if not self._found:
            return None
        return Found(*(np.concatenate([getattr(part, name) for part in self._found]) for name in Found.__slots__))

    @property
    def units_with_people(self) -> int:
        """How many units look like a person."""
        return sum(units.size for units, _ in self._people)

    def strangers(self, matched_units: NDArray[np.int64]) -> int:
        """How many different people there are in units in which nobody of ours was found."""
        if not self._people:
            return 0
        units, digests = (np.concatenate(parts) for parts in zip(*self._people, strict=True))
        return int(np.unique(digests[~np.isin(units, matched_units)]).size)

    def place(self, unit: int) -> dict[str, int | str]:
        """Where a unit stands."""
        batch = self._batches[bisect_right(self._batches, unit, key=lambda b: b.first_unit) - 1]
        inside: dict[str, int | str] = {"member": "/".join(batch.path)} if batch.path else {}
        return inside | {batch.place: int(batch.places[unit - batch.first_unit])}
