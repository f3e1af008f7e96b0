"""Looks that found nothing: put on the record, listed, printed as a statement; how far looking again has got."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import select
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from exports.errors import ExportError
from exports.looks.account import look_account, record_look
from exports.looks.read import read_look, read_looks, statement_of
from incidents.models import Rescan
from people.roles import Permission
from web.access.guarded import Guarded
from web.masking.masks import masked_line
from web.world import actor_of, form_of, world_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

LONGEST = 400
SHOWN_RESCANS = 5


def looks_page(request: Request) -> Response:
    """What was looked through, the latest first, and a form for another look."""
    return _shown(request)


def look_page(request: Request) -> Response:
    """The statement of one look, to be printed."""
    world = world_of(request)
    language = world.pages.language(request)
    try:
        with world.home.database.read() as session:
            event = read_look(session, request.path_params["event_id"])
    except ExportError:
        raise HTTPException(404) from None
    statement = statement_of(event, zone=world.home.settings.zone, language=language, masked=masked_line)
    return world.pages.render(request, "look.html", statement=statement, event=event)


def look(request: Request) -> Response:
    """Put a look on the record, and show its statement."""
    world, form = world_of(request), form_of(request)
    zone, now = ZoneInfo(world.home.settings.zone), world.home.clock.now()
    try:
        since, until = date.fromisoformat(form.get("since", "")), date.fromisoformat(form.get("until", ""))
        begin = datetime.combine(since, time(), zone).astimezone(UTC)
        end = min(datetime.combine(until + timedelta(days=1), time(), zone).astimezone(UTC), now)
    except (ValueError, OverflowError):
        raise HTTPException(400) from None
    try:
        with world.home.database.read() as session:
            account = look_account(session, begin, end)
        with world.home.database.write() as session:
            event = record_look(
                session, account, what=form.get("what", "")[:LONGEST], reason=form.get("reason", "").strip()[:LONGEST],
                actor=actor_of(request), now=now,
            )  # fmt: skip
    except ExportError as error:
        return _shown(request, status=400, error=error)
    return RedirectResponse(f"/looks/{event}", status_code=303)


def _shown(request: Request, *, status: int = 200, error: ExportError | None = None) -> Response:
    world = world_of(request)
    with world.home.database.read() as session:
        found = read_looks(session)
        rescans = session.scalars(select(Rescan).order_by(Rescan.id.desc()).limit(SHOWN_RESCANS)).all()
    said, hint = error.said(world.pages.language(request)) if error else ("", "")
    return world.pages.render(request, "looks.html", status=status, looks=found, rescans=rescans, said=said, hint=hint)


ROUTES = [
    Guarded("/looks", looks_page, needs=Permission.SEE_UNSETTLED),
    Guarded("/looks", look, methods=["POST"], needs=Permission.ASK_CAUSE),
    Guarded("/looks/{event_id:id}", look_page, needs=Permission.SEE_UNSETTLED),
]
