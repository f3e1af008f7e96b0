"""Reading casework: tasks as lists show them, and what an incident's page needs beside its figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import or_, select
from sqlalchemy.orm import defer

from core.clock import local
from incidents.casework.closing import missing
from incidents.casework.models import OPEN, Relation, Task
from incidents.groups import group_ids, root_of
from incidents.models import Incident
from incidents.queries import incident_line
from incidents.states import LIVE

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from sqlalchemy import ScalarSelect
    from sqlalchemy.orm import Session

    from incidents.views import IncidentLine


AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task as one line of a list; ``incident_id`` is the whole that it is worked on in."""

    id: int
    incident_id: int
    part_id: int
    playbook: str
    step: str
    text: str
    role: str
    owner: str
    is_mandatory: bool
    due_at: datetime | None
    due_after: str
    due_hours: float | None
    is_overdue: bool
    state: str
    reason: str
    settled_at: datetime | None
    settled_by: str


@dataclass(frozen=True, slots=True)
class Related:
    """An incident that somebody said belongs to another, and why."""

    line: IncidentLine
    reason: str


@dataclass(frozen=True, slots=True)
class Lacking:
    """What an incident may not be closed without."""

    what: str
    said: str


@dataclass(frozen=True, slots=True)
class Casework:
    """What people do about one incident."""

    tasks: tuple[TaskLine, ...]
    related: tuple[Related, ...]
    lacking: tuple[Lacking, ...]
    waived: tuple[Lacking, ...]


def casework_of(session: Session, incident_id: int, *, language: str, now: datetime) -> Casework:
    """The tasks, relations and what is missing of an incident; those of its parts too."""
    incident = session.get_one(Incident, incident_id)
    parts = group_ids(session, incident_id)
    tasks = session.scalars(select(Task).where(Task.incident_id.in_(parts)).order_by(Task.id))
    lines = [_line(task, incident, language, now) for task in tasks]
    lacking = missing(session, incident) if incident.merged_into is None else []
    return Casework(
        tasks=tuple(sorted(lines, key=_order)),
        related=tuple(_related(session, parts, language)),
        lacking=tuple(Lacking(one.what, one.said(language)) for one in lacking),
        waived=tuple(Lacking(what, reason) for what, reason in incident.waived.items()),
    )


def list_tasks(
    session: Session,
    *,
    language: str,
    now: datetime,
    owners: Collection[str] | None = None,
    roles: Collection[str] | None = None,
    is_open: bool = True,
    is_overdue: bool = False,
    only: Collection[int] | None = None,
) -> list[TaskLine]:
    """Tasks of all incidents, those that are due first in front.

    Args:
        session: Where they stand.
        language: Of their words.
        now: Which of them are overdue.
        owners: Only those of one of these logins.
        roles: Only those of one of these roles that nobody has yet.
        is_open: Only those that are open, of incidents that are not over.
        is_overdue: Only those whose time is over.
        only: Only those of these incidents.
    """
    asked = select(Task)
    if owners is not None:
        asked = asked.where(Task.owner.in_(list(owners)))
    if roles is not None:
        asked = asked.where(Task.role.in_(list(roles)), Task.owner == "")
    if is_open or is_overdue:
        asked = asked.where(Task.state == OPEN)
    if is_overdue:
        asked = asked.where(Task.due_at <= now)
    whole_of = _wholes(session)
    if is_open or is_overdue:
        asked = asked.where(Task.incident_id.in_(_live(session, whole_of)))
    tasks = session.scalars(asked.order_by(Task.id)).all()
    if only is not None:
        own = set(only)
        tasks = [one for one in tasks if {whole_of.get(one.incident_id), one.incident_id} & own]
    roots = _incidents_by_number(session, {whole_of.get(one.incident_id, one.incident_id) for one in tasks})
    lines = [_line(one, roots[whole_of.get(one.incident_id, one.incident_id)], language, now) for one in tasks]
    return sorted(lines, key=_order)


def _wholes(session: Session) -> dict[int, int]:
    """Of every incident that was merged into another, the whole that it is part of in the end."""
    merged = select(Incident.id, Incident.merged_into).where(Incident.merged_into.is_not(None))
    above: dict[int, int] = dict(session.execute(merged).all())  # type: ignore[arg-type]  # none of them is null
    wholes = {}
    for part in above:
        whole = part
        while whole in above:
            whole = above[whole]
        wholes[part] = whole
    return wholes


def _live(session: Session, whole_of: Mapping[int, int]) -> ScalarSelect[int] | list[int]:
    """The incidents that are not over, and the parts of those."""
    live = select(Incident.id).where(Incident.state.in_(LIVE), Incident.merged_into.is_(None))
    if not whole_of:
        return live.scalar_subquery()
    wholes = set(session.scalars(live))
    return sorted(wholes | {part for part, whole in whole_of.items() if whole in wholes})


def _incidents_by_number(session: Session, ids: Collection[int]) -> dict[int, Incident]:
    numbers, found = sorted(ids), {}
    for start in range(0, len(numbers), AT_ONCE):
        some = select(Incident).where(Incident.id.in_(numbers[start : start + AT_ONCE]))
        found.update({one.id: one for one in session.scalars(some.options(defer(Incident.members)))})
    return found


def to_look_at(session: Session, *, language: str, now: datetime, zone: str) -> list[IncidentLine]:
    """The incidents that somebody wanted to look at again by today, the longest waiting first."""
    today = local(now, zone).date()
    due = (Incident.come_back_on <= today, Incident.merged_into.is_(None))
    rows = session.scalars(select(Incident.id).where(*due).order_by(Incident.come_back_on, Incident.id))
    return [incident_line(session, one, language=language) for one in rows]


def _related(session: Session, parts: list[int], language: str) -> list[Related]:
    either = or_(Relation.first.in_(parts), Relation.second.in_(parts))
    found = []
    for row in session.scalars(select(Relation).where(either).order_by(Relation.first, Relation.second)):
        other = row.second if row.first in parts else row.first
        found.append(Related(incident_line(session, root_of(session, other), language=language), row.reason))
    return found


def _line(task: Task, root: Incident, language: str, now: datetime) -> TaskLine:
    is_overdue = task.state == OPEN and root.state in LIVE and task.due_at is not None and task.due_at <= now
    return TaskLine(
        id=task.id, incident_id=root.id, part_id=task.incident_id, playbook=task.playbook, step=task.step,
        text=task.text.get(language, ""), role=task.role, owner=task.owner, is_mandatory=task.mandatory,
        due_at=task.due_at, due_after=task.due_after, due_hours=task.due_hours, is_overdue=is_overdue,
        state=task.state, reason=task.reason, settled_at=task.settled_at, settled_by=task.settled_by,
    )  # fmt: skip


def _order(line: TaskLine) -> tuple[bool, bool, str, int]:
    """Open ones first, of these the earliest due; the others as they were made."""
    due = line.due_at.isoformat() if line.due_at and line.state == OPEN else ""
    return line.state != OPEN, not due, due, line.id
