"""What nobody at the pages may do alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from people.approvals import with_second
from web.world import actor_of, world_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from people.approvals import Approvable


def ask_second(request: Request, wanted: Approvable) -> dict[str, Any]:
    """Who approved what somebody wants to do, for the event of the deed.

    Raises:
        SecondPersonError: It waits for somebody: the page says so, and nothing else happens.
    """
    home = world_of(request).home
    return with_second(home.database, wanted, actor=actor_of(request), now=home.clock.now(), settings=home.settings)
