"""Looks that are on the record, read back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from exports.errors import ExportError
from exports.looks.account import NOTHING, SOMETHING
from exports.looks.statement import look_statement
from incidents.models import Event

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy.orm import Session

    from exports.looks.statement import LookStatement

KINDS = (NOTHING, SOMETHING)


def read_looks(session: Session, *, limit: int = 50) -> Sequence[Event]:
    """The latest looks."""
    return session.scalars(select(Event).where(Event.kind.in_(KINDS)).order_by(Event.id.desc()).limit(limit)).all()


def read_look(session: Session, event_id: int) -> Event:
    """One look by its event.

    Raises:
        ExportError: There is none of that number.
    """
    event = session.get(Event, event_id)
    if event is None or event.kind not in KINDS:
        raise ExportError("no_look", event=event_id)
    return event


def statement_of(
    event: Event, *, zone: str, language: str, masked: Callable[[str], str] = str
) -> LookStatement:  # fmt: skip
    """Its statement, in a language; what was typed as ``masked`` shows it."""
    data = event.data | {name: masked(event.data[name]) for name in ("looked_for", "reason")}
    return look_statement(event.id, data, by=event.actor, at=event.happened_at, zone=zone, language=language)
