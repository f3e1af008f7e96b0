"""What a document turned out to be, which decides how long its body is kept, and whether that may go at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select, true

from archive.bodies.holds import held_bodies
from archive.bodies.models import WHOLE
from archive.models import EVIDENCE, Capture, DocumentRow
from archive.store import HAND_IN
from core.sections.retention import term_of
from incidents.findings import CLEAR, UNREAD
from incidents.models import FindingRow, Incident
from incidents.states import CLOSED, DISMISSED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import datetime, timedelta

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import InstrumentedAttribute, Session

    from core.sections.retention import RetentionSettings

LEAK, UNSETTLED, NOTHING = "leak", "unsettled", "nothing"
HANDED_IN, ATTACHMENT, UNREAD_CLASS = "handed_in", "attachment", "unread"
CLASSES: Final = (LEAK, UNSETTLED, NOTHING, HANDED_IN, ATTACHMENT, UNREAD_CLASS)
ENDED: Final = (CLOSED, DISMISSED)


@dataclass(frozen=True, slots=True)
class ClassedDocument:
    """A document whose body is whole, and its class.

    Attributes:
        id: Its number.
        kind: One of `CLASSES`.
        sha256: Of its content.
        size_bytes: Likewise.
        since: From when its term counts: its last sighting, and when its incident was last worked on.
        kept_for: Why it may not go whatever its term: ``hold``, ``case``, ``incident``; empty where it may.
    """

    id: int
    kind: str
    sha256: str
    size_bytes: int
    since: datetime
    kept_for: str = ""


@dataclass(slots=True)
class ClassLine:
    """A class in figures: whole bodies and their size, the oldest, what may not go, what is due, what comes next."""

    kind: str
    term: str
    documents: int = 0
    size_bytes: int = 0
    oldest: datetime | None = None
    kept: int = 0
    due: int = 0
    due_bytes: int = 0
    next_at: datetime | None = None


def classed(session: Session, only: Collection[int] | None = None) -> Iterator[ClassedDocument]:
    """Every document that was judged or kept, and whose body is whole, in the order of numbers; or only some."""

    def among(number: InstrumentedAttribute[int] | InstrumentedAttribute[int | None]) -> ColumnElement[bool]:
        return true() if only is None else number.in_(only)

    sightings = select(Capture.document_id, func.max(Capture.fetched_at)).where(among(Capture.document_id))
    seen = dict(session.execute(sightings.group_by(Capture.document_id)).all())
    brought = select(Capture.document_id).where(Capture.source == HAND_IN, among(Capture.document_id))
    handed = set(session.scalars(brought))
    held = held_bodies(session)
    incidents = {one.id: one for one in session.scalars(select(Incident))}
    findings: dict[int, list[tuple[str, int | None]]] = {}
    asked = select(FindingRow.document_id, FindingRow.verdict, FindingRow.incident_id).order_by(FindingRow.id)
    for document_id, verdict, incident_id in session.execute(
        asked.where(FindingRow.document_id.is_not(None), among(FindingRow.document_id))
    ):
        findings.setdefault(document_id or 0, []).append((verdict, incident_id))
    rows = select(
        DocumentRow.id, DocumentRow.state, DocumentRow.sha256, DocumentRow.size_bytes, DocumentRow.first_seen_at
    ).where(DocumentRow.body == WHOLE, DocumentRow.state != "waiting", among(DocumentRow.id))
    for number, state, sha256, size, first_seen_at in session.execute(rows.order_by(DocumentRow.id)):
        found = findings.get(number, [])
        of = [_root(incidents, incident_id) for _, incident_id in found if incident_id is not None]
        since = max([seen.get(number) or first_seen_at, *(one.updated_at for one in of)])
        kept_for = "hold" if number in held else "incident" if any(one.state not in ENDED for one in of) else ""
        if state == EVIDENCE:
            yield ClassedDocument(number, ATTACHMENT, sha256, size, since, kept_for)
            continue
        kind = HANDED_IN if number in handed else _kind(state, found[-1][0] if found else "", of)
        yield ClassedDocument(number, kind, sha256, size, since, kept_for)


def _kind(state: str, verdict: str, of: list[Incident]) -> str:
    if any(one.csirt_confirmed_at or one.owner_confirmed_at for one in of):
        return LEAK
    if of:
        return UNSETTLED
    if state == "failed" or verdict in {UNREAD, ""}:
        return UNREAD_CLASS
    return NOTHING if verdict == CLEAR else UNSETTLED


def _root(incidents: Mapping[int, Incident], number: int) -> Incident:
    one = incidents[number]
    while one.merged_into is not None:
        one = incidents[one.merged_into]
    return one


def due_documents(
    session: Session, terms: RetentionSettings, now: datetime, only: Collection[int] | None = None
) -> dict[str, list[ClassedDocument]]:
    """Documents whose body's term is over and that nothing keeps, by class; or only some of them."""
    found: dict[str, list[ClassedDocument]] = {}
    spans = spans_of(terms)
    for one in classed(session, only):
        span = spans[one.kind]
        if span is not None and one.since + span <= now and not one.kept_for:
            found.setdefault(one.kind, []).append(one)
    return found


def class_lines(session: Session, terms: RetentionSettings, now: datetime) -> list[ClassLine]:
    """Every class in figures."""
    spans = spans_of(terms)
    lines = {kind: ClassLine(kind, getattr(terms, kind)) for kind in CLASSES}
    for one in classed(session):
        line, span = lines[one.kind], spans[one.kind]
        line.documents += 1
        line.size_bytes += one.size_bytes
        line.oldest = min(line.oldest or one.since, one.since)
        line.kept += bool(one.kept_for)
        if span is None or one.kept_for:
            continue
        if one.since + span <= now:
            line.due, line.due_bytes = line.due + 1, line.due_bytes + one.size_bytes
        elif line.next_at is None or one.since + span < line.next_at:
            line.next_at = one.since + span
    return list(lines.values())


def spans_of(terms: RetentionSettings) -> dict[str, timedelta | None]:
    """The term of every class; None for one without end."""
    return {kind: term_of(getattr(terms, kind)) for kind in CLASSES}
