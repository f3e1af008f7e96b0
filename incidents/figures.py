"""The figures of an incident, from its findings and sightings alone: the same in whatever order they came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyroaring import BitMap
from sqlalchemy import select

from archive.models import Capture
from incidents.findings import LEAK
from incidents.groups import group_ids
from incidents.models import FindingRow, Incident, Sighting
from incidents.severity import severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session


def recount(session: Session, incident: Incident) -> None:
    """Set every figure of an incident anew; of one content the verdict of the latest generation counts."""
    session.flush()
    parts = group_ids(session, incident.id)
    of_parts = (FindingRow.incident_id.in_(parts), FindingRow.verdict == LEAK)
    findings = _latest(session.scalars(select(FindingRow).where(*of_parts)))
    members = BitMap.union(*(BitMap.deserialize(finding.members) for finding in findings), BitMap())
    incident.members = members.serialize()
    incident.subjects = len(members)
    incident.people = max((finding.people for finding in findings), default=0)
    incident.documents = len(findings)
    incident.confidence = max((finding.confidence for finding in findings), default=0.0)
    incident.fields = _most(findings)
    incident.severity = severity(incident.subjects, incident.fields)
    _count_places(session, incident, parts)


def _count_places(session: Session, incident: Incident, parts: list[int]) -> None:
    rows = session.execute(
        select(Capture.source, Capture.posted_at, Capture.fetched_at)
        .join(Sighting, Sighting.capture_id == Capture.id)
        .where(Sighting.incident_id.in_(parts))
    ).all()
    places = sorted((row.posted_at or row.fetched_at, row.source) for row in rows)
    incident.sightings = len(places)
    incident.sources = list(dict.fromkeys(source for _, source in places))
    if places:
        incident.first_seen_at = places[0][0]


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
