"""What is kept of captured documents, by what they turned out to be: terms, figures, what goes next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from archive.bodies.models import BodyHold, BodyRemoval
from core.texts import load_texts
from judging.bodies.classes import class_lines
from people.roles import Permission
from web.access.guarded import Guarded
from web.world import world_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


def kept(request: Request) -> Response:
    """The classes with their terms, and how many bodies were purged, removed and held so far."""
    world = world_of(request)
    home = world.home
    with home.database.read() as session:
        lines = class_lines(session, home.settings.retention, home.clock.now())
        gone = dict(
            session.execute(
                select(BodyRemoval.how, func.count(BodyRemoval.document_id)).group_by(BodyRemoval.how)
            ).all()
        )
        asked = select(func.count(BodyHold.document_id.distinct())).where(BodyHold.lifted_at.is_(None))
        held = session.scalar(asked) or 0
    names = load_texts("judging", world.pages.language(request))
    return world.pages.render(
        request, "kept.html", lines=[(names(f"class.{line.kind}"), line) for line in lines], held=held,
        purged=gone.get("purged", 0), removed=gone.get("removed", 0),
        rule=home.settings.archive.purge_strangers_after,
    )  # fmt: skip


ROUTES = [Guarded("/kept", kept, needs=Permission.SEE_RECORD)]
