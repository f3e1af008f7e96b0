"""What was done with documents, alerts and access records, as far as it follows from entries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select, text

from archive.models import DocumentRow
from core.removals import TRAIL_PART, Removal
from incidents.models import Event, FindingRow
from trails.gaps import Gap, find_gaps, read_gaps
from trails.models import TrailDay, TrailPart, TrailSuspicion
from transparency.verify.damage import Damage

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from transparency.verify.damage import Report

UNDATED = "undated"
DECIDED = {"suspicion-explained": "explained", "suspicion-escalated": "escalated"}
KILLED = "each attempt ended the whole process"
"""Why a document failed that no event tells of: nobody was left to write one."""
_UNTOLD = """
SELECT events.incident_id, alerted_events.channel FROM events
JOIN alerted_events ON alerted_events.event_id = events.id
JOIN incidents ON incidents.id = events.incident_id
WHERE events.kind = 'opened' AND incidents.merged_into IS NULL AND incidents.state IN ('open', 'confirmed', 'contained')
AND NOT EXISTS (SELECT 1 FROM messages WHERE messages.incident_id = incidents.id AND messages.kind = 'parent'
    AND messages.state IN ('pending', 'sending', 'sent', 'failed'))
ORDER BY events.incident_id
"""


def find_wrong_documents(session: Session, report: Report) -> None:
    """Documents that count as judged have a verdict, those given up a reason, those of incidents are held."""
    judged = select(FindingRow.id).where(FindingRow.sha256 == DocumentRow.sha256)
    asked = select(DocumentRow.id).where(DocumentRow.state == "matched", ~judged.exists())
    for document_id in session.scalars(asked.order_by(DocumentRow.id)):
        _differs(report, "document-differs", f"document {document_id}", "it counts as judged and has no verdict")
    given_up = {
        data.get("document_id") for data in session.scalars(select(Event.data).where(Event.kind == "match-failed"))
    }
    failed = select(DocumentRow.id, DocumentRow.failure).where(DocumentRow.state == "failed")
    for document_id, failure in session.execute(failed.order_by(DocumentRow.id)):
        if document_id not in given_up and failure != KILLED:
            _differs(report, "document-differs", f"document {document_id}", "it counts as given up, no event says so")
    evidence = select(FindingRow.id).where(
        FindingRow.document_id == DocumentRow.id, FindingRow.incident_id.is_not(None)
    )
    loose = select(DocumentRow.id).where(~DocumentRow.held, evidence.exists()).order_by(DocumentRow.id)
    for document_id in session.scalars(loose):
        said = "it is evidence of an incident and no longer held: retention would remove it"
        _differs(report, "document-differs", f"document {document_id}", said)


def find_missing_alerts(session: Session, report: Report) -> None:
    """Live incidents that count as told of have a message that told of them, or will."""
    for incident_id, channel in session.execute(text(_UNTOLD)):
        said = f"it counts as told of by {channel}, and there is no message"
        _differs(report, "alert-missing", f"incident {incident_id}", said)


def find_wrong_trails(session: Session, report: Report) -> None:
    """Days and gaps of access records follow from the files; what was decided about suspicions, from events."""
    if session.scalar(select(Removal.id).where(Removal.kind == TRAIL_PART).limit(1)) is None:
        _find_wrong_days(session, report)
    decided: dict[int, tuple[str, str, str]] = {}
    asked = select(Event.kind, Event.data, Event.actor).where(Event.kind.in_(DECIDED)).order_by(Event.id)
    for kind, data, actor in session.execute(asked):
        decided[int(data["suspicion"])] = DECIDED[kind], str(data["reason"]), actor
    for row in session.scalars(select(TrailSuspicion).order_by(TrailSuspicion.id)):
        wanted = decided.get(row.id, ("open", "", ""))
        is_now = row.state, row.reason, row.actor
        if row.state != "open" and is_now != wanted:  # what was explained opens again when it grows
            _differs(report, "suspicion-differs", f"suspicion {row.id}", f"it is {is_now}, events came to {wanted}")
    told = session.scalars(select(Event.data).where(Event.kind == "trails-checked"))
    found, rows = sum(int(data["found"]) for data in told), session.scalar(select(func.count(TrailSuspicion.id))) or 0
    if rows < found:
        _differs(report, "suspicion-differs", "suspicions", f"events tell of {found}, there are {rows}")


def _find_wrong_days(session: Session, report: Report) -> None:
    in_files = select(TrailPart.system, func.sum(TrailPart.rows)).where(TrailPart.month != UNDATED)
    files = dict(session.execute(in_files.group_by(TrailPart.system)).all())
    days = dict(session.execute(select(TrailDay.system, func.sum(TrailDay.records)).group_by(TrailDay.system)).all())
    for system in sorted(files.keys() | days.keys()):
        if int(files.get(system, 0)) != int(days.get(system, 0)):
            said = f"its files hold {files.get(system, 0)} records with a time, its days {days.get(system, 0)}"
            _differs(report, "trail-differs", system, said)
        if not _same(find_gaps(session, system), read_gaps(session, system)):
            _differs(report, "trail-differs", system, "its gaps are not those of its days and sequence numbers")


def _same(wanted: list[Gap], there: list[Gap]) -> bool:
    return set(wanted) == set(there)


def _differs(report: Report, what: str, where: str, said: str) -> None:
    report.add(Damage(what, where, report.size, said=said))
