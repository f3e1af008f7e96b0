"""Taking an incident away: what can be had, what was asked for, and the files that are ready."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, RedirectResponse, StreamingResponse

from core.query.errors import QueryError
from core.texts import load_texts
from exports.deed import check_allowed, check_own, made_export, needed_permissions, second_person_for
from exports.errors import ExportError
from exports.formats import load_formats
from exports.lists import LISTS
from exports.models import ExportRow
from exports.queue import DONE, ask_for, exports_of, file_of
from exports.wish import REASON_LENGTH, ExportWish
from incidents import queries
from incidents.errors import NoIncidentError
from people.roles import Permission, may
from web.access.guarded import Guarded
from web.access.second import ask_second
from web.masking.applied import PageMasks
from web.world import actor_of, form_of, world_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from starlette.requests import Request
    from starlette.responses import Response

    from core.errors import SpokenError
    from exports.deed import MadeExport

NOT_THERE, WRONG_USE, SEE_OTHER = 404, 400, 303
AT_ONCE: int = 1000
"""Of an incident with more places than that, everything is made in the background."""
FIELDS = ("format", "list", "events", "documents", "recipient", "reason")
"""What a form that was refused holds again."""
_CHUNK = 1 << 16


def export_page(request: Request) -> Response:
    """The formats, and what was asked for before."""
    return _shown(request)


def make(request: Request) -> Response:
    """Make an export: at once where that is quick, else it is put in line; the reason goes on record."""
    world, form, actor = world_of(request), form_of(request), actor_of(request)
    incident_id: int = request.path_params["incident_id"]
    wish = ExportWish(
        form=form.get("format", ""), incident_id=incident_id, events=form.get("events", "").strip(),
        documents=form.get("documents", "").strip(),
        chosen=form.get("list", "") if form.get("format") in _with_lists() else "", reveal=form.get("reveal") == "yes",
        reason=form.get("reason", "").strip()[:REASON_LENGTH], recipient=form.get("recipient", "").strip(),
        language=world.pages.language(request), push=form.get("push") == "yes",
    )  # fmt: skip
    if not wish.reason:
        raise HTTPException(WRONG_USE)
    try:
        check_allowed(wish, actor)
        approvable = second_person_for(wish, world.home, PageMasks(), actor=actor)
        approved = ask_second(request, approvable) if approvable else {}
        if _is_long(request, wish):
            with world.home.database.write() as session:
                ask_for(session, wish, actor=actor, approved=approved, now=world.home.clock.now())
            return RedirectResponse(f"/incidents/{incident_id}/export", status_code=SEE_OTHER)
        making = made_export(wish, world.home, masks=PageMasks(), actor=actor, approved=approved)
        made = making.__enter__()
    except NoIncidentError:
        raise HTTPException(NOT_THERE) from None
    except (ExportError, QueryError) as error:
        return _shown(request, status=WRONG_USE, error=error)
    headers = {
        "Content-Disposition": f'attachment; filename="{wish.file_name}"', "Content-Length": str(made.size_bytes),
        "X-SHA-256": made.sha256,
    }  # fmt: skip
    media_type = "application/octet-stream" if wish.recipient else load_formats()[wish.form].media_type
    return StreamingResponse(_read(making, made), media_type=media_type, headers=headers)


def fetch(request: Request) -> Response:
    """A file that is ready, for whoever asked for it."""
    world, actor = world_of(request), actor_of(request)
    with world.home.database.read() as session:
        row = session.get(ExportRow, request.path_params["export_id"])
    if row is None or row.incident_id != request.path_params["incident_id"]:
        raise HTTPException(NOT_THERE)
    wish = ExportWish.of(row.wish)
    if not actor.is_same_person(row.asked_by["account"], row.asked_by["name"]):
        raise HTTPException(NOT_THERE)
    if not all(may(actor, needed) for needed in needed_permissions(wish)):
        raise HTTPException(403)
    with world.home.database.read() as session:
        check_own(session, wish, actor)
    path = file_of(world.home.settings.home, row)
    if row.state != DONE or not path.is_file():
        raise ExportError("file_gone")
    media_type = "application/octet-stream" if wish.recipient else load_formats()[wish.form].media_type
    return FileResponse(path, filename=row.file, media_type=media_type, headers={"X-SHA-256": row.sha256})


def _shown(request: Request, *, status: int = 200, error: SpokenError | None = None) -> Response:
    world, incident_id, actor = world_of(request), request.path_params["incident_id"], actor_of(request)
    language = world.pages.language(request)
    try:
        with world.home.database.read() as session:
            line = queries.incident_line(session, incident_id, language=language)
            asked = exports_of(session, incident_id)
    except NoIncidentError:
        raise HTTPException(NOT_THERE) from None
    said, hint = error.said(language) if error else ("", "")
    return world.pages.render(
        request, "export.html", status=status, line=line, formats=load_formats(), lists=LISTS, asked=asked,
        words=load_texts("exports", language), said=said, hint=hint,
        form={name: form_of(request).get(name, "") for name in FIELDS},
        mine=[row.id for row in asked if actor.is_same_person(row.asked_by["account"], row.asked_by["name"])],
        misp=world.home.settings.exports.misp.url,
    )  # fmt: skip


def _is_long(request: Request, wish: ExportWish) -> bool:
    world = world_of(request)
    if load_formats()[wish.form].is_long or wish.push or load_formats()[wish.form].has_records:
        return True
    with world.home.database.read() as session:
        line = queries.incident_line(session, wish.incident_id or 0, language=wish.language)
    return line.sightings > AT_ONCE or line.subjects > AT_ONCE * 100


def _with_lists() -> set[str]:
    return {name for name, made in load_formats().items() if made.has_lists}


def _read(making: AbstractContextManager[MadeExport], made: MadeExport) -> Iterator[bytes]:
    """The file, whose folder goes when it was sent, or nobody reads on."""
    try:
        with made.path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk
    finally:
        making.__exit__(None, None, None)


ROUTES = [
    Guarded("/incidents/{incident_id:id}/export", export_page, needs=Permission.EXPORT_RESULTS),
    Guarded("/incidents/{incident_id:id}/export", make, methods=["POST"], needs=Permission.EXPORT_RESULTS),
    Guarded("/incidents/{incident_id:id}/export/{export_id:id}", fetch, needs=Permission.EXPORT_RESULTS),
]
