"""The web app: routes, gate, static files, errors."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, cast

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from core.errors import HinomiError, SpokenError
from health.metrics.readiness import Readiness
from health.metrics.requests import Metrics
from people.errors import NotAllowedError, SecondPersonError
from people.sign_in.sealing import Sealing
from web.access.arrivals import Arrivals
from web.access.gate import Gate
from web.access.sessions import Sessions, load_secret
from web.api.document import ROUTES as API_ROUTES
from web.api.door import BASE, problem
from web.pages import STATIC, Pages
from web.probes.counting import Counting
from web.probes.routes import ROUTES as PROBE_ROUTES
from web.routes import load_routes
from web.uploads.intake import ROUTES as INTAKE_ROUTES
from web.world import World, world_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import Scope

    from home import Home

ACCEPTED = 202  # it waits for a second person
FORBIDDEN = 403
CONFLICT = 409  # a change that the state of things forbids
OUTSIDE = 503  # the database or a disk failed
OUTSIDE_EXIT_CODE = 3  # see `core.errors.HinomiError`


def create_app(home: Home) -> Starlette:
    """The app over one home folder: what its pages read and its actions write."""
    secret = load_secret(home.settings.home)
    sessions = Sessions(secret, secure=home.settings.web_url.startswith("https:"))
    world = World(home, sessions, Pages(home.settings, sessions, home.clock), Arrivals(home, Sealing(secret)))
    metrics = Metrics(home)
    app = Starlette(
        routes=[
            *load_routes(),
            *INTAKE_ROUTES,
            *API_ROUTES,
            *PROBE_ROUTES,
            Mount("/static", _Static(directory=STATIC), name="static"),
        ],
        middleware=[Middleware(Counting, metrics=metrics), Middleware(Gate, world=world)],
        exception_handlers={HTTPException: _http_error, HinomiError: _own_error},
    )
    app.state.world = world
    app.state.metrics, app.state.readiness = metrics, Readiness(home)
    return app


class _Static(StaticFiles):
    """Static files; their address changes with their content, so a browser may keep them."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def _http_error(request: Request, error: Exception) -> Response:
    if request.scope["path"].startswith(BASE):
        status = HTTPStatus(cast("HTTPException", error).status_code)
        return problem(status, status.description, cast("HTTPException", error).headers)
    return world_of(request).pages.error(request, cast("HTTPException", error).status_code)


def _own_error(request: Request, error: Exception) -> Response:
    """What our own code refuses to do, said in its own words."""
    refused = cast("HinomiError", error)
    status = OUTSIDE if refused.exit_code == OUTSIDE_EXIT_CODE else CONFLICT
    pages = world_of(request).pages
    said, hint = str(refused), refused.hint
    if isinstance(refused, NotAllowedError):
        status = FORBIDDEN
    if isinstance(refused, SecondPersonError):
        status = ACCEPTED
    if isinstance(refused, SpokenError):
        said, hint = refused.said(pages.language(request))
    return pages.error(request, status, said=said, hint=hint)
