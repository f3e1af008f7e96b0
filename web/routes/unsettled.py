"""Documents that opened no incident and are not clear either: not read whole, or with a few of ours among others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incidents import queries
from incidents.findings import OVERLAP, UNREAD
from people.roles import Permission
from web.access.guarded import Guarded
from web.world import world_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

CHOICES = (UNREAD, OVERLAP)


def unsettled(request: Request) -> Response:
    """The latest findings of the verdict asked for."""
    world = world_of(request)
    show = request.query_params.get("show", UNREAD)
    show = show if show in CHOICES else UNREAD
    with world.home.database.read() as session:
        found = queries.other_findings(session, verdict=show)
    return world.pages.render(request, "unsettled.html", found=found, show=show, choices=CHOICES)


ROUTES = [Guarded("/unsettled", unsettled, needs=Permission.SEE_UNSETTLED)]
