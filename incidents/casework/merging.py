"""Merging incidents that turned out to be one leak, and undoing it: one column says so, no row moves.

The event of a merge says what the whole took over from its part: confirmations, who has it, dates. Undoing it gives
that back. Tasks are never moved: they stay with the incident that they were made for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from core.actors import SYSTEM
from incidents.casework.changes import CHANGES, change
from incidents.casework.confirmations import by_confirmations, give_back, take_part
from incidents.errors import IncidentError
from incidents.figures import recount
from incidents.groups import root_of
from incidents.models import Event, Incident
from incidents.timeline.events import add_event

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from core.actors import Actor

MERGED, BY_HAND = "merged", "merged-by-hand"


def merge(
    session: Session, into: Incident, other: Incident, *, now: datetime, actor: Actor = SYSTEM, reason: str = ""
) -> None:
    """Make ``other`` part of ``into``; if either is on somebody's desk, the whole is."""
    other.merged_into = into.id
    taken = take_part(into, other)
    into.updated_at = other.updated_at = now
    recount(session, into)
    kind, said = (BY_HAND, {"reason": reason}) if reason else (MERGED, {})
    data = {"other": other.id, CHANGES: taken} | said
    add_event(session, kind, actor=actor, now=now, incident_id=into.id, data=data)
    add_event(session, "merged-into", actor=actor, now=now, incident_id=other.id, data={"other": into.id} | said)


def split(session: Session, incident_id: int, *, actor: Actor, reason: str, now: datetime) -> None:
    """Undo the merge of an incident; both count for themselves again, and each has what it had.

    Raises:
        IncidentError: It is no part of another one.
    """
    other = session.get(Incident, incident_id, with_for_update=True)
    if other is None or other.merged_into is None:
        raise IncidentError("no_part", incident=incident_id)
    into = session.get_one(Incident, other.merged_into, with_for_update=True)
    other.merged_into = None
    given = give_back(into, _taken(session, into.id, other.id))
    other.updated_at = into.updated_at = now
    for one in dict.fromkeys((into.id, other.id, root_of(session, into.id))):
        recount(session, session.get_one(Incident, one))
    data: dict[str, Any] = {"other": other.id, "reason": reason, CHANGES: given}
    add_event(session, "split", actor=actor, now=now, incident_id=into.id, data=data)
    data = {"other": into.id, "reason": reason, CHANGES: change(other, state=by_confirmations(other.state, other))}
    add_event(session, "split", actor=actor, now=now, incident_id=other.id, data=data)


def _taken(session: Session, into_id: int, other_id: int) -> dict[str, list[Any]]:
    """What a whole took over when this became part of it last."""
    merges = select(Event).where(Event.incident_id == into_id, Event.kind.in_((MERGED, BY_HAND)))
    for event in session.scalars(merges.order_by(Event.id.desc())):
        if event.data["other"] == other_id:
            return dict(event.data.get(CHANGES, {}))
    return {}
