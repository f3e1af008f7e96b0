"""What is kept of searches: saved ones by name, and results as a file, which goes on record with its reason."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, StreamingResponse

from incidents import queries
from incidents.casework.standing import limited
from incidents.documents.fields import parse_documents
from incidents.documents.search import every_document
from incidents.errors import IncidentError
from people.errors import SavedSearchError
from people.roles import Permission
from people.saved_searches import ROOMS, change_search, forget_search, save_search
from web.access.guarded import Guarded
from web.access.own import own_incidents
from web.masking.masks import masked_line
from web.results import (
    DOCUMENT_COLUMNS,
    EVENT_COLUMNS,
    FORMS,
    document_rows,
    event_rows,
    note_export,
    write_results,
)
from web.searching import WRONG, said, seen_by
from web.world import actor_of, form_of, world_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

    from sqlalchemy.orm import Session
    from starlette.requests import Request
    from starlette.responses import Response

    from web.results import ResultFile

PAGES = {"events": "/search", "documents": "/search/documents"}
WRONG_USE = 400
_CHUNK = 1 << 16


def save(request: Request) -> Response:
    """Keep a search under a name; one of one's own of the same name is replaced."""
    world, form = world_of(request), form_of(request)
    room, query = _room(form), form.get("q", "").strip()
    try:
        with world.home.database.write() as session:
            save_search(
                session, actor_of(request), room, form.get("name", ""), query,
                shared=form.get("shared") == "yes", is_default=form.get("default") == "yes",
                now=world.home.clock.now(), shown=masked_line,
            )  # fmt: skip
    except SavedSearchError as error:
        message, hint = error.said(world.pages.language(request))
        return world.pages.error(request, WRONG_USE, said=message, hint=hint)
    return RedirectResponse(f"{PAGES[room]}?{urlencode({'q': query})}", status_code=303)


def change(request: Request) -> Response:
    """Rename a search of one's own, share it or no more, let a page begin with it or no more."""
    world, form = world_of(request), form_of(request)
    room = _room(form)
    try:
        with world.home.database.write() as session:
            changed = change_search(
                session, actor_of(request), request.path_params["saved_id"], name=form.get("name", ""),
                shared=form.get("shared") == "yes", is_default=form.get("default") == "yes",
                now=world.home.clock.now(), shown=masked_line,
            )  # fmt: skip
    except SavedSearchError as error:
        message, hint = error.said(world.pages.language(request))
        return world.pages.error(request, WRONG_USE, said=message, hint=hint)
    if changed is None:
        raise HTTPException(404)
    return RedirectResponse(f"{PAGES[room]}?{urlencode({'q': form.get('q', '')})}", status_code=303)


def forget(request: Request) -> Response:
    """Delete a search of one's own."""
    form = form_of(request)
    room = _room(form)
    with world_of(request).home.database.write() as session:
        number, now = request.path_params["saved_id"], world_of(request).home.clock.now()
        if not forget_search(session, actor_of(request), number, now=now, shown=masked_line):
            raise HTTPException(404)
    return RedirectResponse(f"{PAGES[room]}?{urlencode({'q': form.get('q', '')})}", status_code=303)


def export(request: Request) -> Response:
    """All results of a search as a file; who took it, and why, goes on record first."""
    world, form, actor = world_of(request), form_of(request), actor_of(request)
    room, kind, reason = _room(form), form.get("form", ""), form.get("reason", "").strip()
    query = form.get("q", "").strip()
    if kind not in FORMS or not reason:
        raise HTTPException(WRONG_USE)
    try:
        limited(reason)
        with world.home.database.read() as session:
            made = _written(request, session, room, query, kind)
    except (*WRONG, IncidentError) as error:
        return world.pages.error(request, WRONG_USE, said=said(request, error))
    with world.home.database.write() as session:
        note_export(
            session, made, room=room, query=query, form=kind, reason=reason, actor=actor, now=world.home.clock.now()
        )
    headers = {"Content-Disposition": f'attachment; filename="hinomi-{room}.{kind}"', "X-SHA-256": made.sha256}
    return StreamingResponse(_read(made.file), media_type=FORMS[kind], headers=headers)


def _written(request: Request, session: Session, room: str, query: str, form: str) -> ResultFile:
    world = world_of(request)
    zone, now = world.home.settings.zone, world.home.clock.now()
    own = own_incidents(request, session)
    within = None if own is None else frozenset(own)
    if room == "events":
        events = seen_by(replace(queries.parse_query(query, zone=zone, now=now), within=within), request)
        language = world.pages.language(request)
        return write_results(event_rows(queries.every_event(session, events, language=language)), EVENT_COLUMNS, form)
    documents = replace(parse_documents(query, zone=zone, now=now), within=within)
    return write_results(document_rows(every_document(session, documents)), DOCUMENT_COLUMNS, form)


def _room(form: dict[str, str]) -> str:
    room = form.get("room", ROOMS[0])
    if room not in ROOMS:
        raise HTTPException(WRONG_USE)
    return room


def _read(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while chunk := file.read(_CHUNK):
            yield chunk


ROUTES = [
    Guarded("/search/saved", save, methods=["POST"], needs=Permission.SEE_CASES),
    Guarded("/search/saved/{saved_id:id}", change, methods=["POST"], needs=Permission.SEE_CASES),
    Guarded("/search/saved/{saved_id:id}/delete", forget, methods=["POST"], needs=Permission.SEE_CASES),
    Guarded("/search/export", export, methods=["POST"], needs=Permission.EXPORT_RESULTS),
]
