"""Deadlines that are about to end, and those that have: each is told once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from core.actors import SYSTEM
from deadlines.evaluation import is_over
from incidents.clocks.keeping import shown_end
from incidents.clocks.models import RUNNING, DeadlineRow
from incidents.models import Incident
from incidents.states import LIVE
from incidents.timeline.events import add_event

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

NEAR, MISSED = "clock-near", "clock-missed"
_HOUR: Final = timedelta(hours=1)


def tell_near(session: Session, *, now: datetime, hours: Sequence[float]) -> int:
    """Tell of running deadlines that end within so many hours, and of those that have ended; gives how many.

    Args:
        session: A writing session.
        now: When.
        hours: Before the end; of several that a deadline has come under since the last look, the shortest is told.
    """
    told = 0
    limit = now + max(hours, default=0) * _HOUR
    near = select(DeadlineRow).where(DeadlineRow.state == RUNNING, DeadlineRow.last_at <= limit)
    live = near.join(Incident, Incident.id == DeadlineRow.incident_id).where(
        Incident.state.in_(LIVE), Incident.merged_into.is_(None)
    )
    for row in session.scalars(live.order_by(DeadlineRow.last_at, DeadlineRow.id)).all():
        if row.last_at is None:
            continue
        key = f"{row.id}:{row.last_at.isoformat()}"
        if is_over(row.last_at, now, row.unit):
            told += _tell(session, MISSED, row, f"{MISSED}:{key}", now)
            continue
        passed = min((one for one in hours if row.last_at - one * _HOUR <= now), default=None)
        if passed is not None:
            told += _tell(session, NEAR, row, f"{NEAR}:{key}:{passed:g}", now, hours=f"{passed:g}")
    return told


def _tell(session: Session, kind: str, row: DeadlineRow, key: str, now: datetime, **said: str) -> bool:
    data = {"deadline": row.id, "clock": row.what, "name": row.name, "due": shown_end(row), "basis": row.basis} | said
    event = add_event(session, kind, actor=SYSTEM, now=now, incident_id=row.incident_id, data=data, key=key)
    return event is not None
