"""The first page: what wants somebody now, and whether the watch is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse

from alerts.outbox import failed_messages
from crawler.health import watched_sources
from incidents import queries
from incidents.casework.reading import list_tasks, to_look_at
from people.roles import Permission
from web.access.guarded import Guarded
from web.access.own import own_incidents
from web.world import world_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from incidents.views import Overview

RECENT = 12


def overview(request: Request) -> Response:
    """Open incidents, sources, next runs, failed alerts, latest events."""
    world = world_of(request)
    now = world.home.clock.now()
    with world.home.database.read() as session:
        own = own_incidents(request, session)
        shown = queries.overview(session, language=world.pages.language(request), recent=RECENT, only=own)
        alerts = failed_messages(session)
        language, zone = world.pages.language(request), world.home.settings.zone
        again = to_look_at(session, language=language, now=now, zone=zone)
        overdue = list_tasks(session, language=language, now=now, is_overdue=True, only=own)
    watched = watched_sources(world.home.settings, world.home.database, now)
    runs = sorted((s for s in watched.sources if s.next_at), key=lambda s: s.next_at or now)
    return world.pages.render(
        request,
        "overview.html",
        overview=shown,
        seen=_latest(shown),
        live=shown.live,
        again=[line for line in again if own is None or line.id in own],
        overdue=overdue,
        unconfirmed=sum(line.state == "open" for line in shown.live),
        subjects=sum(line.subjects for line in shown.live),
        verdicts=shown.findings_by_verdict,
        failed_alerts=alerts,
        watched=watched,
        runs=runs,
    )


def pulse(request: Request) -> Response:
    """The number of the latest event: the page asks for it now and then, to say when it has grown old."""
    with world_of(request).home.database.read() as session:
        shown = queries.overview(session, language="en", recent=1, only=own_incidents(request, session))
    return PlainTextResponse(str(_latest(shown)))


def _latest(shown: Overview) -> int:
    """The number of the latest event; 0 before the first."""
    return max((event.id for event in shown.recent), default=0)


ROUTES = [Guarded("/", overview, needs=Permission.BE_HERE), Guarded("/pulse", pulse, needs=Permission.BE_HERE)]
