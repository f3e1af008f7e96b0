"""Retention: documents and access records whose time is over go, and so do old claims and turns."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from core.hosts.beats import forget_hosts
from core.leases import forget_claims
from crawler.polite.turns import forget_turns
from jobs.interface import DAY_S, SingleJob
from trails.store.retention import expire as expire_trails

KEEP_CLAIMS: Final = timedelta(days=30)
KEEP_HOSTS: Final = timedelta(days=7)
KEEP_TURNS: Final = timedelta(days=1)


class Retention(SingleJob):
    """Once a day."""

    name = "retention"
    lane = "keep"
    every_s = DAY_S

    def work(self) -> str:
        """Remove what nobody has to keep."""
        settings, database, now = self.home.settings, self.home.database, self.home.clock.now()
        expired = self.home.archive.expire(now)
        trail_rows = expire_trails(database, settings.trails_dir, keep_days=settings.trails.keep_days, now=now)
        with database.write() as session:
            forget_claims(session, before=now - KEEP_CLAIMS)
            forget_hosts(session, before=now - KEEP_HOSTS)
            forget_turns(session, before=now - KEEP_TURNS)
        return f"done: {expired.documents} documents, {trail_rows} access records"
