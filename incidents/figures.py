"""The figures of an incident, from its findings and sightings alone: the same in whatever order they came."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import fields as dataclass_fields
from typing import TYPE_CHECKING, Any, Final

from pyroaring import BitMap
from sqlalchemy import select

from archive.models import Capture
from incidents.findings import LEAK, OVERLAP
from incidents.groups import group_ids
from incidents.models import FindingRow, Incident, Sighting
from incidents.severity import severity

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

IMPOSSIBLE: Final = -1e6
"""The term of an extract that was not there yet: it outweighs whatever else speaks for it."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of an incident; the names are those of its columns."""

    members: bytes
    subjects: int
    people: int
    documents: int
    confidence: float
    fields: dict[str, int]
    severity: str
    sightings: int
    sources: list[str]
    first_seen_at: datetime | None


def recount(session: Session, incident: Incident) -> None:
    """Set every figure of an incident anew."""
    session.flush()
    figures = figures_of(session, incident.id)
    for field in dataclass_fields(Figures):
        value = getattr(figures, field.name)
        if value is not None:
            setattr(incident, field.name, value)


def figures_of(session: Session, incident_id: int) -> Figures:
    """The figures of an incident and its parts; of one content the verdict of the latest generation counts."""
    parts = group_ids(session, incident_id)
    findings = _findings(session, parts)
    members = _members(findings)
    fields = _most(findings)
    places = _places(session, parts)
    set_by_hand = session.scalar(select(Incident.severity_set).where(Incident.id == incident_id))
    return Figures(
        members=members.serialize(),
        subjects=len(members),
        people=max((finding.people for finding in findings), default=0),
        documents=len(findings),
        confidence=max((finding.confidence for finding in findings), default=0.0),
        fields=fields,
        severity=set_by_hand or _gravity(findings, members, fields),
        sightings=len(places),
        sources=list(dict.fromkeys(source for _, source in places)),
        first_seen_at=places[0][0] if places else None,
    )  # fmt: skip


def figures_before(
    session: Session, groups: Mapping[int, Collection[int]], moment: datetime
) -> dict[int, tuple[int, int]]:
    """How many customers and places each whole had before a moment, by the numbers of its parts."""
    whole_of = {part: whole for whole, parts in groups.items() for part in parts}
    findings: dict[int, list[FindingRow]] = {whole: [] for whole in groups}
    asked = select(FindingRow).where(FindingRow.incident_id.in_(whole_of), FindingRow.made_at < moment)
    for row in session.scalars(asked):
        if row.verdict in {LEAK, OVERLAP} and row.incident_id is not None:
            findings[whole_of[row.incident_id]].append(row)
    places = dict.fromkeys(groups, 0)
    seen = select(Sighting.incident_id).where(Sighting.incident_id.in_(whole_of), Sighting.at < moment)
    for part in session.scalars(seen):
        places[whole_of[part]] += 1
    return {whole: (len(_members(_latest(rows))), places[whole]) for whole, rows in findings.items()}


def severity_by_figures(session: Session, incident_id: int) -> str:
    """How grave an incident is by its figures, whatever a person said."""
    findings = _findings(session, group_ids(session, incident_id))
    return _gravity(findings, _members(findings), _most(findings))


def _findings(session: Session, parts: list[int]) -> list[FindingRow]:
    # The verdict is looked at here: SQLite would go through all leaks by their index rather than by the incident's.
    of_parts = session.scalars(select(FindingRow).where(FindingRow.incident_id.in_(parts)))
    return _latest(row for row in of_parts if row.verdict in {LEAK, OVERLAP})


def _members(findings: Sequence[FindingRow]) -> BitMap:
    return BitMap.union(*(BitMap.deserialize(finding.members) for finding in findings), BitMap())


def _gravity(findings: Sequence[FindingRow], members: BitMap, fields: Mapping[str, int]) -> str:
    return severity(len(members), fields, among_others=all(finding.verdict == OVERLAP for finding in findings))


def _places(session: Session, parts: list[int]) -> list[tuple[datetime, str]]:
    """When and where it was seen, the earliest first."""
    rows = session.execute(
        select(Capture.source, Capture.posted_at, Capture.fetched_at)
        .join(Sighting, Sighting.capture_id == Capture.id)
        .where(Sighting.incident_id.in_(parts))
    )
    return sorted((row.posted_at or row.fetched_at, row.source) for row in rows)


def _latest(findings: Iterable[FindingRow]) -> list[FindingRow]:
    by_content: dict[str, FindingRow] = {}
    for finding in findings:
        known = by_content.get(finding.sha256)
        if known is None or known.generation < finding.generation:
            by_content[finding.sha256] = finding
    return [by_content[sha256] for sha256 in sorted(by_content)]


def _most(findings: Iterable[FindingRow]) -> dict[str, int]:
    most: dict[str, int] = {}
    for finding in findings:
        for kind, people in finding.fields.items():
            most[kind] = max(most.get(kind, 0), people)
    return dict(sorted(most.items()))


def with_holders(extracts: Sequence[Mapping[str, Any]], holders: Mapping[str, str]) -> list[dict[str, Any]]:
    """A ranking of extracts with the processor that each was lent to, where it was lent to one."""
    named = [(dict(one), holders.get(str(one["extract"]))) for one in extracts]
    return [one | {"processor": holder} if holder else one for one, holder in named]


def with_days(extracts: Sequence[Mapping[str, Any]], lent: Mapping[str, date]) -> list[dict[str, Any]]:
    """A ranking of extracts with the days of the custody register: nobody outside had one before it was first lent."""
    return [dict(one) | {"since": _later(one.get("since"), lent.get(str(one["extract"])))} for one in extracts]


def _later(since: str | None, lent: date | None) -> str | None:
    days = [day for day in (since, lent.isoformat() if lent else None) if day]
    return max(days, default=None)


def rule_out(extracts: Sequence[Mapping[str, Any]], first_seen: date) -> list[dict[str, Any]]:
    """A ranking of extracts without those that nobody had yet when the leak was first seen: they stand last.

    Args:
        extracts: Best first, each with ``since``, the day (ISO 8601) before which nobody had it; None where not known.
        first_seen: The day of the first sighting, where the carrier is.
    """
    later = {str(one["extract"]) for one in extracts if (one.get("since") or "") > first_seen.isoformat()}
    judged = [_judged(one, later) for one in extracts]
    return sorted(judged, key=lambda one: one["extract"] in later)  # stable: else as they stood


def _judged(one: Mapping[str, Any], later: Collection[str]) -> dict[str, Any]:
    terms = dict(one.get("terms", {}))
    if one["extract"] not in later:
        tied = [name for name in one.get("tied_with", ()) if name not in later]
        return dict(one) | {"terms": terms | {"dates": 0.0}, "tied_with": tied}
    score = round(one["score"] + IMPOSSIBLE, 3)
    return dict(one) | {"score": score, "terms": terms | {"dates": IMPOSSIBLE}, "tied_with": []}
