"""What becomes of confirmations, dates and people when incidents turn out to be one, and when they are two again.

Whether an incident is open or confirmed is what its confirmations say, whatever led there (`by_confirmations`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from incidents.casework.changes import as_plain, change, from_plain
from incidents.states import CONFIRMED, LIVE, OPEN

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime


class Confirmed(Protocol):
    """Whoever has the confirmations of an incident: its row, or what its timeline comes to."""

    csirt_confirmed_at: datetime | None
    csirt_confirmed_by: str
    owner_confirmed_at: datetime | None
    owner_confirmed_by: str


class Cased(Confirmed, Protocol):
    """An incident's row, or what its timeline comes to."""

    state: str
    assignee: str
    severity_set: str
    come_back_on: date | None
    come_back_why: str


def take_over(into: Confirmed, other: Confirmed) -> dict[str, list[Any]]:
    """What was confirmed of a part is confirmed of the whole, unless one person would have confirmed both sides."""
    taken: dict[str, list[Any]] = {}
    if into.csirt_confirmed_at is None and not _is_one(other.csirt_confirmed_by, into.owner_confirmed_by):
        at, by = other.csirt_confirmed_at, other.csirt_confirmed_by
        taken |= change(into, csirt_confirmed_at=at, csirt_confirmed_by=by)
    if into.owner_confirmed_at is None and not _is_one(other.owner_confirmed_by, into.csirt_confirmed_by):
        at, by = other.owner_confirmed_at, other.owner_confirmed_by
        taken |= change(into, owner_confirmed_at=at, owner_confirmed_by=by)
    return taken


def take_part(into: Cased, other: Cased) -> dict[str, list[Any]]:
    """All that a whole takes over from what becomes part of it: what it has itself stays.

    If either is on somebody's desk, the whole is; and a whole with a confirmation is confirmed.
    """
    taken: dict[str, list[Any]] = {}
    state = other.state if into.state not in LIVE and other.state in LIVE else into.state
    taken |= take_over(into, other)
    taken |= change(
        into,
        state=by_confirmations(state, into),
        assignee=into.assignee or other.assignee,
        severity_set=into.severity_set or other.severity_set,
    )
    if into.come_back_on is None:
        taken |= change(into, come_back_on=other.come_back_on, come_back_why=other.come_back_why)
    return taken


def give_back(into: Cased, taken: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    """What a whole took over at a merge goes back with its part, unless it was changed since."""
    still = {name: old for name, (old, new) in taken.items() if as_plain(getattr(into, name)) == new}
    state = still.pop("state", into.state)
    given = change(into, **{name: from_plain(name, old) for name, old in still.items()})
    return given | change(into, state=by_confirmations(state, into))


def by_confirmations(state: str, one: Confirmed) -> str:
    """The state that a step leads to: of open and confirmed the one that the confirmations say, any other as it is."""
    if state not in {OPEN, CONFIRMED}:
        return state
    is_confirmed = one.csirt_confirmed_at is not None or one.owner_confirmed_at is not None
    return CONFIRMED if is_confirmed else OPEN


def _is_one(person: str, other: str) -> bool:
    """Whether both are known, and the same; who confirmed before people had accounts is not known."""
    return bool(person) and person == other
