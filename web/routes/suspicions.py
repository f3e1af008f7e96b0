"""What the regular checks of the access records found: list, unmask, explain, escalate; all of it is on the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from incidents.errors import NoSuspicionError
from people.approvals import REVEAL_NAMES, Approvable
from people.roles import Permission
from root_cause.suspicions import DECISIONS, STATES, decide, list_suspicions, note_look
from web.access.guarded import Guarded
from web.access.second import ask_second
from web.world import actor_of, form_of, world_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

CHOICES = (*STATES, "all")
SHOWN = 200


def suspicions(request: Request) -> Response:
    """The suspicions in the state asked for, names masked."""
    return _page(request, request.query_params.get("show", "open"))


def reveal(request: Request) -> Response:
    """The same with names, for a reason."""
    form = form_of(request)
    if not (reason := form.get("reason", "").strip()):
        raise HTTPException(400)
    return _page(request, form.get("show", "open"), reason)


def act(request: Request) -> Response:
    """Explain or escalate one."""
    home, form = world_of(request).home, form_of(request)
    decision, number = form.get("decision", ""), request.path_params["suspicion_id"]
    if decision not in DECISIONS:
        raise HTTPException(400)
    try:
        with home.database.write() as session:
            now, reason = home.clock.now(), form.get("reason", "")
            decide(session, number, decision, actor=actor_of(request), now=now, reason=reason)
    except NoSuspicionError:
        raise HTTPException(404) from None
    return RedirectResponse(f"/suspicions?show={DECISIONS[decision]}", status_code=303)


def _page(request: Request, show: str, reason: str = "") -> Response:
    world = world_of(request)
    show = show if show in CHOICES else "open"
    approved = ask_second(request, Approvable(REVEAL_NAMES, "suspicions", reason)) if reason else {}
    with world.home.database.write() as session:
        found = list_suspicions(
            session,
            language=world.pages.language(request),
            state=None if show == "all" else show,
            reveal=bool(reason),
        )[:SHOWN]
        if found:
            note_look(
                session, len(found), actor=actor_of(request), now=world.home.clock.now(), reason=reason,
                approved=approved,
            )  # fmt: skip
    return world.pages.render(
        request, "suspicions.html", found=found, show=show, choices=CHOICES, revealed=bool(reason)
    )


ROUTES = [
    Guarded("/suspicions", suspicions, needs=Permission.SEE_SUSPICIONS),
    Guarded("/suspicions/names", reveal, methods=["POST"], needs=Permission.REVEAL_NAMES),
    Guarded("/suspicions/{suspicion_id:id}", act, methods=["POST"], needs=Permission.SETTLE_SUSPICIONS),
]
