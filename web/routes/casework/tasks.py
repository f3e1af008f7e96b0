"""The page of tasks, and the forms that add and change those of an incident."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incidents.casework.models import Task
from incidents.casework.playbooks import load_playbooks
from incidents.casework.reading import list_tasks, to_look_at
from incidents.casework.tasks import SETTLED, add_task, assign_task, reopen_task, set_due, settle_task
from incidents.errors import IncidentError
from incidents.groups import root_of
from people.roles import Permission
from people.workers import as_worker
from web.access.guarded import Guarded
from web.access.own import own_incidents
from web.forms import as_moment, moment_field
from web.recorded import by_now, record
from web.world import actor_of, form_of, world_of

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session
    from starlette.requests import Request
    from starlette.responses import Response

CHOICES = ("mine", "role", "overdue", "all")
AT_TASKS = "#tasks"


def tasks(request: Request) -> Response:
    """Tasks that are open: mine, my roles', those that are overdue, all."""
    world, actor = world_of(request), actor_of(request)
    show = request.query_params.get("show", CHOICES[0])
    show = show if show in CHOICES else CHOICES[0]
    language, now, zone = world.pages.language(request), world.home.clock.now(), world.home.settings.zone
    with world.home.database.read() as session:
        own = own_incidents(request, session)
        lines = list_tasks(
            session, language=language, now=now, only=own, owners=actor.answers_for if show == "mine" else None,
            roles=[role.value for role in actor.roles] if show == "role" else None, is_overdue=show == "overdue",
        )  # fmt: skip
        again = [
            line for line in to_look_at(session, language=language, now=now, zone=zone) if own is None or line.id in own
        ]
    mine = [line for line in again if line.assignee in actor.answers_for] if show == "mine" else again
    problems = load_playbooks(world.home.settings.home).problems
    return world.pages.render(
        request, "tasks.html", tasks=lines, again=mine, show=show, choices=CHOICES, problems=problems
    )


def add(request: Request) -> Response:
    """Add a task to an incident."""
    form = form_of(request)

    def write(session: Session, incident_id: int) -> None:
        add_task(
            session, incident_id, form.get("text", ""), role=form.get("role", ""),
            owner=as_worker(session, form.get("owner", "")), due_at=_moment(request, form.get("due", "")),
            is_mandatory=form.get("mandatory") == "yes", **by_now(request),
        )  # fmt: skip

    return record(request, write, done="task-added", place=AT_TASKS)


def settle(request: Request) -> Response:
    """A task is done, waived or not needed."""
    form, task_id = form_of(request), request.path_params["task_id"]
    state = form.get("state", "")

    def write(session: Session, incident_id: int) -> None:
        _check_is_of(session, task_id, incident_id)
        settle_task(session, task_id, state, reason=form.get("reason", ""), **by_now(request))

    return record(request, write, done=SETTLED.get(state, ""), place=AT_TASKS)


def reopen(request: Request) -> Response:
    """A task is to be done after all."""
    form, task_id = form_of(request), request.path_params["task_id"]

    def write(session: Session, incident_id: int) -> None:
        _check_is_of(session, task_id, incident_id)
        reopen_task(session, task_id, reason=form.get("reason", ""), **by_now(request))

    return record(request, write, done="task-reopened", place=AT_TASKS)


def change(request: Request) -> Response:
    """Who does a task, and by when."""
    form, task_id = form_of(request), request.path_params["task_id"]

    def write(session: Session, incident_id: int) -> None:
        task = _check_is_of(session, task_id, incident_id)
        owner = form.get("owner", "")
        if owner != task.owner:
            assign_task(session, task_id, as_worker(session, owner), **by_now(request))
        if form.get("due", "") != moment_field(task.due_at, world_of(request).home.settings.zone):
            set_due(session, task_id, _moment(request, form.get("due", "")), **by_now(request))

    return record(request, write, done="task-assigned", place=AT_TASKS)


def _moment(request: Request, given: str) -> datetime | None:
    """A moment of a form, on the clocks where the carrier is; none of an empty field."""
    return as_moment(given, world_of(request).home.settings.zone)


def _check_is_of(session: Session, task_id: int, incident_id: int) -> Task:
    """A task that is worked on at the page of this incident: the address said whose it is, and that was checked."""
    task = session.get(Task, task_id)
    if task is None or incident_id not in {task.incident_id, root_of(session, task.incident_id)}:
        raise IncidentError("no_task", task=task_id)
    return task


ONE = "/incidents/{incident_id:id}/tasks/{task_id:id}"
ROUTES = [
    Guarded("/tasks", tasks, needs=Permission.SEE_CASES),
    Guarded("/incidents/{incident_id:id}/tasks", add, methods=["POST"], needs=Permission.WORK_CASES),
    Guarded(f"{ONE}/settle", settle, methods=["POST"], needs=Permission.WORK_CASES),
    Guarded(f"{ONE}/reopen", reopen, methods=["POST"], needs=Permission.WORK_CASES),
    Guarded(f"{ONE}/change", change, methods=["POST"], needs=Permission.WORK_CASES),
]
