"""The list of incidents, by state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incidents import queries
from incidents.states import LIVE, STATES
from people.roles import Permission
from web.access.guarded import Guarded
from web.access.own import own_incidents
from web.world import world_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

CHOICES = ("live", "all", *STATES)


def incidents(request: Request) -> Response:
    """Every incident in the state asked for, newest first."""
    world = world_of(request)
    show = request.query_params.get("show", "live")
    show = show if show in CHOICES else "live"
    language = world.pages.language(request)
    with world.home.database.read() as session:
        lines = queries.list_incidents(
            session, language=language, state=show if show in STATES else None, only=own_incidents(request, session)
        )
    if show == "live":
        lines = [line for line in lines if line.state in LIVE]
    return world.pages.render(request, "incidents.html", lines=lines, show=show, choices=CHOICES)


ROUTES = [Guarded("/incidents", incidents, needs=Permission.SEE_CASES)]
