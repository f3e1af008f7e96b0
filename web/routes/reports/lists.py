"""The reports that there are: of everything, of one incident, of one quarter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.clock import local
from people.roles import Permission, may
from reports.forms import load_forms
from reports.models import VERSION_STATES
from reports.quarter import Quarter, quarter_of
from reports.reading import VersionFilter, list_forms, version_page, waiting_for
from reports.rights import needed_for
from web.access.guarded import Guarded
from web.access.own import own_incidents
from web.routes.desk.incident import page_of
from web.routes.reports.subjects import INCIDENT, QUARTER, about_in, line_of, place_of
from web.world import actor_of, world_of

if TYPE_CHECKING:
    from datetime import date

    from starlette.requests import Request
    from starlette.responses import Response

QUARTERS_BACK = 5


def everything(request: Request) -> Response:
    """What waits for whoever looks, versions of all reports, and the quarters that a report can be about."""
    world, actor = world_of(request), actor_of(request)
    language, now = world.pages.language(request), world.home.clock.now()
    form, state = request.query_params.get("form", ""), request.query_params.get("state", "")
    forms = [name for name, one in load_forms().items() if may(actor, needed_for(one))]
    with world.home.database.read() as session:
        own = own_incidents(request, session)
        wanted = VersionFilter(form if form in forms else "", state if state in VERSION_STATES else "", own)
        mine = waiting_for(session, language=language, actor=actor, now=now, only=own)
        found = version_page(session, wanted, language=language, actor=actor, page=page_of(request, "page"))
    today = local(now, world.home.settings.zone).date()
    quarters = _quarters(today) if may(actor, Permission.SEE_QUARTERS) else []
    return world.pages.render(
        request, "reports.html", found=found, versions=found.lines, mine=mine, quarters=quarters, wanted=wanted,
        forms=forms, states=VERSION_STATES,
    )  # fmt: skip


def of_one(request: Request) -> Response:
    """How every form of an incident, or of a quarter, stands."""
    world, about = world_of(request), about_in(request)
    with world.home.database.read() as session:
        line = line_of(request, session, about)
        forms = list_forms(session, about, language=world.pages.language(request), actor=actor_of(request))
    return world.pages.render(
        request, "reports_of.html", line=line, about=about, place=place_of(about), forms=forms
    )  # fmt: skip


def _quarters(today: date) -> list[Quarter]:
    """This quarter and some before it."""
    found = [quarter_of(today)]
    while len(found) < QUARTERS_BACK:
        found.append(found[-1].before)
    return found


ROUTES = [
    Guarded("/reports", everything, needs=Permission.SEE_CASES),
    Guarded(INCIDENT, of_one, needs=Permission.SEE_CASES),
    Guarded(QUARTER, of_one, needs=Permission.SEE_QUARTERS),
]
