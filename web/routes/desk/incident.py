"""One incident as a workbench: what is known at first sight, the story, what is next, and everything behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse

from core.clock import clock_error, local
from crawler.record.standing import standing_at
from incidents import actions, queries
from incidents.desk.places import place_page, telling_of
from incidents.desk.story import story_of
from incidents.errors import NoIncidentError
from incidents.marks import EVENT, marks_of_many
from incidents.online.takedown import takedown_text
from incidents.states import BY, CONFIRM_CSIRT, CONFIRM_OWNER, NEED_REASON, actions_from
from people.roles import Permission
from web.access.guarded import Guarded
from web.routes.casework.deadlines import reports_due, shown_deadlines
from web.routes.casework.shown import is_action, shown_casework
from web.routes.desk.glance import glance
from web.world import actor_of, world_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from core.actors import Actor
    from incidents.views import IncidentLine

RECENT_EVENTS = 25


@dataclass(frozen=True, slots=True)
class Action:
    """Something the state allows now."""

    name: str
    needs_reason: bool


def incident(request: Request) -> Response:
    """The page of one incident."""
    world, incident_id = world_of(request), request.path_params["incident_id"]
    settings, language, actor = world.home.settings, world.pages.language(request), actor_of(request)
    try:
        with world.home.database.read() as session:
            line = queries.incident_line(session, incident_id, language=language)
            telling = telling_of(session, incident_id, zone=settings.zone)
            casework = shown_casework(request, session, incident_id)
            reports = reports_due(request, session, incident_id)
            places = place_page(session, incident_id, page=page_of(request, "places"))
            events, count = queries.latest_events(session, incident_id, language=language, limit=RECENT_EVENTS)
            shown: dict[str, Any] = {
                "glance": glance(
                    session, line, telling, casework["casework"], actor=actor, language=language,
                    today=local(world.home.clock.now(), settings.zone).date(), reports=reports.pressing,
                ),
                "clock_reports": reports.standings,
                "story": story_of(session, incident_id),
                "marked": marks_of_many(session, EVENT, [str(event.id) for event in events]),
                "merged": queries.merged_into(session, incident_id, language=language),
                **shown_deadlines(request, session, incident_id),
                "standings": standing_at(session, [(one.source, one.address) for one in places.views]),
            }  # fmt: skip
    except NoIncidentError:
        raise HTTPException(404) from None
    done = request.query_params.get("done", "")
    return world.pages.render(
        request, "incident.html", line=line, telling=telling, places=places, events=events, event_count=count,
        actions=_actions(line, actor), asked_action=request.query_params.get("do", ""),
        done=done if is_action(done, language) else "", **shown, **casework,
    )  # fmt: skip


def page_of(request: Request, name: str) -> int:
    """The page that a parameter asks for; the first when it asks for none."""
    asked = request.query_params.get(name, "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 1  # noqa: PLR2004  # digits


def _actions(line: IncidentLine, actor: Actor) -> list[Action]:
    """What the state allows and whoever looks may decide, without the confirmations that were given."""
    given = {CONFIRM_CSIRT: line.csirt_confirmed_by, CONFIRM_OWNER: line.owner_confirmed_by}
    is_given = {CONFIRM_CSIRT: line.csirt_confirmed_at, CONFIRM_OWNER: line.owner_confirmed_at}
    is_one_side = actor.name in given.values()  # the other side is somebody else's
    allowed = actions_from(line.state) if line.merged_into is None else ()
    theirs = [name for name in allowed if BY[name] in actor.roles and not is_given.get(name)]
    return [Action(name, name in NEED_REASON) for name in theirs if not (is_one_side and name in given)]


def takedown(request: Request) -> Response:
    """The text, as a file."""
    world, incident_id = world_of(request), request.path_params["incident_id"]
    settings, language = world.home.settings, world.pages.language(request)
    try:
        with world.home.database.write() as session:
            views = queries.documents(session, incident_id)
            actions.draft_takedown(
                session, incident_id, len(views), actor=actor_of(request), now=world.home.clock.now()
            )
    except NoIncidentError:
        raise HTTPException(404) from None
    text = takedown_text(
        views, language=language, contact=settings.crawler.contact, zone=settings.zone, clock=clock_error(),
        reference=f"hinomi-{incident_id}",
    )  # fmt: skip
    headers = {"Content-Disposition": f'attachment; filename="hinomi-takedown-{incident_id}.txt"'}
    return PlainTextResponse(text, headers=headers)


ROUTES = [
    Guarded("/incidents/{incident_id:id}", incident, needs=Permission.SEE_CASES),
    Guarded("/incidents/{incident_id:id}/takedown", takedown, methods=["POST"], needs=Permission.WORK_CASES),
]
