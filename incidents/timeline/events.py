"""Writing events: the one place where a line comes into a timeline, and where a search will find it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text
from sqlalchemy.dialects import postgresql, sqlite

from incidents.blocks.sealing import after_writing, before_writing
from incidents.models import Event
from incidents.timeline.sentences import BY, search_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import Executable
    from sqlalchemy.orm import Session

    from core.actors import Actor

AT_ONCE: Final = 1000
"""Events in one statement."""
_ARRAYS: Final = {
    "incident_id": "integer", "happened_at": "timestamptz", "learned_at": "timestamptz", "zone": "text", "kind": "text",
    "actor": "text", "source": "text", "data": "json", "search_text": "text", "key": "text",
}  # fmt: skip
_INSERT_ARRAYS: Final = text(
    f"INSERT INTO events ({', '.join(_ARRAYS)}) SELECT {', '.join(_ARRAYS)} FROM unnest("  # noqa: S608  # our own names
    + ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in _ARRAYS.items())
    + f") WITH ORDINALITY AS given ({', '.join(_ARRAYS)}, place) ORDER BY place ON CONFLICT DO NOTHING RETURNING id"
)
"""PostgreSQL's: columns as arrays, so that the statement is the same however many events there are."""


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
    event = NewEvent(kind, incident_id, happened_at, zone, source, data, key)
    before_writing(session)
    event_id: int | None = session.connection().scalar(
        _insert(session.get_bind().dialect.name), _row(event, actor=actor, now=now)
    )
    if event_id is not None:
        after_writing(session, event_id)
    return event_id


@dataclass(frozen=True, slots=True)
class NewEvent:
    """One of several events that are written together; everything means what it does in `add_event`."""

    kind: str
    incident_id: int | None = None
    happened_at: datetime | None = None
    zone: str = ""
    source: str = ""
    data: Mapping[str, Any] | None = None
    key: str | None = None


def add_events(session: Session, events: Iterable[NewEvent], *, actor: Actor, now: datetime) -> int:
    """Write some events in their order, as `add_event` would, and give how many were new.

    On PostgreSQL, where every statement is a journey to the server and back, hundreds go in one.
    """
    before_writing(session)
    connection, dialect = session.connection(), session.get_bind().dialect.name
    rows = (_row(event, actor=actor, now=now) for event in events)
    written = 0
    if dialect == "postgresql":
        while some := list(islice(rows, AT_ONCE)):
            columns = {name: [row[name] for row in some] for name in _ARRAYS}
            columns["data"] = [json.dumps(data) for data in columns["data"]]
            written += len(connection.execute(_INSERT_ARRAYS, columns).all())
        return written
    for row in rows:
        event_id = connection.scalar(_insert(dialect), row)
        if event_id is not None:
            after_writing(session, event_id)
            written += 1
    return written


def _row(event: NewEvent, *, actor: Actor, now: datetime) -> dict[str, Any]:
    values = dict(event.data or {})
    if not actor.is_program:
        values[BY] = actor.as_data()
    if event.source:
        values.setdefault("source", event.source)
    return {
        "incident_id": event.incident_id, "happened_at": event.happened_at or now, "learned_at": now,
        "zone": event.zone, "kind": event.kind, "actor": actor.name, "source": event.source, "data": values,
        "search_text": search_text(event.kind, values, actor=actor.name, source=event.source), "key": event.key,
    }  # fmt: skip


@cache
def _insert(dialect: str) -> Executable:
    """Made once: making the statement anew took four fifths of the time of writing an event."""
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(Event.__table__).on_conflict_do_nothing().returning(Event.__table__.c.id)  # type: ignore[arg-type]
