"""Leaving."""

from __future__ import annotations

from typing import TYPE_CHECKING

from people.roles import Permission
from web.access.guarded import Guarded
from web.world import session_of, world_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


def leave(request: Request) -> Response:
    """End the session, in this browser and wherever its cookie was copied to."""
    world, session = world_of(request), session_of(request)
    if session:
        world.arrivals.left(request, session)
    response = world.pages.render(request, "left.html")
    world.sessions.drop(response)
    return response


ROUTES = [Guarded("/session/leave", leave, methods=["POST"], needs=Permission.BE_HERE)]
