"""Pages and forms with what they take: a permission each, asked before anything of theirs runs.

Every route of the pages is made here, so that a test can walk them all with every role, and ``docs/roles.md`` can say
what each permission opens.
"""

from __future__ import annotations

import inspect
from functools import wraps
from typing import TYPE_CHECKING, Any, cast

from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

from people.errors import NotAllowedError
from people.roles import TABLE, is_bound_to_own, may
from web.access.own import check_own
from web.world import actor_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from people.roles import Permission

METHODS = ("GET",)


class Guarded(Route):
    """A route that somebody with a permission may take."""

    def __init__(
        self,
        path: str,
        endpoint: Callable[[Request], Any],
        *,
        needs: Permission,
        methods: Sequence[str] = METHODS,
    ) -> None:
        self.needs = needs
        super().__init__(path, _asking(endpoint, needs), methods=list(methods))


def _asking(endpoint: Callable[[Request], Any], needs: Permission) -> Callable[[Request], Any]:
    """The endpoint behind the question whether whoever asks may."""

    @wraps(endpoint)
    async def asked(request: Request) -> Response:
        actor = actor_of(request)
        if not may(actor, needs):
            roles = ", ".join(sorted(TABLE[needs]))
            raise NotAllowedError("not_allowed", login=actor.name, permission=needs.value, roles=roles)
        if is_bound_to_own(actor, needs):
            await run_in_threadpool(check_own, request, actor)
        if inspect.iscoroutinefunction(endpoint):
            return cast("Response", await endpoint(request))
        return cast("Response", await run_in_threadpool(endpoint, request))

    return asked
