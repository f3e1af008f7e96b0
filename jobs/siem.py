"""Lines for a SIEM, where one is set up: a moment after what they tell of."""

from __future__ import annotations

from alerts.siem_lines import has_lines, is_set_up, send_lines
from jobs.interface import SingleJob


class SiemJob(SingleJob):
    """At every tick while there is something new in the log."""

    name = "siem"
    lane = "keep"

    def is_wanted(self) -> bool:
        """Whether anybody wants lines, and there may be some."""
        if not is_set_up(self.home.settings):
            return False
        with self.home.database.read() as session:
            return has_lines(session, self.home.settings)

    def work(self) -> str:
        """Send them."""
        try:
            return f"done: {send_lines(self.home.settings, self.home.database)} lines"
        except OSError as error:
            return f"failed: {error.strerror or type(error).__name__}"
