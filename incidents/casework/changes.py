"""Changes of an incident as its events have them: of each column what it was and what it is, as plain JSON."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

CHANGES: Final = "changes"
"""Where an event has them."""
MOMENTS: Final = frozenset({
    "csirt_confirmed_at", "owner_confirmed_at", "due_at", "settled_at", "added_at", "starts_at", "first_at", "last_at",
    "met_at", "started_at", "said_at", "decided_at", "filed_at",
})  # fmt: skip
DAYS: Final = frozenset({"come_back_on"})


def change(row: object, **values: Any) -> dict[str, list[Any]]:
    """Set columns of a row; gives old and new of those that were different."""
    changes: dict[str, list[Any]] = {}
    for name, value in values.items():
        before = getattr(row, name)
        if before != value:
            changes[name] = [as_plain(before), as_plain(value)]
            setattr(row, name, value)
    return changes


def play(row: object, changes: Mapping[str, list[Any]]) -> None:
    """Set columns to what an event says they became."""
    for name, (_, after) in changes.items():
        setattr(row, name, from_plain(name, after))


def as_plain(value: Any) -> Any:
    """A value as JSON can hold it."""
    return value.isoformat() if isinstance(value, date) else value


def from_plain(name: str, value: Any) -> Any:
    """The value of a column from JSON."""
    if value is None:
        return None
    if name in MOMENTS:
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if name in DAYS else value
