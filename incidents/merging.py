"""Merging incidents that turned out to be one leak, and undoing it: one column says so, no row moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.actors import SYSTEM
from incidents.confirmations import take_over
from incidents.errors import IncidentError
from incidents.figures import recount
from incidents.models import Incident
from incidents.states import LIVE
from incidents.timeline.events import add_event

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from core.actors import Actor


def merge(session: Session, into: Incident, other: Incident, *, now: datetime, actor: Actor = SYSTEM) -> None:
    """Make ``other`` part of ``into``; if either is on somebody's desk, the whole is."""
    other.merged_into = into.id
    if into.state not in LIVE and other.state in LIVE:
        into.state = other.state
    take_over(into, other)
    into.assignee = into.assignee or other.assignee
    into.updated_at = other.updated_at = now
    recount(session, into)
    add_event(session, "merged", actor=actor, now=now, incident_id=into.id, data={"other": other.id})
    add_event(session, "merged-into", actor=actor, now=now, incident_id=other.id, data={"other": into.id})


def split(session: Session, incident_id: int, *, actor: Actor, reason: str, now: datetime) -> None:
    """Undo the merge of an incident; both count for themselves again.

    Raises:
        IncidentError: It is no part of another one.
    """
    other = session.get(Incident, incident_id, with_for_update=True)
    if other is None or other.merged_into is None:
        raise IncidentError("no_part", incident=incident_id)
    into = session.get_one(Incident, other.merged_into, with_for_update=True)
    other.merged_into = None
    other.updated_at = into.updated_at = now
    recount(session, into)
    recount(session, other)
    data = {"other": other.id, "reason": reason}
    add_event(session, "split", actor=actor, now=now, incident_id=into.id, data=data)
    add_event(session, "split", actor=actor, now=now, incident_id=other.id, data=data | {"other": into.id})
