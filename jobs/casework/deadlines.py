"""Deadlines are kept as the facts of incidents have them, and told before they end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from deadlines.rulebook import load_regimes
from incidents.clocks.keeping import keep, latest_event, to_keep
from incidents.clocks.reminders import tell_near
from jobs.interface import SingleJob, Workbench

if TYPE_CHECKING:
    from collections.abc import Sequence

AT_ONCE: Final = 50
"""Incidents in one transaction, so that nobody who writes waits long."""


class Deadlines(SingleJob):
    """Every minute: the incidents that something happened to since, and at the first time all."""

    name = "deadlines"
    lane = "keep"
    every_s = 60.0

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self._seen = 0

    def work(self) -> str:
        """Leave events for what began, changed, stopped, is near or was missed."""
        settings, database = self.home.settings, self.home.database
        with database.read() as session:
            newest = latest_event(session)
            numbers = to_keep(session, after=self._seen)
        changed = sum(self._keep(part) for part in _parts(numbers))
        self._seen = newest
        with database.write() as session:
            told = tell_near(session, now=self.home.clock.now(), hours=settings.alerts.deadline_hours)
        return f"done: {changed} changes, {told} told"

    def _keep(self, numbers: Sequence[int]) -> int:
        book, now = load_regimes(self.home.settings.home), self.home.clock.now()
        with self.home.database.write() as session:
            return sum(keep(session, number, book, now=now) for number in numbers)


def _parts(numbers: Sequence[int]) -> list[Sequence[int]]:
    return [numbers[start : start + AT_ONCE] for start in range(0, len(numbers), AT_ONCE)]
