"""Backups: when the last one was taken of this home, by the event that it left."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from health.interface import Diagnosis
from incidents.models import Event

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy.orm import Session

    from home import Home

TAKEN: Final = "backed-up"
OLD: Final = timedelta(days=7)
"""After which somebody should be told: longer than a weekend, and a week's work is lost at worst."""


def last_backup(session: Session) -> datetime | None:
    """When a backup was last taken; None when none ever was.

    One that another program makes, of files and database, leaves no event and is not known of.
    """
    return session.scalar(select(func.max(Event.happened_at)).where(Event.kind == TAKEN))


def look_at_backup(home: Home, _thorough: bool) -> Iterator[Diagnosis]:  # noqa: FBT001  # every look is called alike
    """Whether there is one, and whether it is young enough."""
    with home.database.read() as session:
        taken = last_backup(session)
    if taken is None:
        yield Diagnosis("note", "backup", "never")
        return
    is_old = home.clock.now() - taken > OLD
    what = "old" if is_old else "taken"
    yield Diagnosis("note" if is_old else "ok", "backup", what, {"at": f"{taken:%Y-%m-%d %H:%M}"})
