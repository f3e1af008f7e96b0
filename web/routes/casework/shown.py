"""What an incident's page shows of casework: tasks, what is missing, whom work may be given to, playbooks."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from core.texts import load_texts
from incidents.casework.playbooks import load_playbooks
from incidents.casework.reading import casework_of
from incidents.casework.tasks import ROLES
from incidents.models import Incident
from incidents.severity import LEVELS
from people.workers import workers
from web.access.own import own_incidents
from web.forms import moment_field
from web.world import world_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from starlette.requests import Request


def shown_casework(request: Request, session: Session, incident_id: int) -> dict[str, Any]:
    """The values that the templates of casework take."""
    world = world_of(request)
    settings, language = world.home.settings, world.pages.language(request)
    found = casework_of(session, incident_id, language=language, now=world.home.clock.now())
    own, shelf = own_incidents(request, session), load_playbooks(settings.home)
    related = tuple(one for one in found.related if own is None or one.line.id in own)
    return {
        "casework": replace(found, related=related),
        "people": [one.login for one in workers(session)],
        "playbooks": shelf.playbooks,
        "playbook": shelf.find(session.get_one(Incident, incident_id).playbook),
        "levels": LEVELS,
        "roles": ROLES,
        "due_field": partial(moment_field, zone=settings.zone),
    }


def is_action(name: str, language: str) -> bool:
    """Whether our texts have a name for what was done."""
    return any(f"action.{name}" in load_texts(room, language) for room in ("web", "incidents"))
