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
    Deed,
    FactAnswer,
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
_GRAVITY: Final = (FactAnswer.NO, FactAnswer.POSSIBLE, FactAnswer.YES)


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
    known = first_known(session, parts)
    own = select(DeadlineRow).where(DeadlineRow.incident_id == incident.id, DeadlineRow.state.in_((MET, WAIVED)))
    return Facts(
        answers={name: max(map(FactAnswer, said[name]), key=_GRAVITY.index) for name in QUESTIONS if name in said},
        confirmed_people=_confirmed(incident, said),
        possible_people=max([incident.subjects, *map(int, said.get(POSSIBLE_PEOPLE, ()))]),
        residents=_residents(said.get(RESIDENTS)),
        moments=moments | ({KNOWN: known} if known else {}),
        deeds={(row.regime, row.step): _deed(row) for row in session.scalars(own)},
    )


def first_known(session: Session, parts: Sequence[int]) -> datetime | None:
    """When the first of these became known: each as a person said, else when one acknowledged or confirmed it."""
    asked = select(Event.incident_id, Event.learned_at, Event.data).where(
        Event.incident_id.in_(parts), Event.kind.in_(KNOWING)
    )
    moments: dict[int, datetime] = {}
    for part, at, data in session.execute(asked):
        if BY in data and part is not None:
            moments[part] = min(at, moments.get(part, at))
    said = select(FactRow.incident_id, FactRow.value).where(
        FactRow.incident_id.in_(parts), FactRow.name == KNOWN, FactRow.value != ""
    )
    moments |= {part: datetime.fromisoformat(value) for part, value in session.execute(said)}
    return min(moments.values(), default=None)


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
