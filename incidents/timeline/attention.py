"""Who looks at an incident: that somebody saw it, and until when nobody wants to be reminded. Each is an event."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from core.clock import DEFAULT_ZONE, local
from incidents.errors import ForbiddenActionError, NoIncidentError
from incidents.models import Event, Incident
from incidents.states import LIVE
from incidents.timeline.events import add_event

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from core.actors import Actor

ACKNOWLEDGED: Final = "acknowledged"
SNOOZED: Final = "snoozed"


def acknowledge(session: Session, incident_id: int, *, actor: Actor, now: datetime) -> None:
    """Say that somebody has seen it and looks after it.

    Raises:
        NoIncidentError: There is none of that number.
        ForbiddenActionError: It is over, or part of another incident.
    """
    _live(session, incident_id, ACKNOWLEDGED)
    add_event(session, ACKNOWLEDGED, actor=actor, now=now, incident_id=incident_id)


def snooze(
    session: Session, incident_id: int, until: datetime, *, actor: Actor, now: datetime, zone: str = DEFAULT_ZONE
) -> None:
    """Ask for no reminders until then.

    Raises:
        NoIncidentError: There is none of that number.
        ForbiddenActionError: It is over, or part of another incident.
    """
    _live(session, incident_id, SNOOZED)
    data = {"until": f"{local(until, zone):%Y-%m-%d %H:%M %Z}", "until_at": until.isoformat()}
    add_event(session, SNOOZED, actor=actor, now=now, incident_id=incident_id, data=data)


def acknowledged_by(session: Session, incident_id: int) -> str:
    """Who acknowledged it last; empty for nobody."""
    said = select(Event.actor).where(Event.incident_id == incident_id, Event.kind == ACKNOWLEDGED)
    return session.scalar(said.order_by(Event.id.desc()).limit(1)) or ""


def snoozed_until(session: Session, incident_id: int) -> datetime | None:
    """Until when nobody wants to be reminded; none where nobody said so."""
    said = select(Event.data).where(Event.incident_id == incident_id, Event.kind == SNOOZED)
    data = session.scalar(said.order_by(Event.id.desc()).limit(1))
    return datetime.fromisoformat(data["until_at"]) if data else None


def _live(session: Session, incident_id: int, action: str) -> None:
    incident = session.get(Incident, incident_id, with_for_update=True)
    if incident is None:
        raise NoIncidentError(incident_id)
    if incident.merged_into is not None:
        raise ForbiddenActionError("merged", incident=incident_id, whole=incident.merged_into)
    if incident.state not in LIVE:
        raise ForbiddenActionError("not_now", action=action, state=incident.state, allowed="reopen")
