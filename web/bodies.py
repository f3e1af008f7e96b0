"""What a page shows of a document's body, and what a form does with it: purged, held, released."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException

from archive.bodies.holds import holds_of
from archive.bodies.models import WHOLE, BodyRemoval
from archive.models import DocumentRow
from exports.queue import forget_exports
from incidents.models import Event
from judging.bodies.errors import BodyRefusedError
from judging.bodies.holding import hold, lift
from judging.bodies.purge import purge
from web.world import actor_of, world_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session
    from starlette.requests import Request

    from archive.bodies.models import BodyHold

MOST_AT_ONCE = 16 << 20
"""Bytes of a document that is purged while somebody waits for the page; a longer one is for the command or the rule."""


@dataclass(frozen=True, slots=True)
class ShownBody:
    """A body as a page shows it.

    Attributes:
        removal: What became of it; None while it is whole.
        event: The event that tells so.
        holds: What holds it.
        is_long: Whether it is too long to be purged while somebody waits.
    """

    removal: BodyRemoval | None
    event: Event | None
    holds: Sequence[BodyHold]
    is_long: bool


def body_of(session: Session, document: DocumentRow) -> ShownBody:
    """What is to be shown of a document's body."""
    removal = session.get(BodyRemoval, document.id) if document.body != WHOLE else None
    event = session.get(Event, removal.event_id) if removal is not None else None
    return ShownBody(removal, event, holds_of(session, document.id), document.size_bytes > MOST_AT_ONCE)


def decide(request: Request, document_id: int, what: str, reason: str) -> None:
    """Do what a form asks for.

    Raises:
        BodyRefusedError: It cannot be done.
        HTTPException: Nothing that a form asks for.
    """
    home, actor = world_of(request).home, actor_of(request)
    with home.database.read() as session:
        document = session.get(DocumentRow, document_id)
    if document is None:
        raise HTTPException(404)
    if not reason:
        raise BodyRefusedError("no_reason")
    if what == "purge" and document.size_bytes <= MOST_AT_ONCE:
        purge(home, document_id, reason=reason, actor=actor, forget=lambda: forget_exports(home))
    elif what in {"hold", "lift"}:
        with home.database.write() as session:
            (hold if what == "hold" else lift)(session, document_id, reason, actor, home.clock.now())
    else:
        raise HTTPException(400)
