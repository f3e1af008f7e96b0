"""What incidents have to be by their timelines alone: state, who confirmed, who has it, what it is part of.

The present rows are kept beside the events, and an event is never changed. So whoever verifies the record plays the
events again, in their order, and compares.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from incidents.casework.changes import CHANGES, play
from incidents.casework.confirmations import take_over
from incidents.models import Event
from incidents.states import ACTIONS, CONFIRM_CSIRT, CONFIRM_OWNER, DISMISS, LIVE, OPEN, REOPEN
from incidents.timeline.sentences import BY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from sqlalchemy.orm import Session

OPENED, WOKEN, ASSIGNED, UNASSIGNED, MERGED, SPLIT = "opened", "woken", "assigned", "unassigned", "merged", "split"
MERGED_BY_HAND = "merged-by-hand"
CASEWORK: Final = (
    "severity-set",
    "playbook-set",
    "come-back-set",
    "come-back-cleared",
    "handed-over",
    "hand-over-taken",
    "waived",
)
"""Kinds of events that tell of changed columns, and of nothing else that is played."""
PLAYED: Final = (OPENED, *ACTIONS, WOKEN, ASSIGNED, UNASSIGNED, MERGED, MERGED_BY_HAND, SPLIT, *CASEWORK)


@dataclass(slots=True)
class Played:
    """An incident as its timeline has it; the names are those of its columns."""

    state: str = OPEN
    opened_at: datetime | None = None
    assignee: str = ""
    dismiss_reason: str = ""
    csirt_confirmed_at: datetime | None = None
    owner_confirmed_at: datetime | None = None
    csirt_confirmed_by: str = ""
    owner_confirmed_by: str = ""
    merged_into: int | None = None
    severity_set: str = ""
    playbook: str = ""
    come_back_on: date | None = None
    come_back_why: str = ""
    handed_by: str = ""
    waived: dict[str, str] = field(default_factory=dict)


def replay(session: Session, *, before: datetime | None = None) -> dict[int, Played]:
    """Every incident that a timeline tells of, as it has to be now, or as it was before a moment."""
    incidents: dict[int, Played] = {}
    asked = select(Event).where(Event.kind.in_(PLAYED), Event.incident_id.is_not(None))
    if before is not None:
        asked = asked.where(Event.learned_at < before)
    for event in session.scalars(asked.order_by(Event.id)):
        _play(incidents, event.incident_id or 0, event)
    return incidents


def _play(incidents: dict[int, Played], incident_id: int, event: Event) -> None:
    one, kind, data = incidents.setdefault(incident_id, Played()), event.kind, event.data
    changes = data.get(CHANGES)
    if kind == OPENED:
        one.opened_at = event.learned_at
    elif kind in {MERGED, MERGED_BY_HAND}:
        _merge(incidents, incident_id, int(data["other"]), changes)
    elif kind == SPLIT:
        _split(incidents, incident_id, int(data["other"]))
        play(one, changes or {})
    elif changes is not None and kind in {ASSIGNED, UNASSIGNED, *CASEWORK}:
        play(one, changes)
    elif kind in {ASSIGNED, UNASSIGNED}:
        one.assignee = str(data.get("assignee", ""))
    elif kind == WOKEN:
        one.state = str(data["state"])
    else:
        _act(incidents, incident_id, event)


def _act(incidents: dict[int, Played], incident_id: int, event: Event) -> None:
    """An action is taken on an incident and on all that was merged into it."""
    one, kind, data = incidents[incident_id], event.kind, event.data
    by = event.actor if BY in data else ""  # before people had accounts, a name was what somebody typed
    if kind == CONFIRM_CSIRT:
        one.csirt_confirmed_at, one.csirt_confirmed_by = event.learned_at, by
    elif kind == CONFIRM_OWNER:
        one.owner_confirmed_at, one.owner_confirmed_by = event.learned_at, by
    elif kind in {DISMISS, REOPEN}:
        one.dismiss_reason = str(data.get("reason", "")) if kind == DISMISS else ""
    parts = [incident_id]
    for part in parts:
        incidents[part].state = str(data["state"])
        parts += [number for number, other in incidents.items() if other.merged_into == part]


def _merge(incidents: dict[int, Played], into_id: int, other_id: int, changes: Mapping[str, list[Any]] | None) -> None:
    into, other = incidents[into_id], incidents.setdefault(other_id, Played())
    other.merged_into = into_id
    if changes is not None:
        play(into, changes)
        return
    # Before merges said what they changed, this is what they did.
    if into.state not in LIVE and other.state in LIVE:
        into.state = other.state
    take_over(into, other)
    into.assignee = into.assignee or other.assignee


def _split(incidents: dict[int, Played], one_id: int, other_id: int) -> None:
    """Both sides tell of a split; whichever was the part is one no more."""
    for part_id, whole_id in ((one_id, other_id), (other_id, one_id)):
        part = incidents.setdefault(part_id, Played())
        if part.merged_into == whole_id:
            part.merged_into = None
            return
