"""Forms of an incident's page: whose it is, hand-overs, days on which somebody looks again."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from incidents.casework import hand_over as handing
from incidents.errors import SearchError
from people.roles import Permission
from people.workers import as_worker
from web.access.guarded import Guarded
from web.recorded import by_now, record
from web.world import form_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from starlette.requests import Request
    from starlette.responses import Response


def hand_over(request: Request) -> Response:
    """Hand the incident over to somebody, with a note."""
    form = form_of(request)

    def write(session: Session, incident_id: int) -> None:
        to = as_worker(session, form.get("to", ""))
        handing.hand_over(session, incident_id, to, note=form.get("note", ""), **by_now(request))

    return record(request, write, done=handing.HANDED_OVER)


def take(request: Request) -> Response:
    """Whoever it was handed over to takes it."""

    def write(session: Session, incident_id: int) -> None:
        handing.acknowledge(session, incident_id, **by_now(request))

    return record(request, write, done=handing.TAKEN)


def come_back(request: Request) -> Response:
    """Somebody looks again on a day; without a day, it is settled."""
    form = form_of(request)
    is_cleared = form.get("do") == "clear"

    def write(session: Session, incident_id: int) -> None:
        if is_cleared:
            handing.clear_come_back(session, incident_id, said=form.get("why", ""), **by_now(request))
            return
        day = _day(form.get("day", ""))
        handing.come_back_on(session, incident_id, day, why=form.get("why", ""), **by_now(request))

    return record(request, write, done=handing.COME_BACK_CLEARED if is_cleared else handing.COME_BACK_SET)


def _day(given: str) -> date:
    try:
        return date.fromisoformat(given.strip())
    except ValueError:
        raise SearchError("no_day", name="day", value=given[:20]) from None


AT = "/incidents/{incident_id:id}"
ROUTES = [
    Guarded(f"{AT}/hand-over", hand_over, methods=["POST"], needs=Permission.WORK_CASES),
    Guarded(f"{AT}/take", take, methods=["POST"], needs=Permission.WORK_CASES),
    Guarded(f"{AT}/come-back", come_back, methods=["POST"], needs=Permission.WORK_CASES),
]
