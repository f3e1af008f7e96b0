"""The record as a whole, compared with the log: once a day, and when somebody asks; what came of it is an event."""

from __future__ import annotations

from jobs.interface import SingleJob
from transparency.last_verification import is_verification_due


class VerifyJob(SingleJob):
    """`hinomi verify --record`, in a child: it reads every row and file."""

    name = "verify"
    lane = "check"

    def is_wanted(self) -> bool:
        """Whether somebody asked since the last one, or that is too long ago."""
        with self.home.database.read() as session:
            return is_verification_due(session, self.home.settings.log, self.home.clock.now())

    def work(self) -> str | None:
        """Verify; damage is told by the event, and by the page's foot."""
        return self.run_child(["verify", "--json", "--record"])
