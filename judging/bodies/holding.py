"""Holds of bodies, set and lifted by somebody with a reason, each an event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from archive.bodies.holds import lift_holds, set_hold
from archive.bodies.models import WHOLE
from archive.models import DocumentRow
from incidents.groups import root_of
from incidents.models import FindingRow
from incidents.timeline.events import add_event
from judging.bodies.errors import BodyRefusedError

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from core.actors import Actor

HOLD_SET, HOLD_LIFTED = "hold-set", "hold-lifted"


def hold(session: Session, document_id: int, reason: str, actor: Actor, now: datetime) -> int:
    """Hold a document's body against purges and terms; the number of the hold.

    Raises:
        BodyRefusedError: There is no such document, its body is gone, or no reason is given.
    """
    _check(session, document_id, reason, needs_body=True)
    row = set_hold(session, document_id, reason.strip(), actor.name, now)
    _tell(session, HOLD_SET, document_id, reason, actor, now)
    return row.id


def lift(session: Session, document_id: int, reason: str, actor: Actor, now: datetime) -> int:
    """Lift every hold of a document; how many there were.

    Raises:
        BodyRefusedError: There is no such document, none of it is held, or no reason is given.
    """
    _check(session, document_id, reason, needs_body=False)
    count = lift_holds(session, document_id, reason.strip(), actor.name, now)
    if not count:
        raise BodyRefusedError("no_hold", document=document_id)
    _tell(session, HOLD_LIFTED, document_id, reason, actor, now)
    return count


def _check(session: Session, document_id: int, reason: str, *, needs_body: bool) -> None:
    if not reason.strip():
        raise BodyRefusedError("no_reason")
    document = session.get(DocumentRow, document_id, with_for_update=True)
    if document is None:
        raise BodyRefusedError("unknown", document=document_id)
    if needs_body and document.body != WHOLE:
        raise BodyRefusedError("gone", document=document_id)


def _tell(session: Session, kind: str, document_id: int, reason: str, actor: Actor, now: datetime) -> None:
    found = select(FindingRow.incident_id).where(
        FindingRow.document_id == document_id, FindingRow.incident_id.is_not(None)
    )
    incident_id = session.scalar(found.limit(1))
    add_event(
        session, kind, actor=actor, now=now, incident_id=root_of(session, incident_id) if incident_id else None,
        data={"document_id": document_id, "reason": reason.strip()},
    )  # fmt: skip
