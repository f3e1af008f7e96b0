"""The sources: is the watch kept, and what does it bring in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.health import cut_off_sweeps, latest_sweeps, watched_sources
from people.roles import Permission
from web.access.guarded import Guarded
from web.world import world_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


def sources(request: Request) -> Response:
    """Every source with its health, those that alarm first, and the latest sweeps."""
    world = world_of(request)
    watched = watched_sources(world.home.settings, world.home.database, world.home.clock.now())
    with world.home.database.read() as session:
        sweeps, cut = latest_sweeps(session), cut_off_sweeps(session, world.home.clock.now())
    first = sorted(watched.sources, key=lambda one: not any(condition.alarms for condition in one.conditions))
    return world.pages.render(
        request, "sources.html", watched=watched, sources=first, sweeps=sweeps, cut=cut,
        language=world.pages.language(request),
    )  # fmt: skip


ROUTES = [Guarded("/sources", sources, needs=Permission.SEE_SOURCES)]
