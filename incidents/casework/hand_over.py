"""Whose an incident is and when somebody comes back to it: assigning, hand-overs that are acknowledged, days."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incidents.casework.changes import CHANGES, as_plain, change
from incidents.casework.standing import check_live, check_may_work, limited, needed, whole
from incidents.casework.tasks import open_tasks
from incidents.errors import ForbiddenActionError, IncidentError
from incidents.timeline.events import add_event

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from core.actors import Actor

ASSIGNED, UNASSIGNED = "assigned", "unassigned"
HANDED_OVER, TAKEN = "handed-over", "hand-over-taken"
COME_BACK_SET, COME_BACK_CLEARED = "come-back-set", "come-back-cleared"


def assign(session: Session, incident_id: int, assignee: str, *, actor: Actor, now: datetime) -> None:
    """Give an incident to somebody; an empty name gives it to nobody.

    Raises:
        NoIncidentError: There is none of that number.
        ForbiddenActionError: It is part of another incident, or not theirs.
    """
    incident = whole(session, incident_id)
    check_may_work(session, incident_id, actor, ASSIGNED)
    before = incident.assignee
    changes = change(incident, assignee=assignee.strip(), handed_by="")
    incident.updated_at = now
    kind = ASSIGNED if incident.assignee else UNASSIGNED
    data = {"assignee_before": before, "assignee": incident.assignee, CHANGES: changes}
    add_event(session, kind, actor=actor, now=now, incident_id=incident_id, data=data)


def hand_over(session: Session, incident_id: int, to: str, *, actor: Actor, now: datetime, note: str) -> None:
    """Hand an incident over to somebody, with a note; they acknowledge it.

    Raises:
        IncidentError: No note, nobody else to hand it to, the incident is over, or not theirs.
    """
    incident = whole(session, incident_id)
    check_may_work(session, incident_id, actor, HANDED_OVER)
    check_live(incident, HANDED_OVER)
    words, before = needed(note, HANDED_OVER), incident.assignee
    if not to.strip() or to.strip() == actor.name:
        raise IncidentError("nobody_else", login=to or "–")
    changes = change(incident, assignee=to.strip(), handed_by=actor.name)
    incident.updated_at = now
    left = [one.id for one in open_tasks(session, incident_id)]
    data = {
        "assignee_before": before, "assignee": incident.assignee, "reason": words, "tasks_open": left,
        "count": len(left), CHANGES: changes,
    }  # fmt: skip
    add_event(session, HANDED_OVER, actor=actor, now=now, incident_id=incident_id, data=data)


def acknowledge(session: Session, incident_id: int, *, actor: Actor, now: datetime) -> None:
    """Whoever an incident was handed over to takes it.

    Raises:
        ForbiddenActionError: It was not handed over to them, or they took it before.
    """
    incident = whole(session, incident_id)
    if not incident.handed_by or incident.assignee != actor.name:
        raise ForbiddenActionError("not_handed", incident=incident_id, login=actor.name)
    giver = incident.handed_by
    data = {"handed_by": giver, CHANGES: change(incident, handed_by="")}
    incident.updated_at = now
    add_event(session, TAKEN, actor=actor, now=now, incident_id=incident_id, data=data)


def come_back_on(session: Session, incident_id: int, day: date, *, actor: Actor, now: datetime, why: str) -> None:
    """Say on which day somebody has to look again; on that day it stands on top and is told.

    Raises:
        IncidentError: It does not say why, or the incident is not theirs.
    """
    incident = whole(session, incident_id)
    check_may_work(session, incident_id, actor, COME_BACK_SET)
    words, before = needed(why, COME_BACK_SET), as_plain(incident.come_back_on)
    changes = change(incident, come_back_on=day, come_back_why=words)
    incident.updated_at = now
    data = {"day_before": before or "–", "day": day.isoformat(), "reason": words, CHANGES: changes}
    add_event(session, COME_BACK_SET, actor=actor, now=now, incident_id=incident_id, data=data)


def clear_come_back(session: Session, incident_id: int, *, actor: Actor, now: datetime, said: str = "") -> None:
    """Somebody looked again, or nobody has to any more.

    Raises:
        IncidentError: There is no such day, or the incident is not theirs.
    """
    incident = whole(session, incident_id)
    check_may_work(session, incident_id, actor, COME_BACK_CLEARED)
    if incident.come_back_on is None:
        raise IncidentError("no_come_back", incident=incident_id)
    before, words = as_plain(incident.come_back_on), limited(said)
    changes = change(incident, come_back_on=None, come_back_why="")
    incident.updated_at = now
    data = {"day": before, "reason": words, CHANGES: changes}
    add_event(session, COME_BACK_CLEARED, actor=actor, now=now, incident_id=incident_id, data=data)
