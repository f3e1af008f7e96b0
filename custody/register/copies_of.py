"""Who else holds these: from customers, or from an extract, to everybody downstream who has a copy of their records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyroaring import BitMap

from custody.lifecycle import ERASED, RETURNED
from custody.register.overview import register_on
from custody.register.processors import below, get_processor
from fingerprints.identifiers.customer_number import CustomerNumber
from fingerprints.index.sorted_search import distinct

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from sqlalchemy.orm import Session

    from custody.register.overview import Line
    from fingerprints.index.generation import Index
    from fingerprints.secrets.digests import Digester


@dataclass(frozen=True, slots=True)
class Reached:
    """A copy that some of the customers are in.

    Attributes:
        line: The copy.
        covered: How many of the customers are in it.
        of: How many were asked for.
        below: Who stands below the holder without a copy of its own in the register: whom to ask next.
    """

    line: Line
    covered: int
    of: int
    below: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """For ``--json``."""
        shown = self.line.as_json()
        names = ("extract", "processor", "chain", "copied_from", "standing", "since", "due_on", "ended_on", "contact")
        return {**{name: shown[name] for name in names}, "covered": self.covered, "of": self.of, "below": self.below}


def holders_of(
    session: Session, index: Index, subjects: BitMap, day: date, *, ended: bool = False
) -> tuple[list[Reached], list[str]]:
    """Every copy with some of the customers in it, most of them first; and the extracts nobody can say it of.

    Args:
        session: A reading session.
        index: The index, which knows who is in which extract.
        subjects: The customers.
        day: The register of this day.
        ended: Copies that were returned or erased as well.
    """
    enrolled = {info.name for info in index.extracts}
    lines = [line for line in register_on(session, day) if line.processor]
    if not ended:
        lines = [line for line in lines if line.standing not in {RETURNED, ERASED}]
    inside = {name: len(index.members(name) & subjects) for name in {line.extract for line in lines} & enrolled}
    holding = {line.processor for line in lines}
    reached = [
        Reached(line, inside[line.extract], len(subjects), _below(session, line.processor, holding))
        for line in lines
        if inside.get(line.extract)
    ]
    reached.sort(key=lambda one: (-one.covered, one.line.extract, one.line.processor))
    return reached, sorted({line.extract for line in lines} - enrolled)


def subjects_of(index: Index, digester: Digester, numbers: Iterable[str]) -> tuple[BitMap, int]:
    """The subjects with these customer numbers, and how many of the numbers nobody has."""
    kind = CustomerNumber()
    wanted = sorted({number for text in numbers if (number := kind.canonical(text.strip()))})
    hits = index.lookup(digester.digest_many(kind.name, wanted))
    return BitMap(hits.subject), len(wanted) - distinct(hits.query).size


def _below(session: Session, name: str, holding: set[str]) -> tuple[str, ...]:
    under = below(session, get_processor(session, name))
    return tuple(one.name for one in under if one.name not in holding)
