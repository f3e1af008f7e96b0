"""Whether everything is in order: what `hinomi doctor` looks at, as far as a page may wait for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.texts import load_texts
from health.examination import examine
from people.roles import Permission
from web.access.guarded import Guarded
from web.world import world_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


def health(request: Request) -> Response:
    """Every look, and what to do where something is wrong."""
    world = world_of(request)
    language = world.pages.language(request)
    found = list(examine(world.home, thorough=False))
    wrong = sum(one.level == "bad" for one in found)
    return world.pages.render(
        request, "health.html", found=found, wrong=wrong, words=load_texts("health", language), spoken=language
    )


ROUTES = [Guarded("/health", health, needs=Permission.SEE_HEALTH)]
