"""Incidents as they were at a moment that has passed: which there were, their states, customers and places."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from incidents.figures import figures_before
from incidents.states import LIVE
from incidents.timeline.replay import replay

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from incidents.timeline.replay import Played


@dataclass(frozen=True, slots=True)
class PastLine:
    """An incident as one line of a list, as it was."""

    id: int
    opened_at: datetime
    state: str
    subjects: int
    sightings: int


def incidents_before(session: Session, since: datetime, moment: datetime) -> tuple[list[PastLine], int]:
    """The incidents that were opened since a moment, as they were before another, newest first; how many were live."""
    played = replay(session, before=moment)
    wholes = {number: one for number, one in played.items() if one.merged_into is None and one.opened_at is not None}
    live = sum(one.state in LIVE for one in wholes.values())
    opened = {number: one.opened_at for number, one in wholes.items() if one.opened_at and one.opened_at >= since}
    groups = _groups(played)
    figures = figures_before(session, {number: groups[number] for number in opened}, moment)
    lines = [PastLine(number, at, wholes[number].state, *figures[number]) for number, at in opened.items()]
    return sorted(lines, key=lambda line: (line.opened_at, line.id), reverse=True), live


def _groups(played: Mapping[int, Played]) -> dict[int, list[int]]:
    """The parts of each whole, itself among them."""
    groups: dict[int, list[int]] = defaultdict(list)
    for number in played:
        whole, above = number, played[number].merged_into
        while above is not None:
            whole, above = above, played[above].merged_into if above in played else None
        groups[whole].append(number)
    return groups
