"""What stands in the way of closing, done: for tests that are about something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from incidents.casework.closing import missing, waive
from incidents.casework.models import OPEN, Task
from incidents.casework.tasks import settle_task
from incidents.models import Incident
from tests.actors import by
from tests.incidents.makers import NOW

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session


def finish(session: Session, incident_id: int, *, now: datetime = NOW) -> None:
    """Do every task, and waive what else is missing."""
    actor = by("suzuki")
    for task in session.scalars(select(Task).where(Task.incident_id == incident_id, Task.state == OPEN)).all():
        settle_task(session, task.id, "done", actor=actor, now=now)
    for one in missing(session, session.get_one(Incident, incident_id)):
        waive(session, incident_id, one.what, actor=actor, now=now, reason="a test about something else")
