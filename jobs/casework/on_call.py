"""The on-call list: who has to be told next, while nobody acknowledges."""

from __future__ import annotations

from alerts.escalations import escalate
from alerts.on_call import ON_CALL_FILE, read_ladder
from jobs.interface import SingleJob


class OnCall(SingleJob):
    """Every minute, where there is a list."""

    name = "on-call"
    lane = "keep"
    every_s = 60.0

    def is_wanted(self) -> bool:
        """Whether there is a list."""
        return (self.home.settings.home / ON_CALL_FILE).exists()

    def work(self) -> str:
        """Leave an event for each step that is due."""
        ladder = read_ladder(self.home.settings.home / ON_CALL_FILE)
        with self.home.database.write() as session:
            told = escalate(session, ladder, now=self.home.clock.now())
        return f"done: {told} told"
