"""Signing in: by name and password, by a passkey, by single sign-on. These pages are open to everybody."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from people.errors import SignInError
from people.sign_in.oidc import OIDC, Journey, Provider, account_of
from people.sign_in.passkeys import PASSKEY, is_name, new_challenge, options_to_use, use_passkey
from web.access.gate import FORBIDDEN, own_path
from web.world import form_of, world_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from people.models import Account
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
    except SignInError as error:
        response = world.pages.sign_in(request, to, TOO_MANY, error)
        response.headers["Retry-After"] = str(error.seconds)
        return response
    if not secret:
        return world.pages.sign_in(request, to, FORBIDDEN, SignInError("failed"))
    return _let_in(world, secret, to)


def by_passkey(request: Request) -> Response:
    """Ask a device to sign, and look at what it signed."""
    world, form = world_of(request), form_of(request)
    to = own_path(form.get("to", ""))
    challenge = world.sessions.take_back(ASIDE_PASSKEY, request.cookies)
    host, origin = place_of(world)
    try:
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
        with _provider(world) as provider:
            address, errand = provider.leave_for(to)
    except SignInError as error:
        return world.pages.sign_in(request, to, FORBIDDEN, error)
    response = RedirectResponse(address, status_code=303)
    world.sessions.put_aside(response, ASIDE_OIDC, errand.as_text().encode().hex(), MINUTES_S)
    return response


def from_provider(request: Request) -> Response:
    """Somebody came back from the provider: once, in the browser that was sent there."""
    world = world_of(request)
    kept = world.sessions.take_back(ASIDE_OIDC, request.cookies)
    errand = Journey.of_text(bytes.fromhex(kept).decode()) if kept else None
    try:
        account = _brought(world, errand, request.query_params)
        secret = world.arrivals.begin(request, account, OIDC)
        response = _let_in(world, secret, errand.to if errand else "/")
    except SignInError as error:
        world.arrivals.failed(request, 0)
        response = world.pages.sign_in(request, errand.to if errand else "/", FORBIDDEN, error)
    world.sessions.forget_aside(response, ASIDE_OIDC)
    return response


def _brought(world: World, errand: Journey | None, said: Mapping[str, str]) -> Account:
    """Whom the provider brought back.

    Raises:
        SignInError: Nobody was sent there by this browser, or the provider does not vouch for them.
    """
    if errand is None or not hmac.compare_digest(errand.state.encode(), said.get("state", "").encode()):
        raise SignInError("oidc", why="state")
    if said.get("error"):
        raise SignInError("oidc", why=said["error"][:60])
    with _provider(world) as provider:
        claims = provider.claims(errand, said.get("code", ""), said.get("state", ""))
    with world.home.database.write() as session:
        return account_of(session, claims, world.home.settings.people.oidc, now=world.home.clock.now())


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
