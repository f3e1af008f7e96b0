"""What every page is handed, and how it gets at it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from starlette.exceptions import HTTPException

from custody.register.shelf import RegisterShelf

if TYPE_CHECKING:
    from starlette.requests import Request

    from core.actors import Actor
    from home import Home
    from people.sessions import SignedIn
    from web.access.arrivals import Arrivals
    from web.access.sessions import Sessions
    from web.pages import Pages


FORBIDDEN = 403


@dataclass(frozen=True, slots=True)
class World:
    """The program, as the pages see it.

    Attributes:
        home: The home folder: settings, database, archive, clock; key and index for the pages that need them.
        arrivals: Signs people in and out.
        shelf: The custody register of the days that were looked at last.
    """

    home: Home
    sessions: Sessions
    pages: Pages
    arrivals: Arrivals
    shelf: RegisterShelf = field(default_factory=RegisterShelf)


def world_of(request: Request) -> World:
    """The world that `web.app.create_app` was given."""
    return cast("World", request.app.state.world)


def session_of(request: Request) -> SignedIn | None:
    """The session that the gate let in; none on the pages that anybody may see."""
    return cast("SignedIn | None", request.scope.get("hinomi.session"))


def form_of(request: Request) -> dict[str, str]:
    """The fields of the form that the gate read and checked."""
    return cast("dict[str, str]", request.scope.get("hinomi.form", {}))


def actor_of(request: Request) -> Actor:
    """Who is at the browser.

    Raises:
        HTTPException: Nobody that is known.
    """
    session = session_of(request)
    if session is None:
        raise HTTPException(FORBIDDEN)
    return session.actor


def client_of(request: Request) -> str:
    """The address that a request came from, as the server sees it."""
    return request.client.host if request.client else ""
