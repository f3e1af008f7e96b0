"""A ranking as a file: asked for by a form, since taking it away is on the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.responses import Response

from incidents import queries
from incidents.errors import NoIncidentError
from people.approvals import REVEAL_NAMES, Approvable
from people.roles import Permission
from web.access.guarded import Guarded
from web.access.second import ask_second
from web.routes.cause import inquire_for
from web.world import actor_of, form_of, world_of

if TYPE_CHECKING:
    from starlette.requests import Request


def export(request: Request) -> Response:
    """The ranking with its inputs' hashes, as JSON; names are in it only when a reason is given for them."""
    from root_cause.ranking_export import export_ranking

    world, form = world_of(request), form_of(request)
    incident_id: int = request.path_params["incident_id"]
    reveal, reason = form.get("reveal") == "yes", form.get("reason", "").strip()
    if reveal and not reason:
        raise HTTPException(400)
    language, actor = world.pages.language(request), actor_of(request)
    try:
        with world.home.database.read() as session:
            queries.incident_line(session, incident_id, language=language)
    except NoIncidentError:
        raise HTTPException(404) from None
    approved = ask_second(request, Approvable(REVEAL_NAMES, str(incident_id), reason, incident_id)) if reveal else {}
    found, index = inquire_for(world, incident_id, actor, language, reason if reveal else "", approved)
    text = export_ranking(
        incident_id, found, database=world.home.database, index=index, clock=world.home.clock, actor=actor,
        reason=reason, revealed=reveal,
    )  # fmt: skip
    headers = {"Content-Disposition": f'attachment; filename="hinomi-ranking-{incident_id}.json"'}
    return Response(text, media_type="application/json", headers=headers)


ROUTES = [
    Guarded("/incidents/{incident_id:id}/root-cause/export", export, methods=["POST"], needs=Permission.ASK_CAUSE)
]
