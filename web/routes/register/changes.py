"""What changes an extract or a copy of it: each from a day on and for a reason, and an event of the register."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from custody.errors import RegisterError
from custody.lifecycle import COPY, ERASE, REOPEN, RETURN
from custody.models import Extract
from custody.register import holdings
from custody.register.holdings import copy_on, end, reopen, set_extract
from custody.register.processors import get_processor
from people.roles import Permission
from web.access.guarded import Guarded
from web.routes.register.asked import TEXT_LIMIT, act_of, field_of, found
from web.routes.register.extracts import extract_fields
from web.routes.register.particular import is_enrolled, show_extract
from web.world import form_of, world_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from starlette.requests import Request
    from starlette.responses import Response

    from custody.register.history import Act

LEND, CHANGE = "lend", "change"
DEEDS: Final = (LEND, COPY, RETURN, ERASE, REOPEN, CHANGE)


def act(request: Request) -> Response:
    """Do what the form says, in one transaction, and show the extract."""
    deed = form_of(request).get("do", "")
    if deed not in DEEDS:
        raise HTTPException(400)
    try:
        with world_of(request).home.database.write() as session:
            extract = found(session, Extract, request.path_params["extract_id"])
            _do(request, session, extract, deed, act_of(request))
    except RegisterError as error:
        return show_extract(request, error)
    return RedirectResponse(f"/register/extracts/{request.path_params['extract_id']}?done={deed}", status_code=303)


def _do(request: Request, session: Session, extract: Extract, deed: str, act: Act) -> None:
    holder, taker = field_of(request, "holder"), field_of(request, "to")
    if deed == LEND:
        holdings.lend(session, extract, get_processor(session, taker), act)
    elif deed == COPY:
        copy_on(session, extract.name, holder, taker, act)
    elif deed in {RETURN, ERASE}:
        certificate = field_of(request, "certificate", TEXT_LIMIT) if deed == ERASE else ""
        end(session, extract.name, holder, deed, act, certificate=certificate)
    elif deed == REOPEN:
        reopen(session, extract.name, holder, act)
    else:
        set_extract(session, extract.name, extract_fields(request, is_enrolled=is_enrolled(session, extract)), act)


ROUTES = [
    Guarded("/register/extracts/{extract_id:id}", act, methods=["POST"], needs=Permission.CHANGE_REGISTER),
]
