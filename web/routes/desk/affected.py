"""The customers of an incident: a masked list to look through, and their numbers as a file for who notifies them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
from pyroaring import BitMap
from starlette.exceptions import HTTPException
from starlette.responses import Response

from core.encodings.csv_text import csv_text
from incidents import queries
from incidents.actions import add_event
from incidents.desk.affected import affected_page, affected_subjects, describe, fields_of
from incidents.errors import NoIncidentError
from incidents.models import Incident
from incidents.ownership import ALL, extracts_of, is_named
from incidents.timeline.sentences import field_names
from people.approvals import LIST_NUMBERS, Approvable
from people.roles import Permission, is_bound_to_own
from web.access.guarded import Guarded
from web.access.second import ask_second
from web.routes.desk.incident import page_of
from web.world import actor_of, form_of, world_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session
    from starlette.requests import Request

    from core.actors import Actor
    from fingerprints.index.generation import Index

LONGEST = 200
COLUMNS = ("customer_number", "fields", "documents", "confidence")


def affected(request: Request) -> Response:
    """The customers, a page at a time, by the index's own numbers: no value and no customer number is shown."""
    world, incident_id = world_of(request), request.path_params["incident_id"]
    field, extract = _asked(request.query_params.get("field")), _asked(request.query_params.get("extract"))
    index = world.home.open_index() if extract else None
    try:
        with world.home.database.read() as session:
            line = queries.incident_line(session, incident_id, language=world.pages.language(request))
            known = _extracts_for(session, incident_id, actor_of(request))
            within = _members(index, [extract] if extract in known else []) if index else None
            subjects = affected_subjects(session, incident_id, field=field, within=within)
            found = affected_page(session, incident_id, subjects, page=page_of(request, "page"))
            fields = fields_of(session, incident_id)
    except NoIncidentError:
        raise HTTPException(404) from None
    return world.pages.render(
        request, "affected.html", line=line, found=found, field=field, extract=extract, fields=fields, extracts=known
    )


def numbers(request: Request) -> Response:
    """The customers' numbers, with what was seen of each, as CSV: with a reason, and on the record first."""
    world, form, incident_id = world_of(request), form_of(request), request.path_params["incident_id"]
    reason, actor, language = form.get("reason", "").strip(), actor_of(request), world.pages.language(request)
    if not reason:
        raise HTTPException(400)
    index = world.home.open_index()
    with world.home.database.read() as session:
        if session.get(Incident, incident_id) is None:
            raise HTTPException(404)
        subjects = _chosen(session, index, incident_id, actor, _asked(form.get("field")), _asked(form.get("extract")))
        seen = list(describe(session, incident_id, list(subjects)))
    approved = {}
    if len(subjects) > world.home.settings.people.reveal_limit:
        approved = ask_second(request, Approvable(LIST_NUMBERS, str(incident_id), reason, incident_id))
    known = index.reveal(np.array(list(subjects), dtype=np.uint32)) if subjects else []
    rows = [
        (number, field_names(one.fields, language), one.documents, "" if one.confidence is None else one.confidence)
        for number, one in zip(known, seen, strict=True)
    ]
    content = csv_text(COLUMNS, rows).encode("utf-8-sig")
    data = {"subjects": len(rows), "sha256": hashlib.sha256(content).hexdigest(), "reason": reason, **approved}
    with world.home.database.write() as session:
        add_event(
            session, "numbers-listed", actor=actor, now=world.home.clock.now(), incident_id=incident_id, data=data
        )
    headers = {"Content-Disposition": f'attachment; filename="hinomi-customers-{incident_id}.csv"'}
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


def _chosen(session: Session, index: Index, incident_id: int, actor: Actor, field: str, extract: str) -> BitMap:
    """The customers that are asked for; a data owner's only out of their own extracts."""
    known = _extracts_for(session, incident_id, actor)
    within = _members(index, [extract] if extract in known else []) if extract else None
    if is_bound_to_own(actor, Permission.LIST_NUMBERS) and ALL not in actor.extracts:
        own = _members(index, [name for name in known if is_named(name, actor.extracts)])
        within = own if within is None else within & own
    return affected_subjects(session, incident_id, field=field, within=within)


def _extracts_for(session: Session, incident_id: int, actor: Actor) -> list[str]:
    """The extracts that may explain an incident, as far as they are theirs who ask."""
    names = sorted(extracts_of(session, incident_id))
    if is_bound_to_own(actor, Permission.SEE_CASES):
        return [name for name in names if is_named(name, actor.extracts)]
    return names


def _members(index: Index, extracts: Iterable[str]) -> BitMap:
    enrolled = {info.name for info in index.extracts}
    return BitMap.union(*(index.members(name) for name in extracts if name in enrolled), BitMap())


def _asked(value: str | None) -> str:
    return (value or "").strip()[:LONGEST]


ROUTES = [
    Guarded("/incidents/{incident_id:id}/customers", affected, needs=Permission.SEE_CASES),
    Guarded("/incidents/{incident_id:id}/customers", numbers, methods=["POST"], needs=Permission.LIST_NUMBERS),
]
