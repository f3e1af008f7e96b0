"""Pages that show several documents: those that one of them still needs as evidence stay when another is purged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from archive.bodies.holds import held_bodies
from archive.bodies.models import WHOLE
from archive.models import Capture, DocumentRow
from incidents.groups import root_of
from incidents.models import Event, FindingRow, Incident
from incidents.online.pictures import PICTURED
from incidents.states import OPEN

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def kept_records(session: Session, but: int) -> dict[tuple[str, int], int]:
    """Pages and pictures of documents that are held, wait to be judged, or whose incident is open, but for one."""
    of_open: set[int] = set()
    asked = select(Incident.id).where(or_(Incident.state == OPEN, Incident.merged_into.is_not(None)))
    open_ids = [one for one in session.scalars(asked) if session.get_one(Incident, root_of(session, one)).state == OPEN]
    if open_ids:
        found = select(FindingRow.document_id).where(FindingRow.incident_id.in_(open_ids))
        of_open = {one for one in session.scalars(found) if one is not None}
    needed = (of_open | held_bodies(session)) - {but}
    captures = session.execute(
        select(Capture.id, Capture.warc_file, Capture.warc_offset, DocumentRow.id)
        .join(DocumentRow)
        .where(DocumentRow.id != but, DocumentRow.body == WHOLE)
        .where(or_(DocumentRow.id.in_(needed), DocumentRow.state == "waiting"))
    ).all()
    kept = {(file, offset): number for _, file, offset, number in captures}
    documents = {capture: number for capture, _, _, number in captures}
    for data in session.scalars(select(Event.data).where(Event.kind == PICTURED)):
        if data["capture_id"] in documents:
            kept[data["warc_file"], data["warc_offset"]] = documents[data["capture_id"]]
    return kept
