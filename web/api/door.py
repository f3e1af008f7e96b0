"""The door of the API: whose token it is, what it is good for, how often, and each change once.

Errors are problem documents (RFC 9457). A change with an ``Idempotency-Key`` is made once: the same call again is
answered as before, another one under that key is refused.
"""

from __future__ import annotations

import hashlib
import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ValidationError
from sqlalchemy import delete
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.routing import Route

from core.errors import HinomiError
from incidents.errors import NoIncidentError
from people.models import IdempotentCall
from people.tokens import read_token
from web.access.attempts import Attempts
from web.ids import register_row_ids
from web.world import world_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session
    from starlette.requests import Request
    from starlette.responses import Response

    from core.actors import Actor
    from home import Home

BASE: Final = "/api/v1"
BODY_LIMIT: Final = 64 * 1024
KEY_LENGTH: Final = 200
KEPT: Final = timedelta(days=7)
MINUTE: Final = timedelta(minutes=1)
OUTSIDE_EXIT_CODE: Final = 3  # see `core.errors.HinomiError`
PROBLEM: Final = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Call:
    """A call that came in, its token read and its body understood."""

    home: Home
    actor: Actor
    path: dict[str, Any]
    query: dict[str, str]
    body: Any
    now: datetime
    session: Session


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that can be asked for.

    Attributes:
        method: GET reads; POST changes, and does so inside of one transaction with its idempotency key.
        path: Below `BASE`.
        scope: What the token has to be good for.
        summary: One sentence, for the document.
        gives: The shape of the answer.
        run: Answers a call.
        query: Parameters and what they say.
        places: What stands in the path beside an incident's number, and what it says.
        takes: The shape of the body.
        before: What is settled before the transaction begins; it becomes ``body`` paired with the body.
    """

    method: str
    path: str
    scope: str
    summary: str
    gives: type[BaseModel]
    run: Callable[[Call], Any]
    query: dict[str, dict[str, Any]] = field(default_factory=dict)
    places: dict[str, dict[str, Any]] = field(default_factory=dict)
    takes: type[BaseModel] | None = None
    before: Callable[[Home, Actor, dict[str, Any], Any], Any] | None = None

    def route(self) -> Route:
        """As the app knows it."""
        register_row_ids()
        return Route(BASE + self.path, self._answer, methods=[self.method])

    async def _answer(self, request: Request) -> Response:
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > BODY_LIMIT:
                return problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"at most {BODY_LIMIT} bytes")
        return await run_in_threadpool(self._checked, request, body)

    def _checked(self, request: Request, body: bytes) -> Response:
        home = world_of(request).home
        try:
            actor, token = _let_in(request, home, self.scope)
            return self._done(request, home, actor, token, body)
        except RefusedCallError as refused:
            return problem(refused.status, str(refused), refused.headers)
        except ValidationError as error:
            return problem(HTTPStatus.UNPROCESSABLE_ENTITY, _said(error))
        except HTTPException as error:
            return problem(HTTPStatus(error.status_code), error.detail)
        except HinomiError as error:
            return problem(_status_of(error), f"{error} {error.hint}".strip())

    def _done(self, request: Request, home: Home, actor: Actor, token_id: int, body: bytes) -> Response:
        given = self.takes.model_validate_json(body) if self.takes else None
        query, now = dict(request.query_params), home.clock.now()
        if unknown := set(query) - set(self.query):
            return problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"no such parameter: {', '.join(sorted(unknown))}")
        if self.method == "GET":
            with home.database.read() as session:
                return _given(self, Call(home, actor, request.path_params, query, given, now, session))
        key, asked = request.headers.get("idempotency-key", ""), _hash_of(request, body)
        if len(key) > KEY_LENGTH:
            return problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"an Idempotency-Key has at most {KEY_LENGTH} characters")
        if key and (known := _known(home, token_id, key, asked)):
            return known
        settled = (given, self.before(home, actor, request.path_params, given)) if self.before else given
        with home.database.write() as session:
            session.execute(delete(IdempotentCall).where(IdempotentCall.at < now - KEPT))
            answer = _as_json(self, Call(home, actor, request.path_params, query, settled, now, session))
            if key:
                session.add(
                    IdempotentCall(token_id=token_id, key=key, request=asked, status=200, answer=answer, at=now)
                )
        return JSONResponse(answer)


class RefusedCallError(HinomiError):
    """A call that goes no further."""

    def __init__(self, status: HTTPStatus, said: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(said)
        self.status = status
        self.headers = headers


def _let_in(request: Request, home: Home, scope: str) -> tuple[Actor, int]:
    """Whose token it is, and its number.

    Raises:
        RefusedCallError: It is none, is not good for that, or was shown too often of late.
    """
    limits = _limits(request)
    if wait := limits.attempts.wait_s():
        raise RefusedCallError(HTTPStatus.TOO_MANY_REQUESTS, "too many wrong tokens", {"Retry-After": str(wait)})
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    with home.database.read() as session:
        found = read_token(session, secret.strip(), now=home.clock.now()) if scheme.lower() == "bearer" else None
    if found is None:
        limits.attempts.note_wrong()
        said = "expected Authorization: Bearer and a good token"
        raise RefusedCallError(HTTPStatus.UNAUTHORIZED, said, {"WWW-Authenticate": "Bearer"})
    limits.attempts.note_right()
    actor, token = found
    if scope not in token.scopes:
        raise RefusedCallError(HTTPStatus.FORBIDDEN, f"the token is not good for {scope}")
    if wait := limits.wait_s(token.id, home.clock.now(), home.settings.people.calls_per_minute):
        raise RefusedCallError(HTTPStatus.TOO_MANY_REQUESTS, "too many calls", {"Retry-After": str(wait)})
    return actor, token.id


def _status_of(error: HinomiError) -> HTTPStatus:
    if isinstance(error, NoIncidentError):
        return HTTPStatus.NOT_FOUND
    return HTTPStatus.SERVICE_UNAVAILABLE if error.exit_code == OUTSIDE_EXIT_CODE else HTTPStatus.CONFLICT


class CallLimits:
    """How often each token called of late, in this process; and how many wrong tokens were shown."""

    def __init__(self, attempts: Attempts) -> None:
        self.attempts = attempts
        self._lock = threading.Lock()
        self._calls: dict[int, deque[datetime]] = {}

    def wait_s(self, token_id: int, now: datetime, most: int) -> int:
        """Count a call; seconds until the next is answered, 0 for this one being answered."""
        with self._lock:
            calls = self._calls.setdefault(token_id, deque())
            while calls and now - calls[0] >= MINUTE:
                calls.popleft()
            if len(calls) >= most:
                return max(1, -(-(calls[0] + MINUTE - now) // timedelta(seconds=1)))
            calls.append(now)
            return 0


def problem(status: HTTPStatus, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """What went wrong."""
    content = {"title": status.phrase, "status": status.value, "detail": detail}
    return JSONResponse(content, status.value, headers, media_type=PROBLEM)


def _limits(request: Request) -> CallLimits:
    state = request.app.state
    if not hasattr(state, "call_limits"):
        state.call_limits = CallLimits(Attempts(world_of(request).home.clock))
    limits: CallLimits = state.call_limits
    return limits


def _known(home: Home, token_id: int, key: str, asked: str) -> Response | None:
    with home.database.read() as session:
        known = session.get(IdempotentCall, (token_id, key))
    if known is None:
        return None
    if known.request != asked:
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "another call was made under this Idempotency-Key")
    return JSONResponse(known.answer, known.status, {"Idempotency-Replayed": "true"})


def _given(operation: Operation, call: Call) -> Response:
    return JSONResponse(_as_json(operation, call))


def _as_json(operation: Operation, call: Call) -> dict[str, Any]:
    made: dict[str, Any] = operation.gives.model_validate(operation.run(call)).model_dump(mode="json")
    return made


def _hash_of(request: Request, body: bytes) -> str:
    return hashlib.sha256(f"{request.method} {request.scope['path']}\n".encode() + body).hexdigest()


def _said(error: ValidationError) -> str:
    places = [(".".join(str(part) for part in one["loc"]) or "body", one["msg"]) for one in error.errors()]
    return "; ".join(f"{place}: {said}" for place, said in places)[:2000].encode("utf-8", "replace").decode()
