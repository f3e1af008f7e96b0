"""Taking findings in: a leak, or a list with many of ours in it, opens an incident or joins the one it repeats.

A repost adds a place, and nothing else.

Everything here happens inside the caller's one transaction, and is told apart by rows: a finding that was taken says
``reported``, a place has its sighting. So whatever is cut off is done again as a whole, and nothing is done twice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyroaring import BitMap
from sqlalchemy import select

from archive.models import Capture, DocumentRow
from core.actors import SYSTEM
from core.database import serialise
from incidents.casework.confirmations import by_confirmations
from incidents.casework.merging import merge
from incidents.figures import recount, severity_by_figures
from incidents.findings import is_told
from incidents.groups import root_of
from incidents.leak_index import index_leak, possibly_same
from incidents.models import FindingRow, Incident, Sighting
from incidents.ownership import keep_extracts
from incidents.same_leak import LeakContent, is_same_leak
from incidents.severity import LEVELS
from incidents.states import OPEN, is_woken_by_sighting
from incidents.timeline.events import NewEvent, add_event, add_events

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

ADMISSION = "incidents.admission"
_ZONE = re.compile(r"(Z|UTC|GMT|JST|[+-]\d{2}:?\d{2})\)?\s*$")


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a finding: its incident, none when it opened nothing, and whether that is new."""

    incident_id: int | None
    opened: bool = False


def take_finding(session: Session, finding: FindingRow, *, now: datetime) -> Taken:
    """Let a finding open or join an incident, once; the places of its document become sightings."""
    if finding.state == "reported":
        return Taken(root_of(session, finding.incident_id) if finding.incident_id else None)
    finding.state = "reported"
    captures = _captures(session, finding)
    if not is_told(finding):
        for capture in captures:
            capture.state = "reported"
        return Taken(None)
    serialise(session, ADMISSION)  # two leaks judged at the same moment must see each other
    leak = _leak(finding)
    roots = _repeated(session, leak)
    incident = _open(session, now) if not roots else _joined(session, roots, now)
    before = BitMap.deserialize(incident.members)
    is_rescan = _is_known_content(session, finding)
    finding.incident_id = incident.id
    session.flush()
    index_leak(session, finding.id, leak)
    keep_extracts(session, finding.id, finding.extracts)
    if finding.document_id is not None:
        session.get_one(DocumentRow, finding.document_id).held = True
    new = _sight(session, incident, finding, captures, now=now, is_first=not roots)
    if is_rescan:
        _tell(session, "rescanned", incident, finding, now)
    if not roots:
        recount(session, incident)
        _tell(session, "opened", incident, finding, now, source=captures[0].source if captures else "")
    else:
        _grown(session, incident, before, is_sighting=new > 0, now=now)
    return Taken(incident.id, opened=not roots)


def take_capture(session: Session, capture: Capture, *, now: datetime) -> int | None:
    """Let a new place of a known content join the incident of its finding; gives the incident, if there is one."""
    capture.state = "reported"
    finding = session.scalar(
        select(FindingRow)
        .where(FindingRow.document_id == capture.document_id, FindingRow.incident_id.is_not(None))
        .order_by(FindingRow.generation.desc())
    )
    if finding is None or finding.incident_id is None:
        return None
    serialise(session, ADMISSION)  # two leaks judged at the same moment must see each other
    incident = session.get_one(Incident, root_of(session, finding.incident_id))
    before = BitMap.deserialize(incident.members)
    new = _sight(session, incident, finding, [capture], now=now, is_first=False)
    _grown(session, incident, before, is_sighting=new > 0, now=now)
    return incident.id


def _captures(session: Session, finding: FindingRow) -> list[Capture]:
    of_document = select(Capture).where(Capture.document_id == finding.document_id)
    return list(session.scalars(of_document.order_by(Capture.fetched_at, Capture.id)))


def _leak(finding: FindingRow) -> LeakContent:
    return LeakContent(finding.sha256, finding.sketch, BitMap.deserialize(finding.members))


def _repeated(session: Session, leak: LeakContent) -> list[int]:
    """The incidents, oldest first, that hold a finding of the same leak."""
    same = [known for known in possibly_same(session, leak) if is_same_leak(leak, _leak(known))]
    return sorted({root_of(session, known.incident_id) for known in same if known.incident_id is not None})


def _open(session: Session, now: datetime) -> Incident:
    incident = Incident(
        state=OPEN, severity=LEVELS[0], opened_at=now, updated_at=now, first_seen_at=now, members=BitMap().serialize()
    )
    session.add(incident)
    session.flush()
    return incident


def _joined(session: Session, roots: Sequence[int], now: datetime) -> Incident:
    incident = session.get_one(Incident, roots[0], with_for_update=True)
    for other in roots[1:]:
        merge(session, incident, session.get_one(Incident, other, with_for_update=True), now=now)
    return incident


def _is_known_content(session: Session, finding: FindingRow) -> bool:
    same = (FindingRow.sha256 == finding.sha256, FindingRow.id != finding.id, FindingRow.incident_id.is_not(None))
    return session.scalar(select(FindingRow.id).where(*same).limit(1)) is not None


def _sight(
    session: Session,
    incident: Incident,
    finding: FindingRow,
    captures: Sequence[Capture],
    *,
    now: datetime,
    is_first: bool,
) -> int:
    """Make sightings of the places that are none yet; gives how many."""
    known = set(session.scalars(select(Sighting.capture_id).where(Sighting.finding_id.in_(_of_content(finding)))))
    new = [capture for capture in captures if capture.id not in known]
    for capture in new:
        capture.state = "reported"
        session.add(Sighting(capture_id=capture.id, incident_id=incident.id, finding_id=finding.id, at=now))
    told = (
        NewEvent(
            "repost" if known or number else "sighting", incident.id, capture.posted_at or capture.fetched_at,
            _zone(capture.posted_as_written), capture.source, _place(capture, finding) | {"first": is_first},
            f"sighting:{capture.id}",
        )
        for number, capture in enumerate(new)
    )  # fmt: skip
    add_events(session, told, actor=SYSTEM, now=now)
    session.flush()
    return len(new)


def _of_content(finding: FindingRow) -> Any:
    return select(FindingRow.id).where(FindingRow.sha256 == finding.sha256)


def _place(capture: Capture, finding: FindingRow) -> dict[str, Any]:
    return {
        "address": capture.address, "author": capture.author, "posted_as_written": capture.posted_as_written,
        "document_id": capture.document_id, "capture_id": capture.id, "finding_id": finding.id,
        "sha256": finding.sha256, "subjects": finding.subjects, "people": finding.people, "fields": finding.fields,
    }  # fmt: skip


def _zone(as_written: str) -> str:
    found = _ZONE.search(as_written)
    return found[1] if found else ""


def _tell(
    session: Session, kind: str, incident: Incident, finding: FindingRow, now: datetime, *, source: str = ""
) -> None:
    data = {
        "finding_id": finding.id, "document_id": finding.document_id, "generation": finding.generation,
        "subjects": finding.subjects, "people": finding.people, "fields": finding.fields, "severity": incident.severity,
    }  # fmt: skip
    add_event(
        session, kind, actor=SYSTEM, now=now, incident_id=incident.id, source=source, data=data,
        key=f"{kind}:{finding.id}",
    )  # fmt: skip


def _grown(session: Session, incident: Incident, before: BitMap, *, is_sighting: bool, now: datetime) -> None:
    """Count anew and tell what changed; what was thought to be over comes back when it goes on."""
    grave, subjects = incident.severity, len(before)
    recount(session, incident)
    incident.updated_at = now
    if incident.subjects != subjects:
        data = {"subjects_before": subjects, "subjects": incident.subjects}
        add_event(session, "grew", actor=SYSTEM, now=now, incident_id=incident.id, data=data)
    if incident.severity != grave:
        changed = {"severity_before": grave, "severity": incident.severity}
        add_event(session, "severity", actor=SYSTEM, now=now, incident_id=incident.id, data=changed)
    _outgrown(session, incident, now)
    more = bool(BitMap.deserialize(incident.members) - before)
    if is_sighting and is_woken_by_sighting(incident.state, has_new_subjects=more):
        woken = {"state_before": incident.state, "state": by_confirmations(OPEN, incident)}
        incident.state = woken["state"]
        add_event(session, "woken", actor=SYSTEM, now=now, incident_id=incident.id, data=woken)


def _outgrown(session: Session, incident: Incident, now: datetime) -> None:
    """A severity that a person set stays; that figures would make it graver is told, once for each step."""
    if not incident.severity_set:
        return
    by_figures = severity_by_figures(session, incident.id)
    if LEVELS.index(by_figures) > LEVELS.index(incident.severity_set):
        data = {"severity_before": incident.severity_set, "severity": by_figures}
        key = f"severity-outgrown:{incident.id}:{incident.severity_set}:{by_figures}"
        add_event(session, "severity-outgrown", actor=SYSTEM, now=now, incident_id=incident.id, data=data, key=key)
