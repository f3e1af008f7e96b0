"""Which incident is acted on, and whether whoever acts may: asked before anything of casework is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.actors import Role
from incidents.errors import ForbiddenActionError, IncidentError, NoIncidentError
from incidents.models import Incident
from incidents.ownership import is_of
from incidents.states import LIVE

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from core.actors import Actor

WORKING: Final = frozenset({Role.RESPONDER, Role.INVESTIGATOR, Role.SERVICE})
"""Whose work every incident is; a data owner's are those of their own extracts."""
REASON_LENGTH: Final = 2000


def whole(session: Session, incident_id: int) -> Incident:
    """An incident that is no part of another, to be changed.

    Raises:
        NoIncidentError: There is none of that number.
        ForbiddenActionError: It is part of another incident.
    """
    incident = session.get(Incident, incident_id, with_for_update=True)
    if incident is None:
        raise NoIncidentError(incident_id)
    if incident.merged_into is not None:
        raise ForbiddenActionError("merged", incident=incident_id, whole=incident.merged_into)
    return incident


def check_may_work(session: Session, incident_id: int, actor: Actor, action: str) -> None:
    """Let nobody work on what is not theirs.

    Raises:
        ForbiddenActionError: Not with these roles, or a data owner's, and not of their own extracts.
    """
    if actor.is_program or actor.has_any(WORKING):
        return
    if Role.DATA_OWNER not in actor.roles:
        raise ForbiddenActionError("not_yours", action=action, login=actor.name, role=Role.RESPONDER.value)
    if not is_of(session, incident_id, actor.extracts):
        raise ForbiddenActionError("not_own", incident=incident_id, login=actor.name)


def check_may_steer(actor: Actor, action: str) -> None:
    """What steers a case is a responder's.

    Raises:
        ForbiddenActionError: They are none.
    """
    if not actor.is_program and Role.RESPONDER not in actor.roles:
        raise ForbiddenActionError("not_yours", action=action, login=actor.name, role=Role.RESPONDER.value)


def check_live(incident: Incident, action: str) -> None:
    """What is over is opened again before anybody works on it.

    Raises:
        ForbiddenActionError: It is closed or dismissed.
    """
    if incident.state not in LIVE:
        raise ForbiddenActionError("over", action=action, incident=incident.id, state=incident.state)


def needed(reason: str, action: str) -> str:
    """A reason without white space around it.

    Raises:
        IncidentError: There is none, or it is too long.
    """
    words = reason.strip()
    if not words:
        raise ForbiddenActionError("no_reason", action=action)
    return limited(words)


def limited(words: str) -> str:
    """Words without white space around them.

    Raises:
        IncidentError: They are too many.
    """
    clean = words.strip()
    if len(clean) > REASON_LENGTH:
        raise IncidentError("words_length", most=REASON_LENGTH, found=len(clean))
    return clean
