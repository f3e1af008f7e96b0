"""``/healthz``, ``/readyz`` and ``/metrics``: no session, no page, and nothing in them of any customer.

Metrics go to whoever shows the token. Without one they go to this machine alone, and not even there once anything
stands in front of the pages: what a proxy passes on comes from this machine as well.
"""

from __future__ import annotations

import hmac
import ipaddress
from typing import TYPE_CHECKING, Final

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from web.world import client_of, world_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from core.settings import Settings

ALIVE, READY, METRICS = "/healthz", "/readyz", "/metrics"
PROBES: Final = (ALIVE, READY)
"""Open to all, under whatever name: an orchestrator asks by the address of a container."""
OPEN: Final = (ALIVE, READY, METRICS)
PASSED_ON: Final = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
NOT_READY, UNAUTHORIZED, NOT_FOUND = 503, 401, 404


async def alive(_request: Request) -> Response:
    """The process answers; the database is not asked."""
    return JSONResponse({"alive": True})


async def ready(request: Request) -> Response:
    """Whether it can do its work, and a word for each reason why not."""
    reasons = await run_in_threadpool(request.app.state.readiness.reasons)
    return JSONResponse({"ready": not reasons, "reasons": list(reasons)}, NOT_READY if reasons else 200)


async def metrics(request: Request) -> Response:
    """Everything, in Prometheus' text format."""
    settings = world_of(request).home.settings
    if not settings.metrics.enabled:
        return PlainTextResponse("", NOT_FOUND)
    if not await run_in_threadpool(_may_read, request, settings):
        return PlainTextResponse("", UNAUTHORIZED, {"WWW-Authenticate": "Bearer"})
    return Response(await run_in_threadpool(request.app.state.metrics.text), media_type=CONTENT_TYPE_LATEST)


def _may_read(request: Request, settings: Settings) -> bool:
    token = _token(settings)
    if token is None:
        return _is_from_here(request, settings)
    scheme, _, shown = request.headers.get("authorization", "").partition(" ")
    is_right = hmac.compare_digest(shown.strip().encode(), token.encode())
    return scheme.lower() == "bearer" and bool(token) and is_right


def _token(settings: Settings) -> str | None:
    """The token; none where none is set, empty (which lets nobody in) where its file gives none."""
    given = settings.metrics.token.get_secret_value()
    if given or not settings.metrics.token_file:
        return given or None
    try:
        return (settings.home / settings.metrics.token_file).expanduser().read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _is_from_here(request: Request, settings: Settings) -> bool:
    if settings.web.public_url or settings.people.proxy.is_set_up:
        return False
    if any(name in request.headers for name in PASSED_ON):
        return False
    return _is_loopback(client_of(request)) and _is_loopback(settings.web.host)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


ROUTES = [
    Route(ALIVE, alive, methods=["GET"]),
    Route(READY, ready, methods=["GET"]),
    Route(METRICS, metrics, methods=["GET"]),
]
