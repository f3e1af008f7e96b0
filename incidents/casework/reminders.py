"""What has come due: one event for each task that is overdue, and for each day on which somebody has to look again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from core.actors import SYSTEM
from core.clock import local
from incidents.casework.models import OPEN, Task
from incidents.casework.tasks import shown_due
from incidents.groups import root_of
from incidents.models import Incident
from incidents.states import LIVE
from incidents.timeline.events import add_event

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

OVERDUE, COME_BACK = "task-overdue", "come-back"


def tell_overdue(session: Session, *, now: datetime) -> int:
    """Tell of tasks of live incidents whose time is over, once for each time that they had; gives how many."""
    told = 0
    for task in session.scalars(select(Task).where(Task.state == OPEN, Task.due_at <= now).order_by(Task.id)).all():
        root = session.get_one(Incident, root_of(session, task.incident_id))
        if root.state not in LIVE or task.due_at is None:
            continue
        due = shown_due(task.due_at)
        data = {"task": task.id, "what": task.text, "role": task.role, "owner": task.owner, "due": due}
        key = f"{OVERDUE}:{task.id}:{task.due_at.isoformat()}"
        told += _is_new(session, OVERDUE, task.incident_id, data, key, now)
    return told


def tell_come_backs(session: Session, *, now: datetime, zone: str) -> int:
    """Tell of incidents that somebody has to look at again today, or had to before; gives how many."""
    told = 0
    waiting = (Incident.come_back_on <= local(now, zone).date(), Incident.merged_into.is_(None))
    for incident in session.scalars(select(Incident).where(*waiting).order_by(Incident.id)).all():
        day = incident.come_back_on
        data = {"day": f"{day}", "reason": incident.come_back_why}
        told += _is_new(session, COME_BACK, incident.id, data, f"{COME_BACK}:{incident.id}:{day}", now)
    return told


def _is_new(session: Session, kind: str, incident_id: int, data: Mapping[str, object], key: str, now: datetime) -> bool:
    """Whether this is told for the first time."""
    return add_event(session, kind, actor=SYSTEM, now=now, incident_id=incident_id, data=data, key=key) is not None
