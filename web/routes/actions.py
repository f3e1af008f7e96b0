"""What a person does with an incident: each a form of its page, recorded, and back to the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from incidents import actions
from incidents.casework.playbooks import load_playbooks
from incidents.models import Incident
from incidents.states import needs_second
from incidents.timeline import attention
from people.approvals import DISMISS_CONFIRMED, Approvable
from people.roles import Permission, may
from people.workers import as_worker
from web.access.guarded import Guarded
from web.access.second import ask_second
from web.recorded import record
from web.world import actor_of, form_of, world_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session
    from starlette.requests import Request
    from starlette.responses import Response


def act(request: Request) -> Response:
    """Confirm, contain, close, dismiss, reopen."""
    form = form_of(request)
    action, reason = form.get("action", ""), form.get("reason", "")

    approved = _approved(request, action, reason)
    shelf = load_playbooks(world_of(request).home.settings.home)

    def write(session: Session, incident_id: int) -> None:
        now = world_of(request).home.clock.now()
        actions.act(
            session, incident_id, action, actor=actor_of(request), now=now, reason=reason, approved=approved,
            playbooks=shelf,
        )  # fmt: skip

    return record(request, write, done=action)


def _approved(request: Request, action: str, reason: str) -> Mapping[str, Any] | None:
    """Who else agreed; None where nobody has to."""
    world, incident_id = world_of(request), request.path_params["incident_id"]
    with world.home.database.read() as session:
        incident = session.get(Incident, incident_id)
    if (
        incident is None
        or not needs_second(incident.state, action)
        or not may(actor_of(request), Permission.STEER_CASES)
    ):
        return None
    wanted = Approvable(DISMISS_CONFIRMED, str(incident_id), reason, incident_id)
    return ask_second(request, wanted)


def note(request: Request) -> Response:
    """Write a note into the timeline."""
    text = form_of(request).get("note", "")

    def write(session: Session, incident_id: int) -> None:
        actions.note(session, incident_id, text, actor=actor_of(request), now=world_of(request).home.clock.now())

    return record(request, write, done="note")


def assign(request: Request) -> Response:
    """Give the incident to somebody."""
    assignee = form_of(request).get("assignee", "")

    def write(session: Session, incident_id: int) -> None:
        now = world_of(request).home.clock.now()
        actions.assign(session, incident_id, as_worker(session, assignee), actor=actor_of(request), now=now)

    return record(request, write, done="assign")


def acknowledge(request: Request) -> Response:
    """Say that somebody has seen it."""

    def write(session: Session, incident_id: int) -> None:
        attention.acknowledge(session, incident_id, actor=actor_of(request), now=world_of(request).home.clock.now())

    return record(request, write, done="acknowledge")


ROUTES = [
    Guarded("/incidents/{incident_id:id}/act", act, methods=["POST"], needs=Permission.WORK_CASES),
    Guarded("/incidents/{incident_id:id}/acknowledge", acknowledge, methods=["POST"], needs=Permission.WORK_CASES),
    Guarded("/incidents/{incident_id:id}/note", note, methods=["POST"], needs=Permission.WORK_CASES),
    Guarded("/incidents/{incident_id:id}/assign", assign, methods=["POST"], needs=Permission.WORK_CASES),
]
