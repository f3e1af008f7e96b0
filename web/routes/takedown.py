"""A request to take a leak down, as a text to send: asked for by a form, since the places are in it unmasked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from core.clock_error import clock_error
from incidents import actions, queries
from incidents.errors import NoIncidentError
from incidents.takedown import takedown_text
from web.world import actor_of, world_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


def takedown(request: Request) -> Response:
    """The text, as a file."""
    world, incident_id = world_of(request), request.path_params["incident_id"]
    settings, language = world.home.settings, world.pages.language(request)
    try:
        with world.home.database.write() as session:
            views = queries.documents(session, incident_id)
            actions.draft_takedown(
                session, incident_id, len(views), actor=actor_of(request), now=world.home.clock.now()
            )
    except NoIncidentError:
        raise HTTPException(404) from None
    text = takedown_text(
        views, language=language, contact=settings.crawler.contact, zone=settings.zone, clock=clock_error(),
        reference=f"hinomi-{incident_id}",
    )  # fmt: skip
    headers = {"Content-Disposition": f'attachment; filename="hinomi-takedown-{incident_id}.txt"'}
    return PlainTextResponse(text, headers=headers)


ROUTES = [Route("/incidents/{incident_id:id}/takedown", takedown, methods=["POST"])]
