"""What happens with a version: approved or returned by somebody else than who wrote it, and filed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse

from deadlines.rulebook import load_regimes
from people.roles import Permission
from reports.filing import decide, file_version, get_version
from web.access.guarded import Guarded
from web.forms import as_moment
from web.recorded import SEE_OTHER, by_now
from web.routes.reports.subjects import INCIDENT, QUARTER, about_in, form_in, place_of
from web.world import form_of, world_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


def decision(request: Request) -> Response:
    """Approve a version, or return it with a reason."""
    about, form, given = about_in(request), form_in(request), form_of(request)
    approve = given.get("do") == "approve"
    with world_of(request).home.database.write() as session:
        version = get_version(session, form.name, about, request.path_params["number"])
        decide(session, version, approve=approve, reason=given.get("reason", ""), **by_now(request))
    done = "approved" if approve else "returned"
    return RedirectResponse(f"{place_of(about)}/{form.name}?done={done}", status_code=SEE_OTHER)


def filing(request: Request) -> Response:
    """Say that an approved version was handed in, and which deadlines that meets."""
    about, form, given = about_in(request), form_in(request), form_of(request)
    home, who = world_of(request).home, by_now(request)
    meets = [name for name in form.clocks if given.get(f"meets-{name}") == "yes"]
    with home.database.write() as session:
        version = get_version(session, form.name, about, request.path_params["number"])
        file_version(
            session, version, recipient=given.get("recipient", ""), reference=given.get("reference", ""),
            at=as_moment(given.get("at", ""), home.settings.zone) or who["now"], meets=meets,
            book=load_regimes(home.settings.home), **who,
        )  # fmt: skip
    return RedirectResponse(f"{place_of(about)}/{form.name}?done=filed", status_code=SEE_OTHER)


VERSION = "/{form}/versions/{number:id}"
ROUTES = [
    Guarded(f"{INCIDENT}{VERSION}/decision", decision, methods=["POST"], needs=Permission.APPROVE_REPORTS),
    Guarded(f"{INCIDENT}{VERSION}/filing", filing, methods=["POST"], needs=Permission.STEER_CASES),
    Guarded(f"{QUARTER}{VERSION}/decision", decision, methods=["POST"], needs=Permission.APPROVE_REPORTS),
    Guarded(f"{QUARTER}{VERSION}/filing", filing, methods=["POST"], needs=Permission.STEER_CASES),
]
