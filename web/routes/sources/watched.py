"""The sources: is the watch kept, and what does it bring in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.health import latest_sweeps, watched_sources
from people.roles import Permission
from web.access.guarded import Guarded
from web.world import world_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


def sources(request: Request) -> Response:
    """Every source with its health, and the latest sweeps."""
    world = world_of(request)
    watched = watched_sources(world.home.settings, world.home.database, world.home.clock.now())
    with world.home.database.read() as session:
        sweeps = latest_sweeps(session)
    return world.pages.render(
        request, "sources.html", watched=watched, sweeps=sweeps, language=world.pages.language(request)
    )


ROUTES = [Guarded("/sources", sources, needs=Permission.SEE_SOURCES)]
