"""Settings, sources and accounts: whether they are still as somebody answered for them."""

from __future__ import annotations

from core.logs import get_logger
from jobs.interface import SingleJob
from transparency.settings_record import notice_changes

log = get_logger()


class SettingsWatch(SingleJob):
    """Once a minute; what changed and nobody said so is an event, once."""

    name = "settings"
    lane = "keep"
    every_s = 60.0

    def work(self) -> str:
        """Compare the files with what was recorded of them."""
        with self.home.database.write() as session:
            noticed = notice_changes(session, self.home.settings, now=self.home.clock.now())
        for name in noticed:
            log.warning("settings.changed", name=name)
        return f"done: {len(noticed)} changed"
