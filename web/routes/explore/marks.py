"""Stars, tags and comments on access records and events, and records taken into a timeline with one action."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from core.clock import local
from incidents.errors import NoIncidentError
from incidents.marks import COMMENT, EVENT, RECORD, STAR, TAG, pull_records, put_mark, take_mark
from incidents.models import Event
from people.roles import Permission
from root_cause.dossier.opened import shown_value
from trails.explore.handles import is_masked
from trails.explore.rows import read_rows_at
from web.access.guarded import Guarded
from web.exploring import records_of
from web.world import actor_of, form_of, world_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


DEEDS: Final = {
    "star": (put_mark, STAR), "unstar": (take_mark, STAR), "tag": (put_mark, TAG), "untag": (take_mark, TAG),
    "comment": (put_mark, COMMENT),
}  # fmt: skip


def on_record(request: Request) -> Response:
    """Mark an access record."""
    part, row = request.path_params["part"], request.path_params["row"]
    known = records_of(request).explorer.part(part)
    if known is None or row >= known.head.rows:
        raise HTTPException(404)
    _mark(request, RECORD, f"{part}.{row}", None)
    return RedirectResponse(f"/records/{part}/{row}#marks", status_code=303)


def on_event(request: Request) -> Response:
    """Mark an event of an incident's timeline."""
    incident_id, event_id = request.path_params["incident_id"], request.path_params["event_id"]
    with world_of(request).home.database.read() as session:
        event = session.get(Event, event_id)
        if event is None or event.incident_id != incident_id:
            raise HTTPException(404)
    _mark(request, EVENT, str(event_id), incident_id)
    return RedirectResponse(f"/incidents/{incident_id}#event-{event_id}", status_code=303)


def pull(request: Request) -> Response:
    """Take one access record into the timeline of an incident."""
    form, world = form_of(request), world_of(request)
    part, row = request.path_params["part"], request.path_params["row"]
    number = form.get("incident", "").strip().removeprefix("#")
    opened = records_of(request)
    known = opened.explorer.part(part)
    if known is None or row >= known.head.rows:
        raise HTTPException(404)
    if not (number.isdecimal() and len(number) < 10):  # noqa: PLR2004  # as in addresses
        raise HTTPException(400)
    one = read_rows_at(opened.explorer, {part: np.array([row])}).row(0, named=True)
    kind = next((name for name in ("operator", "account", "terminal", "address") if one[name]), "operator")
    when = one["when"]
    written = f"{local(when, opened.explorer.zone):%Y-%m-%d %H:%M:%S}" if when else "–"
    data = {
        "holder": kind, "name": shown_value(kind, one[kind], opened.handles) if is_masked(kind) else "", "records": 1,
        "covered": "–", "of": "–", "first": written, "last": written, "said": form.get("text", "").strip(),
        "record": f"{part}.{row}", "action": one["action"] or "",
    }  # fmt: skip
    now = world.home.clock.now()
    try:
        with world.home.database.write() as session:
            pull_records(session, int(number), data, actor=actor_of(request), now=now, happened_at=when or now)
    except NoIncidentError:
        raise HTTPException(404) from None
    return RedirectResponse(f"/incidents/{number}#timeline", status_code=303)


def _mark(request: Request, about_kind: str, about: str, incident_id: int | None) -> None:
    form, world = form_of(request), world_of(request)
    if form.get("do") not in DEEDS:
        raise HTTPException(400)
    deed, kind = DEEDS[form["do"]]
    with world.home.database.write() as session:
        deed(
            session, about_kind, about, kind, form.get("text", ""), actor=actor_of(request),
            now=world.home.clock.now(), incident_id=incident_id,
        )  # fmt: skip


ROUTES = [
    Guarded("/records/{part:id}/{row:id}/marks", on_record, methods=["POST"], needs=Permission.ASK_CAUSE),
    Guarded("/records/{part:id}/{row:id}/pull", pull, methods=["POST"], needs=Permission.ASK_CAUSE),
    Guarded(
        "/incidents/{incident_id:id}/events/{event_id:id}/marks", on_event, methods=["POST"],
        needs=Permission.WORK_CASES,
    ),
]  # fmt: skip
