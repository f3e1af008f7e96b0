"""Tasks that are overdue, and days on which somebody has to look again: each is told once."""

from __future__ import annotations

from incidents.casework.reminders import tell_come_backs, tell_overdue
from jobs.interface import SingleJob


class Reminders(SingleJob):
    """Every five minutes."""

    name = "reminders"
    lane = "keep"
    every_s = 300.0

    def work(self) -> str:
        """Leave an event for what has come due since the last time."""
        now, zone = self.home.clock.now(), self.home.settings.zone
        with self.home.database.write() as session:
            overdue = tell_overdue(session, now=now)
            returned = tell_come_backs(session, now=now, zone=zone)
        return f"done: {overdue} tasks, {returned} incidents"
