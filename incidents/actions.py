"""What people do with incidents; with `incidents.admission` the only writer. Everything done is an event.

Each function works inside the caller's writing session (``with database.write() as session``), so that what was done
and its event stand or fall together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import update

from core.actors import Role
from incidents.admission import Taken, take_capture, take_finding
from incidents.casework.closing import check_done
from incidents.casework.confirmations import by_confirmations
from incidents.casework.following import begin_playbook
from incidents.casework.hand_over import assign
from incidents.casework.merging import split
from incidents.casework.standing import whole
from incidents.casework.tasks import begin_dues
from incidents.errors import ForbiddenActionError, IncidentError, NoIncidentError
from incidents.groups import group_ids
from incidents.models import Incident
from incidents.ownership import is_of
from incidents.states import (
    BY,
    CLOSE,
    CONFIRM_CSIRT,
    CONFIRMATIONS,
    CONFIRMED,
    CONTAINED,
    DISMISS,
    REOPEN,
    needs_second,
    state_after,
)
from incidents.timeline.events import add_event

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from core.actors import Actor
    from incidents.casework.playbooks import Shelf

__all__ = ["Taken", "act", "add_event", "assign", "note", "split", "take_capture", "take_finding"]

NOTE_LENGTH = 10_000


def act(
    session: Session,
    incident_id: int,
    action: str,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
    approved: Mapping[str, Any] | None = None,
    playbooks: Shelf | None = None,
) -> str:
    """Take one of `incidents.states.ACTIONS`; gives the state it led to.

    Args:
        session: A writing session.
        incident_id: Its number.
        action: What is done.
        actor: Who does it.
        now: When.
        reason: Why.
        approved: Who else agreed, where that is needed (`needs_second`): it stands in the event.
        playbooks: Whose tasks begin when it is confirmed; those that come with Hinomi unless given.

    Raises:
        NoIncidentError: There is none of that number.
        ForbiddenActionError: Not from its state, without its reason, a second time, by somebody whose decision it is
            not, by the person who gave the other confirmation, it is part of another incident, or to be closed and
            not done (`incidents.casework.closing.NotDoneError`).
    """
    incident = whole(session, incident_id)
    before, after = incident.state, state_after(incident.state, action, reason=reason)
    _check_role(session, incident_id, action, actor)
    if approved is None and needs_second(incident.state, action) and not actor.is_program:
        raise ForbiddenActionError("no_second", action=action, incident=incident_id)
    if action in CONFIRMATIONS:
        _confirm(incident, action, actor, now)
    elif action == DISMISS:
        incident.dismiss_reason = reason.strip()
    elif action == CLOSE:
        check_done(session, incident)
    elif action == REOPEN:
        incident.dismiss_reason = ""
    after = by_confirmations(after, incident)
    incident.updated_at = now
    session.execute(update(Incident).where(Incident.id.in_(group_ids(session, incident_id))).values(state=after))
    data = {"state_before": before, "state": after, "reason": reason.strip(), **(approved or {})}
    add_event(session, action, actor=actor, now=now, incident_id=incident_id, data=data)
    if after in {CONFIRMED, CONTAINED}:
        begin_playbook(session, incident, playbooks, now=now)
        if after != before:
            begin_dues(session, incident_id, after, now=now)
    return after


def note(session: Session, incident_id: int, text: str, *, actor: Actor, now: datetime) -> None:
    """Write a person's words into the timeline.

    Raises:
        NoIncidentError: There is none of that number.
        IncidentError: There are no words, or too many.
    """
    words = text.strip()
    if not words or len(words) > NOTE_LENGTH:
        raise IncidentError("note_length", most=NOTE_LENGTH, found=len(words))
    if session.get(Incident, incident_id) is None:
        raise NoIncidentError(incident_id)
    add_event(session, "note", actor=actor, now=now, incident_id=incident_id, data={"text": words})


def draft_takedown(session: Session, incident_id: int, places: int, *, actor: Actor, now: datetime) -> None:
    """Write down that a request to take the leak down was drafted, with the addresses of so many places in it.

    Raises:
        NoIncidentError: There is none of that number.
    """
    if session.get(Incident, incident_id) is None:
        raise NoIncidentError(incident_id)
    add_event(session, "takedown-drafted", actor=actor, now=now, incident_id=incident_id, data={"places": places})


def hand_out_pictures(
    session: Session, incident_id: int, *, reason: str, count: int, actor: Actor, now: datetime
) -> None:
    """Write down that the pictures of a leak were handed out.

    Raises:
        NoIncidentError: There is none of that number.
    """
    if session.get(Incident, incident_id) is None:
        raise NoIncidentError(incident_id)
    data = {"count": count, "reason": reason.strip()}
    add_event(session, "pictures-revealed", actor=actor, now=now, incident_id=incident_id, data=data)


def _check_role(session: Session, incident_id: int, action: str, actor: Actor) -> None:
    """Whose decision it is: a role's, a data owner's only of their own extracts; no program confirms anything."""
    role = BY.get(action)
    if role is None or (actor.is_program and action not in CONFIRMATIONS):
        return
    if Role.SERVICE in actor.roles and action not in CONFIRMATIONS:
        return  # what its token is good for was asked where it came in; a confirmation is a person's
    if role not in actor.roles:
        raise ForbiddenActionError("not_yours", action=action, login=actor.name, role=role.value)
    if role == Role.DATA_OWNER and not is_of(session, incident_id, actor.extracts):
        raise ForbiddenActionError("not_own", incident=incident_id, login=actor.name)


def _confirm(incident: Incident, action: str, actor: Actor, now: datetime) -> None:
    """One of two confirmations: each is given once, and both by different people."""
    if action == CONFIRM_CSIRT:
        _refuse_same_person(actor, incident.owner_confirmed_by, incident.id)
        incident.csirt_confirmed_at = _once(incident.csirt_confirmed_at, now, incident.id, action)
        incident.csirt_confirmed_by = actor.name
    else:
        _refuse_same_person(actor, incident.csirt_confirmed_by, incident.id)
        incident.owner_confirmed_at = _once(incident.owner_confirmed_at, now, incident.id, action)
        incident.owner_confirmed_by = actor.name


def _refuse_same_person(actor: Actor, other: str, incident_id: int) -> None:
    if other == actor.name:
        raise ForbiddenActionError("same_person", incident=incident_id, login=actor.name)


def _once(before: datetime | None, now: datetime, incident_id: int, action: str) -> datetime:
    if before is not None:
        raise ForbiddenActionError("confirmed", incident=incident_id, side=action, at=f"{before:%Y-%m-%d %H:%M} UTC")
    return now
