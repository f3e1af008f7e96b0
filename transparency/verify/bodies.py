"""Bodies of documents that were purged or removed, and holds, as events tell of them, compared with the rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from archive.bodies.models import BEGUN, PURGED, REMOVED, WHOLE, BodyHold, BodyRemoval
from archive.bodies.removal import NOTHING
from archive.models import DocumentRow
from incidents.models import Event
from transparency.verify.damage import Damage

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from transparency.verify.damage import Report

PURGE, REMOVAL = "document-purged", "bodies-removed"
BODY_EVENTS: Final = (PURGE, REMOVAL)
HOLD_EVENTS: Final = ("hold-set", "hold-lifted")


@dataclass(frozen=True, slots=True)
class ToldBody:
    """What an event says of a body: the event, what was done, the hash before and after, and how long it is after."""

    event_id: int
    how: str
    before: str
    after: str
    size_after: int


def find_wrong_bodies(session: Session, report: Report) -> None:
    """No body goes without its event, and what is left of one is what the event says."""
    told = _told(session)
    rows = {row.document_id: row for row in session.scalars(select(BodyRemoval))}
    asked = select(DocumentRow.id, DocumentRow.sha256, DocumentRow.body)
    documents = {number: (sha256, body) for number, sha256, body in session.execute(
        asked.where(DocumentRow.id.in_(told.keys() | rows.keys()) | (DocumentRow.body != WHOLE))
    )}  # fmt: skip
    for number, (sha256, body) in sorted(documents.items()):
        said, row = told.get(number), rows.get(number)
        if said is None or said.before != sha256:  # an event of a document that had the number before
            _differs(report, number, "no event tells that its body was taken away")
        elif row is None or body != said.how:
            _differs(report, number, f"an event tells that its body was {said.how}, its row says {body or 'whole'}")
        elif (row.event_id, row.how, row.sha256_after, row.size_after) != (
            said.event_id, said.how, said.after, said.size_after,
        ):  # fmt: skip
            _differs(report, number, "what is left of its body is not what the event tells")
    begun = sum(row.state == BEGUN for row in rows.values())
    if begun:
        report.notes.append(f"{begun} bodies are being taken away, or a process died over it: `hinomi archive finish`")
    _find_wrong_holds(session, report)


def _told(session: Session) -> dict[int, ToldBody]:
    told: dict[int, ToldBody] = {}
    events = session.execute(select(Event.id, Event.kind, Event.data).where(Event.kind.in_(BODY_EVENTS)))
    for event_id, kind, data in sorted(events, key=lambda row: int(row[0])):
        if kind == PURGE:
            told[data["document_id"]] = ToldBody(
                event_id, PURGED, data["sha256"], data["sha256_after"], data["size_after"]
            )
            continue
        for number, sha256, _ in data["documents"]:
            told[number] = ToldBody(event_id, REMOVED, sha256, NOTHING, 0)
    return told


def _find_wrong_holds(session: Session, report: Report) -> None:
    held: set[int] = set()
    events = select(Event.kind, Event.data).where(Event.kind.in_(HOLD_EVENTS)).order_by(Event.id)
    for kind, data in session.execute(events):
        (held.add if kind == HOLD_EVENTS[0] else held.discard)(data["document_id"])
    there = set(session.scalars(select(BodyHold.document_id).where(BodyHold.lifted_at.is_(None))))
    exist = set(session.scalars(select(DocumentRow.id).where(DocumentRow.id.in_(held))))
    for number in sorted((held & exist) ^ there):
        _differs(report, number, "whether its body is held is not what events came to")


def _differs(report: Report, number: int, said: str) -> None:
    report.add(Damage("body-differs", f"document {number}", report.size, said=said))
