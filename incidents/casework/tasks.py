"""Tasks of incidents: made from a playbook when an incident is confirmed, or added; each change is an event."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from core.actors import SYSTEM, Role
from incidents.casework.changes import CHANGES, as_plain, change
from incidents.casework.models import DONE, NOT_NEEDED, OPEN, WAIVED, Task
from incidents.casework.standing import check_live, check_may_steer, check_may_work, limited, needed, whole
from incidents.errors import ForbiddenActionError, IncidentError
from incidents.groups import group_ids, root_of
from incidents.models import Incident
from incidents.timeline.events import add_event

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.orm import Session

    from core.actors import Actor

ADDED: Final = "task-added"
MADE: Final = "made"
"""Where an event has the columns of tasks that are new with it."""
SETTLED: Final = {DONE: "task-done", WAIVED: "task-waived", NOT_NEEDED: "task-not-needed"}
REOPENED, ASSIGNED, DUE = "task-reopened", "task-assigned", "task-due"
ROLES: Final = tuple(role for role in Role if role != Role.SERVICE)
KEPT: Final = (
    "playbook", "step", "text", "role", "owner", "mandatory", "due_after", "due_hours", "due_at", "state", "reason",
    "added_at", "settled_at", "settled_by",
)  # fmt: skip
"""The columns that the event of a new task holds."""


def put_task(session: Session, values: dict[str, Any], *, incident_id: int, now: datetime) -> Task:
    """Add a task; what is not given of its columns is empty. Whoever adds it tells so, with `as_made`."""
    columns: dict[str, Any] = {
        "playbook": "", "step": "", "owner": "", "mandatory": False, "due_after": "", "due_hours": None,
        "due_at": None, "state": OPEN, "reason": "", "added_at": now, "settled_at": None, "settled_by": "",
    }  # fmt: skip
    task = Task(incident_id=incident_id, **(columns | values))
    session.add(task)
    session.flush()
    return task


def as_made(task: Task) -> dict[str, Any]:
    """A new task, as the event that tells of it holds it."""
    return {name: as_plain(getattr(task, name)) for name in KEPT}


def add_task(
    session: Session,
    incident_id: int,
    text: str,
    *,
    actor: Actor,
    now: datetime,
    role: str = Role.RESPONDER.value,
    owner: str = "",
    due_at: datetime | None = None,
    is_mandatory: bool = False,
) -> Task:
    """Add a task by hand.

    Raises:
        IncidentError: No words, no such role, or the incident is none, over, part of another, or not theirs.
    """
    incident = whole(session, incident_id)
    check_may_work(session, incident_id, actor, ADDED)
    check_live(incident, ADDED)
    words = limited(text)
    if not words:
        raise IncidentError("no_words")
    if role not in ROLES:
        raise IncidentError("no_task_role", role=role, expected=", ".join(ROLES))
    values = {
        "text": {"ja": words, "en": words}, "role": role, "owner": owner, "due_at": due_at, "mandatory": is_mandatory,
    }  # fmt: skip
    task = put_task(session, values, incident_id=incident_id, now=now)
    data = {"task": task.id, "what": task.text, MADE: as_made(task)}
    add_event(session, ADDED, actor=actor, now=now, incident_id=incident_id, data=data)
    return task


def settle_task(session: Session, task_id: int, state: str, *, actor: Actor, now: datetime, reason: str = "") -> Task:
    """A task is done, waived or not needed; without being done, it needs a reason, a mandatory one a responder too.

    Raises:
        IncidentError: There is none, it is settled, or who acts may not.
    """
    if state not in SETTLED:
        raise IncidentError("no_task_state", state_asked=state, expected=", ".join(SETTLED))
    task = _task_to_change(session, task_id, actor, SETTLED[state])
    if task.state != OPEN:
        raise ForbiddenActionError("task_settled", task=task_id)
    if state != DONE and task.mandatory:
        check_may_steer(actor, SETTLED[state])
    words = limited(reason) if state == DONE else needed(reason, SETTLED[state])
    changes = change(task, state=state, reason=words, settled_at=now, settled_by=actor.name)
    _tell(session, SETTLED[state], task, changes, actor=actor, now=now, reason=words)
    return task


def reopen_task(session: Session, task_id: int, *, actor: Actor, now: datetime, reason: str) -> Task:
    """A task that was settled is open again.

    Raises:
        IncidentError: There is none, it is open, or who acts may not.
    """
    task = _task_to_change(session, task_id, actor, REOPENED)
    if task.state == OPEN:
        raise ForbiddenActionError("task_open", task=task_id)
    words = needed(reason, REOPENED)
    changes = change(task, state=OPEN, reason="", settled_at=None, settled_by="")
    _tell(session, REOPENED, task, changes, actor=actor, now=now, reason=words)
    return task


def assign_task(session: Session, task_id: int, owner: str, *, actor: Actor, now: datetime, role: str = "") -> Task:
    """Give a task to somebody, or with an empty name to everybody of its role.

    Raises:
        IncidentError: There is none, no such role, or who acts may not.
    """
    task = _task_to_change(session, task_id, actor, ASSIGNED)
    if role and role not in ROLES:
        raise IncidentError("no_task_role", role=role, expected=", ".join(ROLES))
    before = task.owner
    changes = change(task, owner=owner, role=role or task.role)
    if changes:
        said = {"owner_before": before or "–", "owner": owner or "–", "role": task.role}
        _tell(session, ASSIGNED, task, changes, actor=actor, now=now, **said)
    return task


def set_due(session: Session, task_id: int, due_at: datetime | None, *, actor: Actor, now: datetime) -> Task:
    """Say when a task is due, or that it has no such time.

    Raises:
        IncidentError: There is none, or who acts may not.
    """
    task = _task_to_change(session, task_id, actor, DUE)
    _set_due(session, task, due_at, actor=actor, now=now)
    return task


def begin_dues(session: Session, incident_id: int, moment: str, *, now: datetime) -> None:
    """A moment came that due times count from: open tasks that waited for it are due so long after it."""
    waiting = (Task.incident_id.in_(group_ids(session, incident_id)), Task.state == OPEN, Task.due_at.is_(None))
    for task in session.scalars(select(Task).where(*waiting, Task.due_after == moment).order_by(Task.id)).all():
        if task.due_hours is not None:
            _set_due(session, task, now + timedelta(hours=task.due_hours), actor=SYSTEM, now=now)


def open_tasks(session: Session, incident_id: int) -> list[Task]:
    """What is still to be done about an incident and its parts."""
    asked = select(Task).where(Task.incident_id.in_(group_ids(session, incident_id)), Task.state == OPEN)
    return list(session.scalars(asked.order_by(Task.id)))


def drop_tasks(session: Session, tasks: Collection[Task], *, actor: Actor, now: datetime, reason: str) -> None:
    """Tasks are not needed any more, since another playbook took the place of theirs."""
    for task in tasks:
        changes = change(task, state=NOT_NEEDED, reason=reason, settled_at=now, settled_by=actor.name)
        _tell(session, SETTLED[NOT_NEEDED], task, changes, actor=actor, now=now, reason=reason)


def _task_to_change(session: Session, task_id: int, actor: Actor, action: str) -> Task:
    task = session.get(Task, task_id, with_for_update=True)
    if task is None:
        raise IncidentError("no_task", task=task_id)
    root = session.get_one(Incident, root_of(session, task.incident_id))
    check_may_work(session, root.id, actor, action)
    check_live(root, action)
    return task


def _set_due(session: Session, task: Task, due_at: datetime | None, *, actor: Actor, now: datetime) -> None:
    before = shown_due(task.due_at)
    changes = change(task, due_at=due_at)
    if changes:
        after = shown_due(due_at)
        _tell(session, DUE, task, changes, actor=actor, now=now, due_before=before, due=after)


def shown_due(due_at: datetime | None) -> str:
    """When a task is due, as its events' sentences have it."""
    return f"{due_at:%Y-%m-%d %H:%M} UTC" if due_at else "–"


def _tell(
    session: Session, kind: str, task: Task, changes: dict[str, list[Any]], *, actor: Actor, now: datetime, **said: str
) -> None:
    data = {"task": task.id, "what": task.text, CHANGES: changes} | said
    add_event(session, kind, actor=actor, now=now, incident_id=task.incident_id, data=data)
