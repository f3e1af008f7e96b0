"""The weekly digest: its figures are gathered when it is due."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from alerts.digests.weekly import write_digest
from alerts.on_call import ON_CALL_FILE, read_ladder
from crawler.health import watched_sources
from incidents.casework.models import OPEN, Task
from incidents.clocks.reading import counted
from incidents.desk.front import overview, unacknowledged
from incidents.findings import UNREAD
from incidents.models import FindingRow, Incident
from incidents.states import LIVE
from jobs.interface import SingleJob

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from home import Home

WEEK = timedelta(days=7)


class WeeklyDigest(SingleJob):
    """Looked at every five minutes, where the on-call list says when."""

    name = "weekly-digest"
    lane = "keep"
    every_s = 300.0

    def is_wanted(self) -> bool:
        """Whether there is a list."""
        return (self.home.settings.home / ON_CALL_FILE).exists()

    def work(self) -> str:
        """Leave the event of a digest that is due."""
        weekly, now = read_ladder(self.home.settings.home / ON_CALL_FILE).weekly, self.home.clock.now()
        day = weekly.due(now) if weekly else ""
        if not day:
            return "done: none is due"
        with self.home.database.write() as session:
            is_new = write_digest(session, day, figures_of(session, self.home, now), now=now)
        return f"done: {day}" if is_new else "done: it was there"


def figures_of(session: Session, home: Home, now: datetime) -> dict[str, Any]:
    """What the week comes to."""
    shown = overview(session, language="en", recent=0)
    overdue = select(func.count()).select_from(Task).where(Task.state == OPEN, Task.due_at < now)
    unread = (FindingRow.verdict == UNREAD, FindingRow.made_at >= now - WEEK)
    opened = select(func.count()).select_from(Incident).where(Incident.opened_at >= now - WEEK)
    clocks = counted(session, now=now, until=now + WEEK)
    watched = watched_sources(home.settings, home.database, now).sources
    return {
        "open": sum(shown.counts_by_state.get(state, 0) for state in LIVE),
        "unacknowledged": unacknowledged(session),
        "clocks_missed": clocks["missed"],
        "clocks_near": clocks["near"],
        "overdue": session.scalar(overdue) or 0,
        "waiting": shown.documents_waiting,
        "failed": shown.documents_failed,
        "unread": session.scalar(select(func.count()).select_from(FindingRow).where(*unread)) or 0,
        "opened": session.scalar(opened) or 0,
        "sources": [one.name for one in watched if any(condition.alarms for condition in one.conditions)],
    }
