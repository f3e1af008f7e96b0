"""The first page: what wants somebody now, and whether the watch is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse

from alerts.outbox import failed_messages
from crawler.health import watched_sources
from incidents.casework.reading import list_tasks, to_look_at
from incidents.clocks.reading import next_clocks
from incidents.desk import front
from incidents.states import LIVE, OPEN
from people.roles import Permission
from web.access.guarded import Guarded
from web.access.own import own_incidents
from web.world import world_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

RECENT = 12
SHOWN_RUNS = 12
SHOWN_CLOCKS = 6


def overview(request: Request) -> Response:
    """Open incidents, the gravest first, sources, next runs, failed alerts, latest events."""
    world = world_of(request)
    now, language, zone = world.home.clock.now(), world.pages.language(request), world.home.settings.zone
    with world.home.database.read() as session:
        own = own_incidents(request, session)
        shown = front.overview(session, language=language, recent=RECENT, only=own)
        alerts = failed_messages(session)
        again = to_look_at(session, language=language, now=now, zone=zone)
        clocks = next_clocks(session, language=language, now=now, limit=SHOWN_CLOCKS, only=own)
        overdue = list_tasks(session, language=language, now=now, is_overdue=True, only=own)
    watched = watched_sources(world.home.settings, world.home.database, now)
    runs = sorted((s for s in watched.sources if s.next_at), key=lambda s: s.next_at or now)
    ailing = [source for source in watched.sources if any(one.alarms for one in source.conditions)]
    return world.pages.render(
        request,
        "overview.html",
        overview=shown,
        seen=max((event.id for event in shown.recent), default=0),
        live=shown.live,
        live_count=sum(shown.counts_by_state.get(state, 0) for state in LIVE),
        again=[line for line in again if own is None or line.id in own],
        overdue=overdue,
        clocks=clocks,
        unconfirmed=shown.counts_by_state.get(OPEN, 0),
        subjects=shown.subjects_concerned,
        verdicts=shown.findings_by_verdict,
        failed_alerts=alerts,
        watched=watched,
        ailing=ailing,
        runs=runs[:SHOWN_RUNS],
    )


def pulse(request: Request) -> Response:
    """The number of the latest event: the page asks for it now and then, to say when it has grown old."""
    with world_of(request).home.database.read() as session:
        return PlainTextResponse(str(front.latest_event(session, only=own_incidents(request, session))))


ROUTES = [Guarded("/", overview, needs=Permission.BE_HERE), Guarded("/pulse", pulse, needs=Permission.BE_HERE)]
