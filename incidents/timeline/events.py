"""Writing events: the one place where a line comes into a timeline, and where a search will find it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects import postgresql, sqlite

from incidents.blocks.sealing import after_writing, before_writing
from incidents.models import Event
from incidents.timeline.sentences import BY, search_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Executable
    from sqlalchemy.orm import Session

    from core.actors import Actor


def add_event(
    session: Session,
    kind: str,
    *,
    actor: Actor,
    now: datetime,
    incident_id: int | None = None,
    happened_at: datetime | None = None,
    zone: str = "",
    source: str = "",
    data: Mapping[str, Any] | None = None,
    key: str | None = None,
) -> int | None:
    """Write one event and give its id; None when an event of that ``key`` was written before.

    Args:
        session: A writing session; the event stands when its transaction does.
        kind: A key of ``[event]`` in texts/*.toml.
        actor: Who did it; `core.actors.SYSTEM` for the program itself. Their account and how they were authenticated
            stand in the event too.
        now: When we learned it.
        incident_id: Whose timeline it belongs to; none for what belongs to no incident.
        happened_at: When it happened; ``now`` unless given.
        zone: The zone as it was written where we learned it.
        source: Where we learned it: a source's name, a system's.
        data: What the sentence tells, as plain JSON.
        key: Makes the event unique, so that work done twice writes it once.
    """
    values = dict(data or {})
    if not actor.is_program:
        values[BY] = actor.as_data()
    if source:
        values.setdefault("source", source)
    text = search_text(kind, values, actor=actor.name, source=source)
    row = {
        "incident_id": incident_id, "happened_at": happened_at or now, "learned_at": now, "zone": zone, "kind": kind,
        "actor": actor.name, "source": source, "data": values, "search_text": text, "key": key,
    }  # fmt: skip
    before_writing(session)
    event_id: int | None = session.connection().scalar(_insert(session.get_bind().dialect.name), row)
    if event_id is not None:
        after_writing(session, event_id)
    return event_id


@cache
def _insert(dialect: str) -> Executable:
    """Made once: making the statement anew took four fifths of the time of writing an event."""
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(Event.__table__).on_conflict_do_nothing().returning(Event.__table__.c.id)  # type: ignore[arg-type]
