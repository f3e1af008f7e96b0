"""What a data owner may open: the incidents of their own extracts, and the documents of these."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from starlette.exceptions import HTTPException

from custody.models import Extract
from incidents.models import FindingRow
from incidents.ownership import ALL, incidents_of, is_named, is_of
from people.roles import Permission, is_bound_to_own, may
from web.world import actor_of, world_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from starlette.requests import Request

    from core.actors import Actor

NOT_THERE = 404  # what is not theirs is not there: its number says nothing


def check_own(request: Request, actor: Actor) -> None:
    """Let nobody at what is not theirs.

    Raises:
        HTTPException: An incident or a document of nobody's extract that they answer for.
    """
    if "extract_id" in request.path_params:
        _check_extract(request, actor)
    incident_id, document_id = request.path_params.get("incident_id"), request.path_params.get("document_id")
    if incident_id is None and document_id is None:
        return
    with world_of(request).home.database.read() as session:
        if ALL in actor.extracts:
            return
        ids = [incident_id] if incident_id is not None else incidents_of_document(session, document_id)
        if not any(is_of(session, one, actor.extracts) for one in ids):
            raise HTTPException(NOT_THERE)


def _check_extract(request: Request, actor: Actor) -> None:
    with world_of(request).home.database.read() as session:
        extract = session.get(Extract, request.path_params["extract_id"])
        if extract is None or not is_named(extract.name, actor.extracts):
            raise HTTPException(NOT_THERE)


def own_names(request: Request, permission: Permission) -> tuple[str, ...] | None:
    """Patterns of the only extracts with which whoever asks may do something; None for all."""
    actor = actor_of(request)
    return None if not is_bound_to_own(actor, permission) or ALL in actor.extracts else actor.extracts


def incidents_of_document(session: Session, document_id: int | None) -> list[int]:
    """The incidents that a document belongs to."""
    found = select(FindingRow.incident_id).where(FindingRow.document_id == document_id)
    return [one for one in session.scalars(found) if one is not None]


def own_incidents(request: Request, session: Session) -> set[int] | None:
    """The only incidents that whoever asks may see in lists; None for all."""
    actor = actor_of(request)
    if not may(actor, Permission.SEE_CASES):
        return set()
    if not is_bound_to_own(actor, Permission.SEE_CASES) or ALL in actor.extracts:
        return None
    return incidents_of(session, actor.extracts)
