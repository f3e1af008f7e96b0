"""The candidates of a whole document, part after part, in arrays: a document may hold millions of people."""

from __future__ import annotations

from bisect import bisect_right
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fingerprints.index.sorted_search import distinct
from matcher.compare.candidates import first_for_something
from matcher.decide.sayings import sayings_of
from matcher.units.rows import RowUnits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from matcher.compare.candidates import Candidates
    from matcher.decide.phone_lists import PhonePart
    from matcher.decide.score import Scores
    from matcher.find.candidates import Terms
    from matcher.units.units import Units

AT_A_TIME: Final = 2
"""Arrays of millions that are copied side by side; NumPy lets other threads run meanwhile."""
_KNOWN_BY = (
    "phone.last4",
    "phone.first7",
    "birth_date",
    "kana",
    "name",
    "phone",
    "email",
    "card_number",
    "customer_number",
)  # the last one there wins


@dataclass(slots=True)
class FoundSubjects:
    """Candidates in arrays beside each other; as in `Candidates` and `Scores`, ``evidence`` numbered without gaps.

    ``says`` is what `matcher.decide.sayings` makes of their agreement and weight.
    """

    unit: NDArray[np.int32]
    subject: NDArray[np.uint32]
    evidence: NDArray[np.int32]
    total: NDArray[np.float32]
    possible: NDArray[np.bool_]
    agreement: NDArray[np.float16]
    weight: NDArray[np.float16]
    says: NDArray[np.uint16]
    since: NDArray[np.uint16]
    until: NDArray[np.uint16]

    def keep(self, rows: NDArray[np.intp]) -> None:
        """Keep some of the rows, in that order; few arrays at a time, so that never two of everything are held."""
        with ThreadPoolExecutor(AT_A_TIME) as beside:
            list(beside.map(partial(self._keep, rows), [field.name for field in fields(self)]))

    def _keep(self, rows: NDArray[np.intp], name: str) -> None:
        setattr(self, name, getattr(self, name)[rows])


@dataclass(frozen=True, slots=True)
class Part:
    """What one passage gave, in arrays alone: small enough to be sent from process to process.

    Attributes:
        path: The members it lies in.
        place: What ``places`` count.
        places: The place of each unit.
        people: Units that look like a person and say something to know them by.
        known_by: The digest that each of them is known by.
        found: The candidates; None when there are none.
        hideable: How many rows or lines it has.
        hidden: Those of them whose masks leave nothing to look up.
        of_rows: Whether it is of a table.
        phones: Its phones, for lists of them; None when there are none.
    """

    path: tuple[str, ...]
    place: str
    places: NDArray[np.int32]
    people: NDArray[np.int32]
    known_by: NDArray[np.uint64]
    found: FoundSubjects | None
    hideable: int
    hidden: int
    of_rows: bool
    phones: PhonePart | None = None


def as_part(
    units: Units,
    terms: Mapping[str, Terms],
    path: tuple[str, ...],
    scored: Sequence[tuple[Candidates, Scores]],
    phones: PhonePart | None,
    asked: NDArray[np.integer],
) -> Part:
    """What is kept of a passage's units and candidates."""
    known = np.zeros(units.count, np.uint64)
    for term in _KNOWN_BY:
        if term in terms:
            known[terms[term].units] = terms[term].digests
    people = np.flatnonzero(units.people & (known != 0))
    found = _joined([_found(rows, scores) for rows, scores in scored])
    places, of_rows = units.places.astype(np.int32), isinstance(units, RowUnits)
    masked = units.masked(asked)
    hidden = int(np.setdiff1d(masked, asked).size) if masked.size else 0
    if not isinstance(units, RowUnits):  # what can be looked up stands on lines of its own as often as not
        hidden = max(hidden - int(asked.size), 0)
    return Part(
        path,
        units.place,
        places,
        people.astype(np.int32),
        known[people],
        found,
        max(units.hideable, masked.size),
        hidden,
        of_rows,
        phones,
    )


def _found(rows: Candidates, scores: Scores) -> FoundSubjects:
    kept = np.flatnonzero(first_for_something(rows, scores.total))
    _, evidence = np.unique(rows.evidence[kept], return_inverse=True)
    agreement, weight = scores.agreement[kept].astype(np.float16), scores.weight[kept].astype(np.float16)
    return FoundSubjects(
        rows.unit[kept].astype(np.int32),
        rows.subject[kept],
        evidence.astype(np.int32),
        scores.total[kept].astype(np.float32),
        scores.possible[kept],
        agreement,
        weight,
        sayings_of(agreement, weight),
        rows.since[kept],
        rows.until[kept],
    )


def _joined(parts: Sequence[FoundSubjects]) -> FoundSubjects | None:
    """Candidates of different units of one passage; None when there are none."""
    if len(parts) < 2:  # noqa: PLR2004  # nothing to join
        return parts[0] if parts else None
    values = 0
    for part in parts:
        part.evidence += values
        values = int(part.evidence.max(initial=values - 1)) + 1
    return FoundSubjects(
        *(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(FoundSubjects))
    )


def _taken(parts: Sequence[FoundSubjects], name: str) -> NDArray[Any]:
    """One array of all parts, which have it no longer."""
    whole = np.concatenate([getattr(part, name) for part in parts])
    for part in parts:
        setattr(part, name, None)
    return whole


class Gathered:
    """Collects parts in the order of the document; units and evidence are numbered through."""

    def __init__(self) -> None:
        self._found: list[FoundSubjects] = []
        self._parts: list[tuple[int, Part]] = []
        self._units = 0
        self._values = 0

    def take(self, part: Part) -> None:
        """The next part."""
        if part.found is not None:
            part.found.unit += self._units
            part.found.evidence += self._values
            self._values = int(part.found.evidence.max(initial=self._values - 1)) + 1
            self._found.append(part.found)
        self._parts.append((self._units, replace(part, found=None, phones=None)))
        self._units += part.places.size

    def hand_over(self) -> FoundSubjects | None:
        """All candidates, once: none are held here any longer; None when there are none."""
        if not self._found:
            return None
        parts, self._found = self._found, []
        with ThreadPoolExecutor(AT_A_TIME) as beside:
            return FoundSubjects(*beside.map(partial(_taken, parts), [field.name for field in fields(FoundSubjects)]))

    @property
    def hideable(self) -> int:
        """How many rows or lines there are."""
        return sum(part.hideable for _, part in self._parts)

    @property
    def hidden(self) -> int:
        """Those of them whose masks leave nothing to look up."""
        return sum(part.hidden for _, part in self._parts)

    @property
    def units(self) -> int:
        """How many units there are."""
        return self._units

    @property
    def units_with_people(self) -> int:
        """How many units look like a person."""
        return sum(part.people.size for _, part in self._parts)

    def strangers(self, matched_units: NDArray[np.integer]) -> int:
        """How many different people there are in units in which nobody of ours was found."""
        if not self._parts:
            return 0
        matched = np.zeros(self._units, np.bool_)
        matched[matched_units] = True
        strange = [part.known_by[~matched[part.people + first]] for first, part in self._parts]
        return int(distinct(np.concatenate(strange)).size)

    def place(self, unit: int) -> dict[str, int | str]:
        """Where a unit stands."""
        first, part = self._parts[bisect_right(self._parts, unit, key=lambda known: known[0]) - 1]
        inside: dict[str, int | str] = {"member": "/".join(part.path)} if part.path else {}
        return inside | {part.place: int(part.places[unit - first])}
