"""The record as a whole, compared with the log: once a day, and when somebody asks; what came of it is an event."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from alerts.head_notices import enqueue_damage
from core.hosts.roles import SCHEDULER
from jobs.interface import SingleJob
from transparency.last_verification import is_verification_due, last_verification

if TYPE_CHECKING:
    from datetime import datetime

    from jobs.interface import Workbench

AGAIN: Final = timedelta(minutes=10)
"""One that ended without a word, for want of a key or of memory, is not begun again before."""


class VerifyJob(SingleJob):
    """`hinomi verify --record`, in a child: it reads every row and file."""

    name = "verify"
    lane = "check"
    own_role = SCHEDULER

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self._begun_at: datetime | None = None

    def is_wanted(self) -> bool:
        """Whether somebody asked since the last one, or that is too long ago."""
        now = self.home.clock.now()
        if self._begun_at is not None and now - self._begun_at < AGAIN:
            return False
        with self.home.database.read() as session:
            return is_verification_due(session, self.home.settings.log, now)

    def work(self) -> str | None:
        """Verify; damage is told, once for each first damage."""
        self._begun_at = self.home.clock.now()
        outcome = self.run_child(["verify", "--json", "--record"])
        with self.home.database.write() as session:
            last = last_verification(session)
            if last.at is not None and last.at >= self._begun_at:
                self._begun_at = None  # it left word
            if last.damaged:
                settings, channel = self.home.settings, self.bench.post.channels[0]
                enqueue_damage(session, channel, last, language=settings.language, now=self.home.clock.now())
        return outcome
