"""What deadlines depend on, gathered from an incident: what people said, how many customers, when it became known."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal

from sqlalchemy import select

from deadlines.facts import (
    CONFIRMED_PEOPLE,
    KNOWN,
    MOMENTS,
    POSSIBLE_PEOPLE,
    QUESTIONS,
    RESIDENTS,
    Answer,
    Deed,
    Facts,
)
from incidents.clocks.models import MET, WAIVED, DeadlineRow, FactRow
from incidents.groups import group_ids
from incidents.models import Event
from incidents.states import CONFIRMATIONS
from incidents.timeline.attention import ACKNOWLEDGED
from incidents.timeline.sentences import BY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from incidents.models import Incident

KNOWING: Final = (ACKNOWLEDGED, *CONFIRMATIONS)
"""What a person did with an incident when they knew of it: the first of these starts what nobody gave a moment for."""
_GRAVITY: Final = (Answer.NO, Answer.POSSIBLE, Answer.YES)


def facts_of(session: Session, incident: Incident) -> Facts:
    """The facts of a whole incident: of several parts the graver answer, the larger number, the earlier moment."""
    parts = group_ids(session, incident.id)
    said: dict[str, list[str]] = {}
    rows = select(FactRow.name, FactRow.value).where(FactRow.incident_id.in_(parts), FactRow.value != "")
    for name, value in session.execute(rows):
        said.setdefault(name, []).append(value)
    moments: dict[str, datetime] = {
        name: min(map(datetime.fromisoformat, said[name])) for name in MOMENTS if name in said
    }
    known = moments.get(KNOWN) or knowing_event(session, parts)
    own = select(DeadlineRow).where(DeadlineRow.incident_id == incident.id, DeadlineRow.state.in_((MET, WAIVED)))
    return Facts(
        answers={name: max(map(Answer, said[name]), key=_GRAVITY.index) for name in QUESTIONS if name in said},
        confirmed_people=_confirmed(incident, said),
        possible_people=max([incident.subjects, *map(int, said.get(POSSIBLE_PEOPLE, ()))]),
        residents=_residents(said.get(RESIDENTS)),
        moments=moments | ({KNOWN: known} if known else {}),
        deeds={(row.regime, row.step): _deed(row) for row in session.scalars(own)},
    )


def knowing_event(session: Session, parts: Sequence[int]) -> datetime | None:
    """When a person first acknowledged or confirmed an incident or a part of it."""
    asked = select(Event.learned_at, Event.data).where(Event.incident_id.in_(parts), Event.kind.in_(KNOWING))
    return min((at for at, data in session.execute(asked) if BY in data), default=None)


def _confirmed(incident: Incident, said: Mapping[str, Sequence[str]]) -> int | None:
    given = [int(value) for value in said.get(CONFIRMED_PEOPLE, ())]
    if incident.csirt_confirmed_at is not None or incident.owner_confirmed_at is not None:
        given.append(incident.subjects)
    return max(given, default=None)


def _residents(said: Sequence[str] | None) -> frozenset[str] | None:
    return None if said is None else frozenset(code for value in said for code in value.split(","))


def _deed(row: DeadlineRow) -> Deed:
    state: Literal["met", "waived"] = "met" if row.state == MET else "waived"
    return Deed(state, row.met_at or row.settled_at or row.started_at, row.reference or row.reason)
