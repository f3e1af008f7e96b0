"""Where other tools push documents: ``POST /api/intake`` with a source's token, answered with the documents' ids.

The body is the document itself (its title, author, address and time in the query), or JSON: one document, or
``{"documents": [...]}``, each with ``text`` or ``base64``. Nothing here reads a document: it waits for its source's
sweep.
"""

from __future__ import annotations

import base64
import hmac
import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse
from starlette.routing import Route

from core.errors import HinomiError
from crawler.access.secrets import find_secrets
from crawler.engines._intake import intake_folder
from crawler.engines.intakes.push import Push
from crawler.intake.pushes import Pushed, PushRefusedError, Spool, checked
from crawler.sources import survey_sources
from web.access.attempts import Attempts
from web.world import world_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from crawler.sources import Source
    from home import Home

PATH = "/api/intake"
MOST_DOCUMENTS = 1000
_WORDS = ("title", "author", "address", "posted_at", "media_type")
_PACKED_FACTOR = 2
"""JSON with base64 is longer than what it holds by a third, and escapes take their part."""


class TooLargeError(HinomiError):
    """More than a sweep would keep."""


async def intake(request: Request) -> Response:
    """Take documents."""
    home, attempts = world_of(request).home, _attempts(request)
    if wait := attempts.wait_s():
        return _refused(HTTPStatus.TOO_MANY_REQUESTS, "too many wrong tokens", {"Retry-After": str(wait)})
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    source = await run_in_threadpool(_source_of, home, token.strip()) if scheme.lower() == "bearer" else None
    if source is None:
        attempts.note_wrong()
        return _refused(HTTPStatus.UNAUTHORIZED, "expected Authorization: Bearer and a token of a push source")
    attempts.note_right()
    try:
        body = await _read(request, home.settings.crawler.max_body_bytes * _PACKED_FACTOR)
        return await run_in_threadpool(_keep, home, source, _documents(request, body))
    except TooLargeError as error:
        return _refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, str(error))
    except PushRefusedError as error:
        return _refused(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))


def _source_of(home: Home, token: str) -> Source | None:
    """The push source whose token this is; each one is compared, so that time tells nothing."""
    found = None
    for source in survey_sources(home.settings.sources_path).sources.values():
        if source.engine == Push.name and source.enabled:
            for value in find_secrets(source.secrets, home.settings.home).values():
                if hmac.compare_digest(value.encode(), token.encode()):
                    found = source
    return found


async def _read(request: Request, most: int) -> bytes:
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > most:
            raise TooLargeError(f"expected at most {most} bytes")
        pieces.append(piece)
    return b"".join(pieces)


def _documents(request: Request, body: bytes) -> list[Pushed]:
    kind = request.headers.get("content-type", "application/octet-stream")
    if not kind.partition(";")[0].strip().lower().endswith("json"):
        words = {name: value for name, value in request.query_params.items() if name in _WORDS}
        return [checked(Pushed(body, **({"media_type": kind.lower()} | words)))]
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise PushRefusedError("expected JSON") from None
    entries = told["documents"] if isinstance(told, dict) and isinstance(told.get("documents"), list) else [told]
    if len(entries) > MOST_DOCUMENTS:
        raise PushRefusedError(f"expected at most {MOST_DOCUMENTS} documents at a time")
    return [checked(_document(entry)) for entry in entries]


def _document(entry: Any) -> Pushed:
    if not isinstance(entry, dict):
        raise PushRefusedError("expected a document as an object")
    words = {name: entry.get(name, "") for name in _WORDS if entry.get(name)}
    if wrong := [name for name, value in words.items() if not isinstance(value, str)]:
        raise PushRefusedError(f"{wrong[0]}: expected text")
    if isinstance(text := entry.get("text"), str):
        return Pushed(text.encode("utf-8", "replace"), **({"media_type": "text/plain; charset=utf-8"} | words))
    try:
        return Pushed(base64.b64decode(entry["base64"], validate=True), **words)
    except (KeyError, TypeError, ValueError):
        raise PushRefusedError("expected text, or base64") from None


def _keep(home: Home, source: Source, documents: list[Pushed]) -> Response:
    spool = Spool(intake_folder(home.settings.home, source.name))
    kept = [{"id": one.id, "new": spool.put(one)} for one in documents]
    told = {"source": source.name, **kept[0]} if len(kept) == 1 else {"source": source.name, "documents": kept}
    return JSONResponse(told, HTTPStatus.ACCEPTED)


def _attempts(request: Request) -> Attempts:
    """Wrong tokens of tools do not keep people from signing in."""
    state = request.app.state
    if not hasattr(state, "pushers"):
        state.pushers = Attempts(world_of(request).home.clock)
    attempts: Attempts = state.pushers
    return attempts


def _refused(status: HTTPStatus, why: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"error": why}, status, headers)


ROUTES = [Route(PATH, intake, methods=["POST"])]
