"""What deadlines, and what people said for them, have to be by their events alone, for whoever verifies the record."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from incidents.casework.changes import CHANGES, from_plain, play
from incidents.clocks.keeping import CHANGED, FACT, HALTED, MADE, STARTED
from incidents.clocks.settling import SETTLING
from incidents.models import Event

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

PLAYED: Final = (STARTED, CHANGED, HALTED, *SETTLING)


@dataclass(slots=True)
class PlayedDeadline:
    """A deadline as its events have it; the names are those of its columns."""

    incident_id: int
    regime: str = ""
    step: str = ""
    what: dict[str, str] = field(default_factory=dict)
    basis: str = ""
    unit: str = ""
    zone: str = ""
    starts_at: datetime | None = None
    first_at: datetime | None = None
    last_at: datetime | None = None
    state: str = ""
    reason: str = ""
    reference: str = ""
    met_at: datetime | None = None
    started_at: datetime | None = None
    settled_at: datetime | None = None
    settled_by: str = ""


@dataclass(slots=True)
class PlayedFact:
    """What was said of an incident, as its events have it."""

    value: str = ""
    reason: str = ""
    said_at: datetime | None = None
    said_by: str = ""


def replay_deadlines(session: Session, *, before: datetime | None = None) -> dict[int, PlayedDeadline]:
    """Every deadline that a timeline tells of, as it has to be now, or as it was before a moment."""
    found: dict[int, PlayedDeadline] = {}
    asked = select(Event).where(Event.kind.in_(PLAYED))
    if before is not None:
        asked = asked.where(Event.learned_at < before)
    for event in session.scalars(asked.order_by(Event.id)):
        number, made = int(event.data["deadline"]), event.data.get(MADE)
        if made is not None:
            values = {name: from_plain(name, value) for name, value in made.items()}
            found[number] = PlayedDeadline(event.incident_id or 0, **values)
        elif number in found:
            play(found[number], event.data[CHANGES])
    return found


def replay_facts(session: Session) -> dict[tuple[int, str], PlayedFact]:
    """Everything that timelines say people said for deadlines, by incident and name."""
    found: dict[tuple[int, str], PlayedFact] = {}
    for event in session.scalars(select(Event).where(Event.kind == FACT).order_by(Event.id)):
        fact = found.setdefault((event.incident_id or 0, str(event.data["fact"])), PlayedFact())
        play(fact, event.data[CHANGES])
        fact.said_at = event.learned_at
        fact.said_by = event.actor
    return found
