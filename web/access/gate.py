"""What stands between the network and the pages: host name, session, forms, headers, and the last `except`.

Written as plain ASGI, since it answers for every response, those of errors included.
"""

from __future__ import annotations

import re
import traceback
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse

from core.errors import HinomiError
from core.logs import get_logger
from custody.enrolment.uploads import LARGEST_BYTES, Uploads
from judging.scans.store import MOST_FILES, Scans
from people.accounts import folded
from people.errors import PeopleError, SignInError
from people.roles import Permission, may
from people.sign_in.links import LINK_FIELD
from web.access.arrivals import PROXY
from web.probes.routes import OPEN as PROBES
from web.probes.routes import PROBES as UNDER_ANY_NAME
from web.uploads.files import RefusedUploadError, UploadReader
from web.world import client_of

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from people.sessions import SignedIn
    from web.world import World

FORM_LIMIT_BYTES = 64 * 1024  # a reason, a note, what each column of a wide table holds
LONG_FORM_LIMIT_BYTES = 3 * 1024 * 1024  # a report of many items, each of as many letters as it may have, 9 bytes each
LONG_FORMS = re.compile(r"/(?:incidents/[0-9]+/reports|reports/quarters/[^/]+)/[a-z0-9]+")
"""Pages of reports: what somebody wrote is saved whole."""
MOST_FIELDS = 1000
DOCKS: dict[str, tuple[Permission, type[Uploads | Scans], int]] = {
    "/enrol": (Permission.ENROL, Uploads, 1),
    "/scan": (Permission.SCAN, Scans, MOST_FILES),
    "/register/import": (Permission.CHANGE_REGISTER, Uploads, 1),
    "/supervision/import": (Permission.CHANGE_SUPERVISION, Uploads, 1),
    "/supervision/attach": (Permission.CHANGE_SUPERVISION, Uploads, 1),
}
"""The forms with files: who may hand some in, what keeps them, and how many at once."""
FORM_MARK = "form_mark"
FORBIDDEN = 403
OUTSIDE = 503  # the database failed
SIGN_IN_PATH = "/sign-in"
ACCOUNT_PATHS = ("/account", "/session/leave")  # what is open to somebody who has to set up a second factor
PULSE_PATH = "/pulse"  # what a page that lies open asks by itself
OPEN_PATHS = ("/static/", "/api/intake", "/api/v1/")  # what other systems send carries a token of its own

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
    """Lets in who is signed in, and puts the protecting headers on every answer."""

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
        is_ours = _host_name(request.headers.get("host", "")) in self._hosts
        if not is_ours and request.scope["path"] not in UNDER_ANY_NAME:  # DNS rebinding: somebody else's name for us
            return self._world.pages.error(request, 421)
        path = request.scope["path"]
        if path.startswith(OPEN_PATHS) or path in PROBES:
            return None
        try:
            if path == SIGN_IN_PATH or path.startswith(SIGN_IN_PATH + "/"):
                return await self._signing_in(request)
            return await self._unless_signed_in(request)
        except PeopleError as error:
            said, hint = error.said(self._world.pages.language(request))
            return self._world.pages.error(request, FORBIDDEN, said=said, hint=hint)
        except HinomiError as error:  # nobody is let in whom the database does not know
            return self._world.pages.error(request, OUTSIDE, said=str(error), hint=error.hint)

    async def _signing_in(self, request: Request) -> Response | None:
        """The pages of the sign-in are open; their forms have to be of our own pages all the same."""
        if request.method in {"GET", "HEAD"}:
            return None
        if _is_foreign(request):
            return self._world.pages.error(request, FORBIDDEN, "error.form_foreign")
        form = await self._read_form(request)
        if not isinstance(form, dict):
            return form
        request.scope["hinomi.form"] = form
        return None

    async def _unless_signed_in(self, request: Request) -> Response | None:
        """Sign in by the link that was followed, ask to sign in, or let a form of ours and any page pass."""
        if LINK_FIELD in request.query_params and request.method == "GET":
            rest = [(k, v) for k, v in request.query_params.multi_items() if k != LINK_FIELD]
            to = request.scope["path"] + ("?" + urlencode(rest) if rest else "")
            return await self._follow_link(request, request.query_params[LINK_FIELD].strip(), to)
        session = await self._session(request)
        if session is None:
            return await self._by_proxy(request) or self._ask_to_sign_in(request)
        request.scope["hinomi.session"] = session
        if session.is_bare(self._world.home.settings.people) and not request.scope["path"].startswith(ACCOUNT_PATHS):
            return RedirectResponse("/account?second=wanted", status_code=303)
        return None if request.method in {"GET", "HEAD"} else await self._form_refusal(request, session)

    async def _session(self, request: Request) -> SignedIn | None:
        cookie = request.cookies.get(self._world.sessions.cookie, "")
        is_person = request.scope["path"] != PULSE_PATH
        session = await run_in_threadpool(self._world.arrivals.here, cookie, is_person=is_person)
        named = self._named_by_proxy(request)
        if session is not None and session.how == PROXY and folded(named) != folded(session.actor.name):
            await run_in_threadpool(self._world.arrivals.left, request, session)  # the proxy has somebody else now
            return None
        return session

    def _named_by_proxy(self, request: Request) -> str:
        """The account that a proxy which is believed names; empty for none."""
        proxy = self._world.home.settings.people.proxy
        if not proxy.is_set_up or client_of(request) not in proxy.trusted:
            return ""
        named = request.headers.get(proxy.header, "").encode("latin-1").decode("utf-8", "replace")
        return unicodedata.normalize("NFKC", named).strip()

    async def _by_proxy(self, request: Request) -> Response | None:
        """Sign in whom the proxy names, and lead on to the page that was asked for."""
        named = self._named_by_proxy(request)
        if not named or request.method not in {"GET", "HEAD"}:
            return None
        secret = await run_in_threadpool(self._world.arrivals.by_proxy, request, named)
        if not secret:
            return None
        response = RedirectResponse(_asked_for(request), status_code=303)
        self._world.sessions.put(response, secret)
        return response

    async def _follow_link(self, request: Request, token: str, to: str) -> Response:
        """The link for a cookie; then the page that was asked for, without the token, so that no history keeps it."""
        try:
            secret = await run_in_threadpool(self._world.arrivals.by_link, request, token)
        except SignInError as error:
            get_logger().warning("web.sign_in_failed", way="link")
            await run_in_threadpool(self._world.arrivals.failed, request, 0)
            return self._world.pages.sign_in(request, own_path(to), FORBIDDEN, error)
        response = RedirectResponse(own_path(to), status_code=303)
        self._world.sessions.put(response, secret)
        return response

    def _ask_to_sign_in(self, request: Request) -> Response:
        """Ask who is there; or, for a link followed from another site, knock again from our own page.

        A browser keeps a ``SameSite=Strict`` cookie to itself when the link stands on a Slack page. A page of ours that
        loads the address anew is same-site, and the cookie comes along.
        """
        if request.headers.get("sec-fetch-site") == "cross-site" and request.method == "GET":
            return self._world.pages.render(request, "again.html", status=200)
        return self._world.pages.sign_in(request, _asked_for(request) if request.method == "GET" else "/", FORBIDDEN)

    async def _form_refusal(self, request: Request, session: SignedIn) -> Response | None:
        if _is_foreign(request):
            return self._world.pages.error(request, FORBIDDEN, "error.form_foreign")
        dock = DOCKS.get(request.scope["path"])
        if dock is not None and may(session.actor, dock[0]):
            return await self._receive(request, session, *dock[1:])
        is_long = may(session.actor, Permission.WRITE_REPORTS) and LONG_FORMS.fullmatch(request.scope["path"])
        form = await self._read_form(request, LONG_FORM_LIMIT_BYTES if is_long else FORM_LIMIT_BYTES)
        if not isinstance(form, dict):
            return form
        if not self._world.sessions.is_form_mark(session.id, form.pop(FORM_MARK, "")):
            return self._world.pages.error(request, 403, "error.form_foreign")
        request.scope["hinomi.form"] = form
        return None

    async def _read_form(self, request: Request, limit: int = FORM_LIMIT_BYTES) -> dict[str, str] | Response:
        """The fields of a form, or the answer to one that is too long or none."""
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                return self._world.pages.error(request, 413)
        try:
            return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS))
        except ValueError:
            return self._world.pages.error(request, 400)

    async def _receive(
        self, request: Request, session: SignedIn, keeper: type[Uploads | Scans], most_files: int
    ) -> Response | None:
        """Write files to disk as they arrive; nothing is left of what did not arrive whole."""
        kept = keeper(self._world.home.settings.home, self._world.home.clock)
        name, folder = kept.begin()

        def is_ours(fields: dict[str, str]) -> bool:
            return self._world.sessions.is_form_mark(session.id, fields.pop(FORM_MARK, ""))

        reader = UploadReader(folder, LARGEST_BYTES, is_ours, most_files=most_files)
        try:
            form = await reader.read(request)
        except RefusedUploadError as refused:
            kept.abandon(name)
            foreign = refused.status == FORBIDDEN
            return self._world.pages.error(request, refused.status, "error.form_foreign" if foreign else "")
        except BaseException:
            kept.abandon(name)
            raise
        request.scope["hinomi.form"], request.scope["hinomi.upload"] = form, name
        request.scope["hinomi.files"] = reader.files
        return None


def own_path(to: str) -> str:
    """A path of ours: what begins with two slashes, or a backslash, would lead to another host."""
    return "/" + to.lstrip("/\\").replace("\r", "").replace("\n", "")


def _asked_for(request: Request) -> str:
    """The address that was asked for, to come back to."""
    query = request.scope["query_string"].decode("latin-1")
    return own_path(request.scope["path"] + (f"?{query}" if query else ""))


def _is_foreign(request: Request) -> bool:
    """Whether a form stood on somebody else's page."""
    return request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}


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
