"""One access record: its fields masked, the import that brought it, its proof, and the line it was made of."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import select
from starlette.exceptions import HTTPException

from core.query.expressions import Between, Is, all_of
from core.query.writer import unparse
from fingerprints.secrets.keys import former_keys
from incidents.marks import RECORD, marks_of
from people.approvals import REVEAL_NAMES, Approvable
from people.roles import Permission
from root_cause.dossier.opened import COLUMNS, read_kept_line, shown_records
from trails.errors import DamagedTrailError
from trails.explore.handles import is_masked
from trails.explore.language import FIELDS
from trails.explore.rows import read_rows_at
from trails.models import TrailImport, TrailPart
from trails.store.kept_lines import lines_path
from transparency.models import LogHead, LogLeaf
from web.access.guarded import Guarded
from web.access.second import ask_second
from web.exploring import LINE_SHOWN, REVEALED, note, note_look, records_of
from web.world import form_of, world_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from starlette.requests import Request
    from starlette.responses import Response

    from root_cause.dossier.opened import OpenedRecords
    from trails.explore.explorer import PartLens
    from trails.explore.handles import Handles

NOON: Final = time(12)
NOT_KEPT, DAMAGED = "not-kept", "damaged"


def record(request: Request) -> Response:
    """The record with its names masked."""
    note_look(request)
    return _page(request)


def names(request: Request) -> Response:
    """The record with names, for a reason."""
    reason, place = _reason(request), _written(request)
    approved = ask_second(request, Approvable(REVEAL_NAMES, f"record {place}", reason))
    page = _page(request, reveal=True)
    note(request, REVEALED, {"reason": reason, "query": f"record {place}", **approved})
    return page


def line(request: Request) -> Response:
    """The record with the line that it was made of, for a reason."""
    reason, place = _reason(request), _written(request)
    approved = ask_second(request, Approvable(REVEAL_NAMES, f"line {place}", reason))
    opened, part, row = _found(request)
    digest = int(read_rows_at(opened.explorer, {part.number: np.array([row])}, ["line"])["line"][0])
    settings = world_of(request).home.settings
    keys = [opened.key, *former_keys(settings.key, settings.home)]
    problem, text = "", None
    try:
        text = read_kept_line(part.path, digest, keys)
        problem = NOT_KEPT if text is None else ""
    except DamagedTrailError:
        problem = DAMAGED
    note(request, LINE_SHOWN, {"reason": reason, "record": place, "found": not problem, **approved})
    return _page(request, raw=text, problem=problem, reveal=not problem)


def _reason(request: Request) -> str:
    if not (reason := form_of(request).get("reason", "").strip()):
        raise HTTPException(400)
    return reason


def _written(request: Request) -> str:
    return f"{request.path_params['part']}.{request.path_params['row']}"


def _found(request: Request) -> tuple[OpenedRecords, PartLens, int]:
    """The record that an address names.

    Raises:
        HTTPException: There is none.
    """
    number, row = request.path_params["part"], request.path_params["row"]
    with world_of(request).home.database.read() as session:
        if session.get(TrailPart, number) is None:  # before a key is asked for
            raise HTTPException(404)
    opened = records_of(request)
    part = opened.explorer.part(number)
    if part is None or row >= part.head.rows:
        raise HTTPException(404)
    return opened, part, row


def _page(request: Request, *, reveal: bool = False, raw: str | None = None, problem: str = "") -> Response:
    world = world_of(request)
    opened, part, row = _found(request)
    frame = read_rows_at(opened.explorer, {part.number: np.array([row])})
    own = frame.row(0, named=True)
    shown = shown_records(frame, opened.handles, reveal=reveal)[0]
    place = _written(request)
    with world.home.database.read() as session:
        file = session.get_one(TrailPart, part.number)
        brought = session.get_one(TrailImport, part.import_id)
        proof = _proof(session, part.number)
        marked = marks_of(session, RECORD, place)
    return world.pages.render(
        request, "explore_record.html", place=place, file=file, row=row, shown=shown, columns=COLUMNS, own=own,
        digest=f"{own['line']:016x}", brought=brought, proof=proof, raw=raw, problem=problem, revealed=reveal,
        kept=lines_path(part.path).is_file(), beside=_beside(opened, own, place), marked=marked,
        zone=opened.explorer.zone, mapping=_shown_mapping(brought.mapping, opened.handles, reveal=reveal),
    )  # fmt: skip


def _shown_mapping(mapping: dict[str, Any], handles: Handles, *, reveal: bool) -> dict[str, Any]:
    """How the log was read; constants are values of records like any other, and as masked."""
    constants = {
        name: value if reveal or not is_masked(name) else handles.masked(name, value)
        for name, value in mapping.get("constants", {}).items()
    }
    return mapping | {"constants": constants}


def _beside(opened: OpenedRecords, own: dict[str, Any], place: str) -> dict[str, str]:
    """Searches for what else was done: in the session, by the account and the operator that night."""
    zone = ZoneInfo(opened.explorer.zone)
    found = {}
    if own["session"]:
        found["session"] = unparse(Is("session", f"~{place}"), FIELDS, opened.explorer.zone)
    if own["when"] is not None:
        here = own["when"].astimezone(zone)
        # A night is one: from noon to noon.
        begin = datetime.combine(here.date() - timedelta(days=here.time() < NOON), NOON, zone)
        night = Between("when", begin, begin + timedelta(days=1))
        for name in ("account", "operator", "terminal"):
            if own[name] and is_masked(name):
                asked = all_of([Is(name, opened.handles.of(name, own[name])), night])
                found[name] = unparse(asked, FIELDS, opened.explorer.zone)
    return found


def _proof(session: Session, part: int) -> dict[str, Any]:
    """The leaf of the file that the record stands in, and whether a signed head covers it."""
    asked = select(LogLeaf.position).where(LogLeaf.kind == "trail-part", LogLeaf.row_id == part)
    leaf = session.scalar(asked.order_by(LogLeaf.position.desc()).limit(1))
    if leaf is None:
        return {"leaf": None, "signed": False}
    signed = session.scalar(select(LogHead.size).where(LogHead.size > leaf).limit(1)) is not None
    return {"leaf": leaf, "signed": signed}


ROUTES = [
    Guarded("/records/{part:id}/{row:id}", record, needs=Permission.SEE_CAUSE),
    Guarded("/records/{part:id}/{row:id}/names", names, methods=["POST"], needs=Permission.REVEAL_NAMES),
    Guarded("/records/{part:id}/{row:id}/line", line, methods=["POST"], needs=Permission.REVEAL_NAMES),
]
