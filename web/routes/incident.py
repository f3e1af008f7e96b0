"""One incident: what leaked, where, how sure, from which extract, what was done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.routing import Route

from crawler.standing import standing_at
from custody.ranking import NONE_OF_THESE
from incidents import queries
from incidents.errors import NoIncidentError
from incidents.states import CONFIRM_CSIRT, CONFIRM_OWNER, NEED_REASON
from web.world import world_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

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
        actions=_actions(page),
        done=done if f"action.{done}" in world.pages.texts(request) else "",
    )


def _actions(page: IncidentPage) -> list[Action]:
    """What the state allows, without the confirmations that were given."""
    given = {CONFIRM_CSIRT: page.line.csirt_confirmed_at, CONFIRM_OWNER: page.line.owner_confirmed_at}
    return [Action(name, name in NEED_REASON) for name in page.actions if not given.get(name)]


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


ROUTES = [Route("/incidents/{incident_id:id}", incident)]
