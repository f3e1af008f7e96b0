"""Reading incidents: the only way the web, the command line and the alerts get at them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyroaring import BitMap
from sqlalchemy import func, select

from archive.models import Capture, DocumentRow
from core.clock import DEFAULT_ZONE, local
from incidents.errors import NoIncidentError
from incidents.figures import rule_out
from incidents.groups import group_ids
from incidents.models import Event, FindingMatch, FindingRow, Incident, Sighting
from incidents.states import actions_from
from incidents.timeline.query import SearchQuery, parse_query
from incidents.timeline.readings import READINGS
from incidents.timeline.search import event_view, every_event, histogram, search, search_all
from incidents.timeline.sentences import title
from incidents.views import DocumentView, EventView, FindingView, IncidentLine, IncidentPage, MatchView

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from sqlalchemy.orm import Session

__all__ = [
    "SearchQuery",
    "document_view",
    "documents",
    "event_view",
    "every_event",
    "histogram",
    "incident",
    "incident_line",
    "latest_events",
    "line_of",
    "list_incidents",
    "matches",
    "members",
    "merged_into",
    "other_findings",
    "parse_query",
    "search",
    "search_all",
    "timeline",
]


def list_incidents(
    session: Session, *, language: str, state: str | None = None, only: Collection[int] | None = None
) -> list[IncidentLine]:
    """All incidents, or only some, newest first; those merged into another are left out."""
    own = [] if only is None else [Incident.id.in_(only)]
    return _lines(session, language, *own, *([Incident.state == state] if state else []))


def incident_line(session: Session, incident_id: int, *, language: str) -> IncidentLine:
    """One incident as a line of a list.

    Raises:
        NoIncidentError: There is none of that number.
    """
    found = session.get(Incident, incident_id)
    if found is None:
        raise NoIncidentError(incident_id)
    return line_of(found, language)


def incident(session: Session, incident_id: int, *, language: str, zone: str = DEFAULT_ZONE) -> IncidentPage:
    """Everything about one incident; what was merged into it is part of it.

    Args:
        session: Where it stands.
        incident_id: Its number.
        language: Of its words.
        zone: Where the carrier is: the day of the first sighting rules out extracts that nobody had yet.

    Raises:
        NoIncidentError: There is none of that number.
    """
    line = incident_line(session, incident_id, language=language)
    seen = documents(session, incident_id)
    most = max(seen, key=lambda view: (view.subjects, view.confidence, view.sha256), default=None)
    return IncidentPage(
        line=line,
        extracts=tuple(rule_out(most.extracts, local(line.first_seen_at, zone).date())) if most else (),
        dated=most.dated if most else (None, None),
        limits=tuple(dict.fromkeys(limit for view in seen for limit in view.limits)),
        documents=tuple(seen),
        timeline=tuple(timeline(session, incident_id, language=language)),
        merged=tuple(merged_into(session, incident_id, language=language)),
        actions=actions_from(line.state) if line.merged_into is None else (),
    )


def documents(session: Session, incident_id: int) -> list[DocumentView]:
    """Every place where the leak was seen, in the order we learned of them."""
    rows = session.execute(
        select(Capture, FindingRow, DocumentRow)
        .join(Sighting, Sighting.capture_id == Capture.id)
        .join(FindingRow, FindingRow.id == Sighting.finding_id)
        .join(DocumentRow, DocumentRow.id == Capture.document_id)
        .where(Sighting.incident_id.in_(group_ids(session, incident_id)))
        .order_by(Sighting.at, Capture.id)
    )
    seen: set[int] = set()
    views = []
    for capture, finding, document in rows:
        views.append(document_view(capture, finding, document, is_repost=document.id in seen))
        seen.add(document.id)
    return views


def timeline(session: Session, incident_id: int, *, language: str) -> list[EventView]:
    """The events of an incident and of those merged into it, in the order they happened; looks stand elsewhere."""
    events = session.scalars(
        select(Event)
        .where(Event.incident_id.in_(group_ids(session, incident_id)), Event.kind.not_in(READINGS))
        .order_by(Event.happened_at, Event.id)
    )
    return [event_view(event, language) for event in events]


def latest_events(session: Session, incident_id: int, *, language: str, limit: int) -> tuple[list[EventView], int]:
    """The last lines of the timeline of an incident and of what was merged into it, newest first, and how many."""
    ours = (Event.incident_id.in_(group_ids(session, incident_id)), Event.kind.not_in(READINGS))
    newest = select(Event).where(*ours).order_by(Event.happened_at.desc(), Event.id.desc()).limit(limit)
    count = session.scalar(select(func.count(Event.id)).where(*ours)) or 0
    return [event_view(event, language) for event in session.scalars(newest)], count


def merged_into(session: Session, incident_id: int, *, language: str) -> list[IncidentLine]:
    """The incidents that are part of one now."""
    return [line_of(part, language) for part in _incidents(session, group_ids(session, incident_id)[1:])]


def matches(session: Session, incident_id: int, *, offset: int = 0, limit: int = 100) -> list[MatchView]:
    """The customers found in an incident's documents, document by document, the surest first."""
    rows = session.execute(
        select(FindingMatch, FindingRow.document_id)
        .join(FindingRow, FindingRow.id == FindingMatch.finding_id)
        .where(FindingRow.incident_id.in_(group_ids(session, incident_id)))
        .order_by(FindingMatch.finding_id, FindingMatch.position)
        .offset(offset)
        .limit(limit)
    )
    return [
        MatchView(m.finding_id, document_id, m.subject, m.confidence, m.fields, m.weights, m.place)
        for m, document_id in rows
    ]


def members(session: Session, incident_id: int) -> BitMap:
    """The customers of ours in an incident, as numbers of the index.

    Raises:
        NoIncidentError: There is none of that number.
    """
    found = session.get(Incident, incident_id)
    if found is None:
        raise NoIncidentError(incident_id)
    return BitMap.deserialize(found.members)


def other_findings(session: Session, *, verdict: str = "overlap", limit: int = 100) -> list[FindingView]:
    """The latest findings that opened nothing: somebody else's lists, or, with ``clear``, nothing of ours at all."""
    rows = session.scalars(
        select(FindingRow).where(FindingRow.verdict == verdict).order_by(FindingRow.id.desc()).limit(limit)
    )
    return [
        FindingView(
            row.id, row.document_id, row.sha256, row.verdict, row.confidence, row.people, row.subjects, row.share,
            row.fields, tuple(row.limits), row.made_at,
        )
        for row in rows
    ]  # fmt: skip


def _lines(session: Session, language: str, *where: Any) -> list[IncidentLine]:
    rows = session.scalars(
        select(Incident)
        .where(Incident.merged_into.is_(None), *where)
        .order_by(Incident.opened_at.desc(), Incident.id.desc())
    )
    return [line_of(row, language) for row in rows]


def _incidents(session: Session, ids: Iterable[int]) -> list[Incident]:
    return list(session.scalars(select(Incident).where(Incident.id.in_(list(ids))).order_by(Incident.id)))


def line_of(row: Incident, language: str) -> IncidentLine:
    """An incident as one line of a list."""
    return IncidentLine(
        id=row.id, state=row.state, severity=row.severity,
        title=title(row.sources, row.subjects, row.fields, language),
        opened_at=row.opened_at, updated_at=row.updated_at, first_seen_at=row.first_seen_at,
        subjects=row.subjects, people=row.people, documents=row.documents, sightings=row.sightings,
        confidence=row.confidence, fields=row.fields, sources=tuple(row.sources), assignee=row.assignee,
        dismiss_reason=row.dismiss_reason, csirt_confirmed_at=row.csirt_confirmed_at,
        csirt_confirmed_by=row.csirt_confirmed_by, owner_confirmed_at=row.owner_confirmed_at,
        owner_confirmed_by=row.owner_confirmed_by, merged_into=row.merged_into,
        severity_set=row.severity_set, playbook=row.playbook, come_back_on=row.come_back_on,
        come_back_why=row.come_back_why, handed_by=row.handed_by,
    )  # fmt: skip


def document_view(capture: Capture, finding: FindingRow, document: DocumentRow, *, is_repost: bool) -> DocumentView:
    """A place with what was found in the content that stood there."""
    return DocumentView(
        capture_id=capture.id, document_id=document.id, finding_id=finding.id, sha256=document.sha256,
        source=capture.source, address=capture.address, title=document.title, author=capture.author,
        posted_at=capture.posted_at, posted_as_written=capture.posted_as_written, fetched_at=capture.fetched_at,
        media_type=document.media_type, size_bytes=document.size_bytes, truncated=document.truncated,
        is_repost=is_repost, verdict=finding.verdict, confidence=finding.confidence, people=finding.people,
        subjects=finding.subjects, share=finding.share, fields=finding.fields, extracts=tuple(finding.extracts),
        dated=(finding.dated_from, finding.dated_until), limits=tuple(finding.limits),
    )  # fmt: skip
