"""Following a playbook: which one an incident follows, and the tasks that this makes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from core.actors import SYSTEM
from core.clock import local
from incidents.casework.changes import CHANGES, change
from incidents.casework.playbooks import CONFIRMED, CONTAINED, OPENED, kind_of, load_playbooks
from incidents.casework.standing import check_live, check_may_steer, needed, whole
from incidents.casework.tasks import MADE, as_made, drop_tasks, open_tasks, put_task
from incidents.errors import IncidentError
from incidents.figures import rule_out
from incidents.groups import group_ids
from incidents.models import Event, FindingRow, Incident
from incidents.states import CONFIRMATIONS, CONTAIN
from incidents.timeline.events import add_event

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from core.actors import Actor
    from incidents.casework.playbooks import Playbook, Shelf, Step

PLAYBOOK_SET = "playbook-set"
_KINDS = {CONFIRMED: CONFIRMATIONS, CONTAINED: (CONTAIN,)}


def begin_playbook(session: Session, incident: Incident, shelf: Shelf | None, *, now: datetime) -> None:
    """Let an incident follow the playbook for its kind, unless it or a part of it follows one."""
    session.flush()
    parts = Incident.id.in_(group_ids(session, incident.id))
    if session.scalar(select(Incident.id).where(parts, Incident.playbook != "").limit(1)) is not None:
        return
    playbook = (shelf or load_playbooks()).of_kind(kind_of(leading_extract(session, incident.id)))
    if playbook is not None:
        _follow(session, incident, playbook, actor=SYSTEM, now=now, reason="")


def choose_playbook(
    session: Session,
    incident_id: int,
    playbook_id: str,
    *,
    actor: Actor,
    now: datetime,
    reason: str,
    shelf: Shelf | None = None,
) -> None:
    """Let an incident follow another playbook; open tasks of the one before are not needed any more.

    Raises:
        IncidentError: There is no such playbook, it is followed already, no reason is given, the incident is over, or
            who acts is no responder.
    """
    incident = whole(session, incident_id)
    check_may_steer(actor, PLAYBOOK_SET)
    check_live(incident, PLAYBOOK_SET)
    words = needed(reason, PLAYBOOK_SET)
    shelf = shelf or load_playbooks()
    playbook = shelf.find(playbook_id)
    if playbook is None:
        raise IncidentError("no_playbook", playbook=playbook_id, expected=", ".join(one.id for one in shelf.playbooks))
    if incident.playbook == playbook.id:
        raise IncidentError("same_playbook", playbook=playbook.id, incident=incident_id)
    left = [task for task in open_tasks(session, incident_id) if task.playbook]
    drop_tasks(session, left, actor=actor, now=now, reason=words)
    _follow(session, incident, playbook, actor=actor, now=now, reason=words)


def leading_extract(session: Session, incident_id: int) -> dict[str, Any] | None:
    """The extract that explains best what the largest document of an incident holds; none where nothing does."""
    parts = group_ids(session, incident_id)
    findings = session.scalars(select(FindingRow).where(FindingRow.incident_id.in_(parts)))
    most = max(findings, key=lambda one: (one.subjects, one.confidence, one.sha256), default=None)
    if most is None or not most.extracts:
        return None
    first_seen = session.get_one(Incident, incident_id).first_seen_at
    return rule_out(most.extracts, local(first_seen).date())[0]


def _follow(
    session: Session, incident: Incident, playbook: Playbook, *, actor: Actor, now: datetime, reason: str
) -> None:
    before = incident.playbook
    changes = change(incident, playbook=playbook.id)
    incident.updated_at = now
    moments = _moments(session, incident)
    values = [_values(playbook, step, moments) for step in playbook.steps]
    tasks = [put_task(session, one, incident_id=incident.id, now=now) for one in values]
    data = {
        "playbook_before": before, "playbook": playbook.id, "what": playbook.title.model_dump(), "reason": reason,
        "count": len(tasks), MADE: {str(task.id): as_made(task) for task in tasks}, CHANGES: changes,
    }  # fmt: skip
    add_event(session, PLAYBOOK_SET, actor=actor, now=now, incident_id=incident.id, data=data)


def _values(playbook: Playbook, step: Step, moments: dict[str, datetime]) -> dict[str, Any]:
    values: dict[str, Any] = {
        "playbook": playbook.id, "step": step.id, "text": step.text, "role": step.role.value,
        "mandatory": step.mandatory,
    }  # fmt: skip
    if step.due is not None:
        values |= {"due_after": step.due.after, "due_hours": step.due.in_hours}
        if step.due.after in moments:
            values["due_at"] = moments[step.due.after] + timedelta(hours=step.due.in_hours)
    return values


def _moments(session: Session, incident: Incident) -> dict[str, datetime]:
    """Which moments came already, and when each came first."""
    moments = {OPENED: incident.opened_at}
    for moment, kinds in _KINDS.items():
        told = select(Event.learned_at).where(Event.incident_id == incident.id, Event.kind.in_(kinds))
        first = session.scalar(told.order_by(Event.id).limit(1))
        if first is not None:
            moments[moment] = first
    return moments
