"""What tasks and relations have to be by their events alone, for whoever verifies the record."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from incidents.casework.changes import CHANGES, from_plain, play
from incidents.casework.following import PLAYBOOK_SET
from incidents.casework.steering import RELATED, UNRELATED
from incidents.casework.tasks import ADDED, ASSIGNED, DUE, MADE, REOPENED, SETTLED
from incidents.models import Event

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

PLAYED: Final = (PLAYBOOK_SET, ADDED, *SETTLED.values(), REOPENED, ASSIGNED, DUE)


@dataclass(slots=True)
class PlayedTask:
    """A task as its events have it; the names are those of its columns."""

    incident_id: int
    playbook: str = ""
    step: str = ""
    text: dict[str, str] = field(default_factory=dict)
    role: str = ""
    owner: str = ""
    mandatory: bool = False
    due_after: str = ""
    due_hours: float | None = None
    due_at: datetime | None = None
    state: str = ""
    reason: str = ""
    added_at: datetime | None = None
    settled_at: datetime | None = None
    settled_by: str = ""


def replay_tasks(session: Session) -> dict[int, PlayedTask]:
    """Every task that a timeline tells of, as it has to be now."""
    tasks: dict[int, PlayedTask] = {}
    for event in session.scalars(select(Event).where(Event.kind.in_(PLAYED)).order_by(Event.id)):
        if event.kind == PLAYBOOK_SET:
            for number, made in event.data.get(MADE, {}).items():
                tasks[int(number)] = _made(event, made)
        elif event.kind == ADDED:
            tasks[int(event.data["task"])] = _made(event, event.data[MADE])
        elif int(event.data["task"]) in tasks:
            play(tasks[int(event.data["task"])], event.data[CHANGES])
    return tasks


def _made(event: Event, made: Mapping[str, Any]) -> PlayedTask:
    return PlayedTask(event.incident_id or 0, **{name: from_plain(name, value) for name, value in made.items()})


def replay_relations(session: Session) -> dict[tuple[int, int], str]:
    """Which incidents timelines say belong together, and why."""
    relations: dict[tuple[int, int], str] = {}
    for event in session.scalars(select(Event).where(Event.kind.in_((RELATED, UNRELATED))).order_by(Event.id)):
        one, other = event.incident_id or 0, int(event.data["other"])
        pair = (min(one, other), max(one, other))
        if event.kind == RELATED:
            relations[pair] = str(event.data["reason"])
        else:
            relations.pop(pair, None)
    return relations
