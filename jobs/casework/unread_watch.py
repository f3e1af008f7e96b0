"""Documents that were not read whole: many in a day are told."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from alerts.digests.unread import write_many
from incidents.findings import UNREAD
from incidents.models import FindingRow
from jobs.interface import SingleJob

DAY = timedelta(days=1)


class UnreadWatch(SingleJob):
    """Every ten minutes."""

    name = "unread-watch"
    lane = "keep"
    every_s = 600.0

    def work(self) -> str:
        """Leave an event when there are as many as the settings say."""
        now, settings = self.home.clock.now(), self.home.settings
        counted = select(func.count()).where(FindingRow.verdict == UNREAD, FindingRow.made_at > now - DAY)
        with self.home.database.read() as session:
            count = session.scalar(counted) or 0
        if count < settings.alerts.unread_limit:
            return f"done: {count}"
        with self.home.database.write() as session:
            is_new = write_many(session, count, now=now, zone=settings.zone)
        return f"done: {count}, told" if is_new else f"done: {count}"
