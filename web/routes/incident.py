"""One incident: what leaked, where, how sure, from which extract, what was done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse

from core.clock import clock_error
from crawler.record.standing import standing_at
from custody.ranking import NONE_OF_THESE
from incidents import actions, queries
from incidents.errors import NoIncidentError
from incidents.online.takedown import takedown_text
from incidents.states import BY, CONFIRM_CSIRT, CONFIRM_OWNER, NEED_REASON
from people.roles import Permission
from web.access.guarded import Guarded
from web.routes.casework.shown import is_action, shown_casework
from web.world import actor_of, world_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from core.actors import Actor
    from incidents.views import IncidentPage


@dataclass(frozen=True, slots=True)
class ExtractLine:
    """One extract in the ranking; an empty name is "none of these"."""

    name: str
    processor: str
    covered: int
    of: int
    size: int
    score: float
    tied_with: tuple[str, ...]

    @property
    def part(self) -> float:
        """The share of the leaked customers that it explains."""
        return min(self.covered / self.of, 1.0) if self.of else 0.0


@dataclass(frozen=True, slots=True)
class Action:
    """Something the state allows now."""

    name: str
    needs_reason: bool


def incident(request: Request) -> Response:
    """The page of one incident."""
    world = world_of(request)
    incident_id = request.path_params["incident_id"]
    try:
        with world.home.database.read() as session:
            page = queries.incident(
                session, incident_id, language=world.pages.language(request), zone=world.home.settings.zone
            )
            standings = standing_at(session, [(one.source, one.address) for one in page.documents])
            casework = shown_casework(request, session, incident_id)
    except NoIncidentError:
        raise HTTPException(404) from None
    done = request.query_params.get("done", "")
    return world.pages.render(
        request,
        "incident.html",
        page=page,
        line=page.line,
        extracts=[_extract(found, page) for found in page.extracts],
        documents=page.documents,
        standings=standings,
        events=list(reversed(page.timeline)),
        actions=_actions(page, actor_of(request)),
        done=done if is_action(done, world.pages.language(request)) else "",
        **casework,
    )


def _actions(page: IncidentPage, actor: Actor) -> list[Action]:
    """What the state allows and whoever looks may decide, without the confirmations that were given."""
    given = {CONFIRM_CSIRT: page.line.csirt_confirmed_by, CONFIRM_OWNER: page.line.owner_confirmed_by}
    is_given = {CONFIRM_CSIRT: page.line.csirt_confirmed_at, CONFIRM_OWNER: page.line.owner_confirmed_at}
    is_one_side = actor.name in given.values()  # the other side is somebody else's
    theirs = [name for name in page.actions if BY[name] in actor.roles and not is_given.get(name)]
    return [Action(name, name in NEED_REASON) for name in theirs if not (is_one_side and name in given)]


def _extract(found: dict[str, Any], page: IncidentPage) -> ExtractLine:
    return ExtractLine(
        name="" if found.get("extract") == NONE_OF_THESE else str(found.get("extract", "")),
        processor=str(found.get("processor") or ""),
        covered=int(found.get("covered", 0)),
        of=int(found.get("of") or page.line.subjects),
        size=int(found.get("size", 0)),
        score=float(found.get("score", 0)),
        tied_with=tuple(found.get("tied_with", ())),
    )


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
