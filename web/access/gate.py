"""What stands between the network and the pages: host name, token, session, forms, headers, and the last `except`.

Written as plain ASGI, since it answers for every response, those of errors included.
"""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse

from core.errors import HinomiError
from core.logs import get_logger
from custody.enrolment.uploads import LARGEST_BYTES, Uploads
from web.uploads import RefusedUploadError, UploadReader
from web.world import client_of

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from web.access.sessions import Session
    from web.world import World

FORM_LIMIT_BYTES = 64 * 1024  # a reason, a note, what each column of a wide table holds
MOST_FIELDS = 1000
UPLOAD_PATH = "/enrol"  # the only form with a file
FORM_MARK = "form_mark"
FORBIDDEN = 403
OUTSIDE = 503  # the database failed
SIGN_IN_PATH = "/sign-in"
PULSE_PATH = "/pulse"  # what a page that lies open asks by itself
OPEN_PATHS = ("/static/", "/api/intake")  # what is pushed carries a token of its own

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self';"
    " img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Gate:
    """Lets in who showed the token, and puts the protecting headers on every answer."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        self._app = app
        self._world = world
        self._hosts = {"127.0.0.1", "localhost", "::1", world.home.settings.web.host}
        public = urlsplit(world.home.settings.web_url)
        self._hosts.add(public.hostname or "127.0.0.1")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def send_guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                _guard(MutableHeaders(scope=message), scope["path"])
            await send(message)

        request = Request(scope, receive)
        try:
            refused = await self._refusal(request)
            await (refused or self._app)(scope, receive, send_guarded)
        except Exception as error:  # the edge of a request: logged by its class, answered with a page
            get_logger().error(
                "web.request_failed", error=type(error).__name__, reason=_place(error), path=_route(scope)
            )
            if started:
                raise
            await self._world.pages.error(request, 500)(scope, receive, send_guarded)

    async def _refusal(self, request: Request) -> Response | None:
        """The answer to a request that goes no further; none when it may pass."""
        if (
            _host_name(request.headers.get("host", "")) not in self._hosts
        ):  # DNS rebinding: somebody else's name for our address
            return self._world.pages.error(request, 421)
        if request.scope["path"].startswith(OPEN_PATHS):
            return None
        try:
            return await self._unless_signed_in(request)
        except HinomiError as error:  # nobody is let in whom the database does not know
            return self._world.pages.error(request, OUTSIDE, said=str(error), hint=error.hint)

    async def _unless_signed_in(self, request: Request) -> Response | None:
        """Sign in, ask to sign in, or let a form of ours and any page pass."""
        if request.scope["path"] == SIGN_IN_PATH and request.method == "POST":
            return await self._sign_in(request)
        if "token" in request.query_params and request.method == "GET":
            rest = [(k, v) for k, v in request.query_params.multi_items() if k != "token"]
            to = request.scope["path"] + ("?" + urlencode(rest) if rest else "")
            return await self._exchange(request, request.query_params["token"], to, "")
        session = self._world.sessions.open(request.cookies.get(self._world.sessions.cookie, ""))
        is_person = request.scope["path"] != PULSE_PATH
        if session is None or not await run_in_threadpool(self._world.record.is_here, session, is_person=is_person):
            return self._ask_for_token(request)
        request.scope["hinomi.session"] = session
        return None if request.method in {"GET", "HEAD"} else await self._form_refusal(request, session)

    async def _sign_in(self, request: Request) -> Response:
        """The form of the sign-in page; it leads on to the page that was asked for."""
        if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
            return self._world.pages.error(request, 403, "error.form_foreign")
        form = await self._read_form(request)
        if not isinstance(form, dict):
            return form
        return await self._exchange(request, form.get("token", ""), form.get("to", ""), form.get("actor", ""))

    async def _exchange(self, request: Request, token: str, to: str, actor: str) -> Response:
        """The token for a cookie; then the page that was asked for, without the token, so that no history keeps it."""
        world, client = self._world, client_of(request)
        if wait := world.attempts.wait_s():
            response = self._sign_in_page(request, to, 429, "too_many", wait)
            response.headers["Retry-After"] = str(wait)
            return response
        if not world.sessions.accepts(token.strip()):
            count = world.attempts.note_wrong()
            get_logger().warning("web.sign_in_failed", count=count)
            await run_in_threadpool(world.record.failed, count, client)
            return self._sign_in_page(request, to, FORBIDDEN, "wrong")
        world.attempts.note_right()
        session = world.sessions.begin(actor or world.actor)
        await run_in_threadpool(world.record.signed_in, session, client)
        response = RedirectResponse(_own_path(to), status_code=303)
        world.sessions.put(response, session)
        return response

    def _sign_in_page(self, request: Request, to: str, status: int, said: str = "", wait: int = 0) -> Response:
        return self._world.pages.render(
            request, "signin.html", status=status, to=_own_path(to), said=said, wait=wait
        )  # fmt: skip

    def _ask_for_token(self, request: Request) -> Response:
        """Tell where the token is; or, for a link followed from another site, knock again from our own page.

        A browser keeps a ``SameSite=Strict`` cookie to itself when the link stands on a Slack page. A page of ours that
        loads the address anew is same-site, and the cookie comes along.
        """
        if request.headers.get("sec-fetch-site") == "cross-site" and request.method == "GET":
            return self._world.pages.render(request, "again.html", status=200)
        query = request.scope["query_string"].decode("latin-1")
        to = request.scope["path"] + (f"?{query}" if query else "")
        return self._sign_in_page(request, to if request.method == "GET" else "/", FORBIDDEN)

    async def _form_refusal(self, request: Request, session: Session) -> Response | None:
        if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
            return self._world.pages.error(request, 403, "error.form_foreign")
        if request.scope["path"] == UPLOAD_PATH:
            return await self._receive(request, session)
        form = await self._read_form(request)
        if not isinstance(form, dict):
            return form
        if not self._world.sessions.is_form_mark(session, form.pop(FORM_MARK, "")):
            return self._world.pages.error(request, 403, "error.form_foreign")
        request.scope["hinomi.form"] = form
        return None

    async def _read_form(self, request: Request) -> dict[str, str] | Response:
        """The fields of a form, or the answer to one that is too long or none."""
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > FORM_LIMIT_BYTES:
                return self._world.pages.error(request, 413)
        try:
            return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS))
        except ValueError:
            return self._world.pages.error(request, 400)

    async def _receive(self, request: Request, session: Session) -> Response | None:
        """Write a customers' file to disk as it arrives; nothing is left of one that did not arrive whole."""
        uploads = Uploads(self._world.home.settings.home, self._world.home.clock)
        name, folder = uploads.begin()

        def is_ours(fields: dict[str, str]) -> bool:
            return self._world.sessions.is_form_mark(session, fields.pop(FORM_MARK, ""))

        try:
            form = await UploadReader(folder, LARGEST_BYTES, is_ours).read(request)
        except RefusedUploadError as refused:
            uploads.abandon(name)
            foreign = refused.status == FORBIDDEN
            return self._world.pages.error(request, refused.status, "error.form_foreign" if foreign else "")
        except BaseException:
            uploads.abandon(name)
            raise
        request.scope["hinomi.form"], request.scope["hinomi.upload"] = form, name
        return None


def _own_path(to: str) -> str:
    """A path of ours: what begins with two slashes, or a backslash, would lead to another host."""
    return "/" + to.lstrip("/\\").replace("\r", "").replace("\n", "")


def _guard(headers: MutableHeaders, path: str) -> None:
    for name, value in HEADERS.items():
        headers[name] = value
    if not path.startswith("/static/"):
        headers["Cache-Control"] = "no-store"


def _host_name(host: str) -> str:
    try:
        return urlsplit("//" + host).hostname or ""
    except ValueError:
        return ""


def _route(scope: Scope) -> str:
    """The pattern of the route (an address may hold what somebody searched for)."""
    return getattr(scope.get("route"), "path", "")


def _place(error: Exception) -> str:
    """The line of the program that failed (an error's text may hold what it failed on)."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
