"""What every page is handed, and how it gets at it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from starlette.requests import Request

    from home import Home
    from web.access.attempts import Attempts
    from web.access.record import AccessRecord
    from web.access.sessions import Session, Sessions
    from web.pages import Pages


@dataclass(frozen=True, slots=True)
class World:
    """The program, as the pages see it.

    Attributes:
        home: The home folder: settings, database, archive, clock; key and index for the pages that need them.
        actor: The name that actions are recorded under until the person at the browser gives another.
        record: Writes down who comes and goes.
        attempts: Counts wrong tokens.
    """

    home: Home
    sessions: Sessions
    pages: Pages
    actor: str
    record: AccessRecord
    attempts: Attempts


def world_of(request: Request) -> World:
    """The world that `web.app.create_app` was given."""
    return cast("World", request.app.state.world)


def session_of(request: Request) -> Session | None:
    """The session that the gate let in; none on the pages that anybody may see."""
    return cast("Session | None", request.scope.get("hinomi.session"))


def form_of(request: Request) -> dict[str, str]:
    """The fields of the form that the gate read and checked."""
    return cast("dict[str, str]", request.scope.get("hinomi.form", {}))


def actor_of(request: Request) -> str:
    """The name this request acts under."""
    session = session_of(request)
    return session.actor if session else world_of(request).actor


def client_of(request: Request) -> str:
    """The address that a request came from, as the server sees it."""
    return request.client.host if request.client else ""
