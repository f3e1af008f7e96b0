"""The two confirmations of an incident, by two people, and what becomes of them when incidents turn out to be one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime


class Confirmed(Protocol):
    """Whoever has the confirmations of an incident: its row, or what its timeline comes to."""

    csirt_confirmed_at: datetime | None
    csirt_confirmed_by: str
    owner_confirmed_at: datetime | None
    owner_confirmed_by: str


def take_over(into: Confirmed, other: Confirmed) -> None:
    """What was confirmed of a part is confirmed of the whole, unless one person would have confirmed both sides."""
    if into.csirt_confirmed_at is None and not _is_one(other.csirt_confirmed_by, into.owner_confirmed_by):
        into.csirt_confirmed_at, into.csirt_confirmed_by = other.csirt_confirmed_at, other.csirt_confirmed_by
    if into.owner_confirmed_at is None and not _is_one(other.owner_confirmed_by, into.csirt_confirmed_by):
        into.owner_confirmed_at, into.owner_confirmed_by = other.owner_confirmed_at, other.owner_confirmed_by


def _is_one(person: str, other: str) -> bool:
    """Whether both are known, and the same; who confirmed before people had accounts is not known."""
    return bool(person) and person == other
