"""What a form of an incident's page does: recorded, and back to the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from deadlines.rulebook import load_regimes
from incidents.clocks.keeping import keep
from incidents.errors import NoIncidentError
from web.world import actor_of, world_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session
    from starlette.requests import Request
    from starlette.responses import Response

NOT_THERE, SEE_OTHER = 404, 303


def record(request: Request, write: Callable[[Session, int], object], *, done: str, place: str = "") -> Response:
    """Write in one transaction, deadlines that follow from it too, and show the incident's page with what was done.

    Raises:
        HTTPException: There is no incident of the number in the address.
    """
    home = world_of(request).home
    incident_id: int = request.path_params["incident_id"]
    try:
        with home.database.write() as session:
            write(session, incident_id)
            keep(session, incident_id, load_regimes(home.settings.home), now=home.clock.now())
    except NoIncidentError:
        raise HTTPException(NOT_THERE) from None
    # After the redirect, loading the page anew repeats nothing.
    return RedirectResponse(f"/incidents/{incident_id}?done={done}{place}", status_code=SEE_OTHER)


def by_now(request: Request) -> dict[str, Any]:
    """Who acts, and when."""
    return {"actor": actor_of(request), "now": world_of(request).home.clock.now()}
