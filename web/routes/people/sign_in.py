"""Signing in: by name and password, by a passkey, by single sign-on. These pages are open to everybody."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from people.errors import SignInError
from people.sign_in.oidc import OIDC, Errand, Provider, account_of
from people.sign_in.passkeys import PASSKEY, is_name, new_challenge, options_to_use, use_passkey
from web.access.gate import FORBIDDEN, own_path
from web.world import form_of, world_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from web.world import World

ASIDE_OIDC, ASIDE_PASSKEY = "oidc", "passkey"
MINUTES_S = 600
BACK = "/sign-in/oidc/back"
TOO_MANY = 429


def page(request: Request) -> Response:
    """Who is there?"""
    return world_of(request).pages.sign_in(request, own_path(request.query_params.get("to", "")))


def by_password(request: Request) -> Response:
    """Name, password and code."""
    world, form = world_of(request), form_of(request)
    to = own_path(form.get("to", ""))
    try:
        secret = world.arrivals.by_password(
            request, form.get("login", ""), form.get("password", ""), form.get("code", "")
        )
        if not secret:
            raise SignInError("failed")
    except SignInError as error:
        waits = error.seconds
        response = world.pages.sign_in(request, to, TOO_MANY if waits else FORBIDDEN, error)
        if waits:
            response.headers["Retry-After"] = str(waits)
        return response
    return _let_in(world, secret, to)


def by_passkey(request: Request) -> Response:
    """Ask a device to sign, and look at what it signed."""
    world, form = world_of(request), form_of(request)
    to = own_path(form.get("to", ""))
    challenge = world.sessions.take_back(ASIDE_PASSKEY, request.cookies)
    host, origin = place_of(world)
    try:
        if not challenge:
            raise SignInError("failed")
        with world.home.database.write() as session:
            account = use_passkey(
                session, form.get("answer", ""), challenge, origin=origin, host=host, now=world.home.clock.now()
            )
        secret = world.arrivals.begin(request, account, PASSKEY)
    except SignInError as error:
        world.arrivals.failed(request, 0)
        return world.pages.sign_in(request, to, FORBIDDEN, error)
    response = _let_in(world, secret, to)
    world.sessions.forget_aside(response, ASIDE_PASSKEY)
    return response


def passkey(request: Request) -> Response:
    """The page on which a device is asked to sign."""
    world = world_of(request)
    host, _ = place_of(world)
    if not is_name(host):
        return world.pages.error(request, 404)
    challenge = new_challenge()
    response = world.pages.render(
        request, "passkey.html", to=own_path(request.query_params.get("to", "")),
        options=options_to_use(challenge, host),
    )  # fmt: skip
    world.sessions.put_aside(response, ASIDE_PASSKEY, challenge, MINUTES_S)
    return response


def to_provider(request: Request) -> Response:
    """Send somebody to the provider, with what has to come back put aside."""
    world, to = world_of(request), own_path(request.query_params.get("to", ""))
    if not world.home.settings.people.oidc.is_set_up:
        return world.pages.error(request, 404)
    try:
        address, errand = _provider(world).leave_for(to)
    except SignInError as error:
        return world.pages.sign_in(request, to, FORBIDDEN, error)
    response = RedirectResponse(address, status_code=303)
    world.sessions.put_aside(response, ASIDE_OIDC, errand.as_text().encode().hex(), MINUTES_S)
    return response


def from_provider(request: Request) -> Response:
    """Somebody came back from the provider: once, in the browser that was sent there."""
    world, asked = world_of(request), request.query_params
    kept = world.sessions.take_back(ASIDE_OIDC, request.cookies)
    errand = Errand.of_text(bytes.fromhex(kept).decode()) if kept else None
    try:
        if errand is None or not hmac.compare_digest(errand.state.encode(), asked.get("state", "").encode()):
            raise SignInError("oidc", why="state")
        if asked.get("error"):
            raise SignInError("oidc", why=asked["error"][:60])
        claims = _provider(world).claims(errand, asked.get("code", ""), asked.get("state", ""))
        settings = world.home.settings.people.oidc
        with world.home.database.write() as session:
            account = account_of(session, claims, settings, now=world.home.clock.now())
        secret = world.arrivals.begin(request, account, OIDC)
    except SignInError as error:
        world.arrivals.failed(request, 0)
        response = world.pages.sign_in(request, errand.to if errand else "/", FORBIDDEN, error)
        world.sessions.forget_aside(response, ASIDE_OIDC)
        return response
    answer = _let_in(world, secret, errand.to)
    world.sessions.forget_aside(answer, ASIDE_OIDC)
    return answer


def place_of(world: World) -> tuple[str, str]:
    """The host that passkeys are bound to, and the origin of our pages."""
    parts = urlsplit(world.home.settings.web_url)
    return parts.hostname or "", f"{parts.scheme}://{parts.netloc}"


def _provider(world: World) -> Provider:
    return Provider(world.home.settings.people.oidc, world.home.settings.web_url + BACK)


def _let_in(world: World, secret: str, to: str) -> Response:
    response = RedirectResponse(own_path(to), status_code=303)
    world.sessions.put(response, secret)
    return response


ROUTES = [
    Route("/sign-in", page, methods=["GET"]),
    Route("/sign-in", by_password, methods=["POST"]),
    Route("/sign-in/passkey", passkey, methods=["GET"]),
    Route("/sign-in/passkey", by_passkey, methods=["POST"]),
    Route("/sign-in/oidc", to_provider, methods=["GET"]),
    Route(BACK, from_provider, methods=["GET"]),
]
