"""The customers of an incident, one by one: which of their values were seen, in how many documents; never a value."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pyroaring import BitMap
from sqlalchemy import select

from incidents.groups import group_ids
from incidents.models import FindingMatch, Incident, Sighting

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

PAGE_SIZE: Final = 100
AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class AffectedCustomer:
    """One customer of an incident.

    Attributes:
        subject: The index's own number, no customer's value.
        fields: How well each kind of value agreed, the best of all documents; empty where that was not kept.
        confidence: How sure the surest match is; none where none was kept.
        documents: In how many documents a match was kept.
    """

    subject: int
    fields: dict[str, float]
    confidence: float | None
    documents: int


@dataclass(frozen=True, slots=True)
class AffectedPage:
    """Some customers in the order of their numbers, and how many there are."""

    lines: tuple[AffectedCustomer, ...]
    total: int
    page: int
    pages: int


def affected_subjects(session: Session, incident_id: int, *, field: str = "", within: BitMap | None = None) -> BitMap:
    """The customers of an incident.

    Args:
        session: Where it stands.
        incident_id: Of which.
        field: Only those of whom a value of this kind was seen, as far as matches were kept.
        within: Only these, such as the members of an extract.
    """
    members = BitMap.deserialize(session.get_one(Incident, incident_id).members)
    if within is not None:
        members &= within
    if field:
        shown = (_is_kept_of(session, incident_id), FindingMatch.fields[field].as_float().is_not(None))
        members &= BitMap(session.scalars(select(FindingMatch.subject).where(*shown).distinct()))
    return members


def affected_page(
    session: Session, incident_id: int, subjects: BitMap, *, page: int = 1, size: int = PAGE_SIZE
) -> AffectedPage:
    """One page of some of an incident's customers; beyond the last one it is the last."""
    total = len(subjects)
    pages = max(1, -(-total // size))
    page = min(max(page, 1), pages)
    some = list(subjects[(page - 1) * size : page * size])
    return AffectedPage(tuple(describe(session, incident_id, some)), total, page, pages)


def describe(session: Session, incident_id: int, subjects: Sequence[int]) -> Iterator[AffectedCustomer]:
    """What is kept of some customers of an incident, in their order."""
    for start in range(0, len(subjects), AT_ONCE):
        some = subjects[start : start + AT_ONCE]
        matches: dict[int, list[FindingMatch]] = defaultdict(list)
        of_some = (_is_kept_of(session, incident_id), FindingMatch.subject.in_(some))
        for match in session.scalars(select(FindingMatch).where(*of_some)):
            matches[match.subject].append(match)
        yield from (_customer(subject, matches[subject]) for subject in some)


def fields_of(session: Session, incident_id: int) -> tuple[str, ...]:
    """The kinds of values that an incident exposes."""
    return tuple(session.get_one(Incident, incident_id).fields)


def _is_kept_of(session: Session, incident_id: int) -> ColumnElement[bool]:
    seen = select(Sighting.finding_id).where(Sighting.incident_id.in_(group_ids(session, incident_id)))
    return FindingMatch.finding_id.in_(seen)


def _customer(subject: int, matches: Iterable[FindingMatch]) -> AffectedCustomer:
    best: dict[str, float] = {}
    found = list(matches)
    for match in found:
        for kind, agreement in match.fields.items():
            best[kind] = max(best.get(kind, 0.0), agreement)
    surest = max((match.confidence for match in found), default=None)
    return AffectedCustomer(subject, best, surest, len({match.finding_id for match in found}))
