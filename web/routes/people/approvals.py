"""What waits for a second person, and what one asked for oneself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from starlette.responses import RedirectResponse

from core.texts import load_texts
from people.approvals import asked_by, decide, waiting_for
from people.errors import PeopleError
from people.models import Account
from people.roles import Permission
from web.access.guarded import Guarded
from web.world import actor_of, form_of, world_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


def approvals(request: Request, error: PeopleError | None = None) -> Response:
    """Requests that this person may decide, and their own."""
    world, actor, now = world_of(request), actor_of(request), world_of(request).home.clock.now()
    said, hint = error.said(world.pages.language(request)) if error else ("", "")
    with world.home.database.read() as session:
        waiting, mine = waiting_for(session, actor, now), asked_by(session, actor)
        logins = {one.id: one.login for one in session.scalars(select(Account))}
    return world.pages.render(
        request, "approvals.html", status=409 if error else 200, waiting=waiting, mine=mine, logins=logins, said=said,
        hint=hint, limit=world.home.settings.people.reveal_limit,
        words=load_texts("people", world.pages.language(request)),
    )  # fmt: skip


def act(request: Request) -> Response:
    """Grant or refuse."""
    world, form = world_of(request), form_of(request)
    try:
        with world.home.database.write() as session:
            decide(
                session, request.path_params["approval_id"], grant=form.get("do") == "grant", said=form.get("said", ""),
                actor=actor_of(request), now=world.home.clock.now(),
            )  # fmt: skip
    except PeopleError as error:
        return approvals(request, error)
    return RedirectResponse("/approvals", status_code=303)


ROUTES = [
    Guarded("/approvals", approvals, needs=Permission.APPROVE),
    Guarded("/approvals/{approval_id:id}", act, methods=["POST"], needs=Permission.APPROVE),
]
