"""The name that a person's actions are recorded under, and leaving."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse

from people.roles import Permission
from web.access.guarded import Guarded
from web.access.sessions import clean_actor
from web.world import client_of, form_of, session_of, world_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


def show(request: Request) -> Response:
    """The page on which a person says who they are."""
    return world_of(request).pages.render(request, "session.html")


def rename(request: Request) -> Response:
    """Act under another name from now on."""
    world, session = world_of(request), session_of(request)
    name = clean_actor(form_of(request).get("actor", ""))
    response = RedirectResponse("/", status_code=303)
    if session and name:
        world.sessions.put(response, replace(session, actor=name))
    return response


def leave(request: Request) -> Response:
    """End the session, in this browser and wherever its cookie was copied to."""
    world, session = world_of(request), session_of(request)
    if session:
        world.record.left(session, client_of(request))
    response = world.pages.render(request, "left.html")
    world.sessions.drop(response)
    return response


ROUTES = [
    Guarded("/session", show, methods=["GET"], needs=Permission.BE_HERE),
    Guarded("/session", rename, methods=["POST"], needs=Permission.BE_HERE),
    Guarded("/session/leave", leave, methods=["POST"], needs=Permission.BE_HERE),
]
