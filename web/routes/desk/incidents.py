"""The list of incidents: the gravest first, filtered, ordered, a page at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incidents.desk.lists import NOBODY, ORDERS, URGENT, ListFilter, list_page
from incidents.severity import LEVELS
from incidents.states import LIVE, STATES
from people.roles import Permission
from web.access.guarded import Guarded
from web.access.own import own_incidents
from web.routes.desk.incident import page_of
from web.world import actor_of, world_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

LONGEST = 200
LIVE_ONES, ALL, MINE = "live", "all", "mine"
CHOICES = (LIVE_ONES, ALL, *STATES)


def incidents(request: Request) -> Response:
    """The incidents that are asked for, those that are not over unless others are."""
    world, asked = world_of(request), request.query_params
    show = _one_of(asked.get("show", LIVE_ONES), CHOICES, LIVE_ONES)
    order = _one_of(asked.get("order", URGENT), ORDERS, URGENT)
    severity = _one_of(asked.get("severity", ""), ("", *LEVELS), "")
    given = {name: asked.get(name, "").strip()[:LONGEST] for name in ("assignee", "source", "extract")}
    assignee = actor_of(request).name if given["assignee"] == MINE else given["assignee"]
    with world.home.database.read() as session:
        wanted = ListFilter(
            states=LIVE if show == LIVE_ONES else () if show == ALL else (show,), severity=severity,
            assignee=assignee, source=given["source"], extract=given["extract"], only=own_incidents(request, session),
        )  # fmt: skip
        found = list_page(
            session, wanted, language=world.pages.language(request), order=order, page=page_of(request, "page")
        )
    return world.pages.render(
        request, "incidents.html", found=found, lines=found.lines, show=show, choices=CHOICES, order=order,
        orders=ORDERS, severity=severity, levels=tuple(reversed(LEVELS)), given=given, nobody=NOBODY,
        is_filtered=bool(severity or any(given.values())),
    )  # fmt: skip


def _one_of(asked: str, allowed: tuple[str, ...], otherwise: str) -> str:
    return asked if asked in allowed else otherwise


ROUTES = [Guarded("/incidents", incidents, needs=Permission.SEE_CASES)]
