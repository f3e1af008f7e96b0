"""Deadlines are kept as the facts of incidents have them, and told before they end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from deadlines.rulebook import Rulebook, load_regimes
from incidents.clocks.keeping import keep, latest_event, to_keep
from incidents.clocks.reminders import tell_near
from jobs.interface import SingleJob, Workbench

if TYPE_CHECKING:
    from collections.abc import Sequence

AT_ONCE: Final = 50
"""Incidents in one transaction, so that nobody who writes waits long."""
ROUNDS: Final = 60
"""After so many rounds all are looked at: two writers may commit their events in another order than they began."""


class Deadlines(SingleJob):
    """Every minute: the incidents that something happened to since; all at first, once an hour, and under new rules."""

    name = "deadlines"
    lane = "keep"
    every_s = 60.0

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self._seen = 0
        self._rounds = 0
        self._book = Rulebook(())

    def work(self) -> str:
        """Leave events for what began, changed, stopped, is near or was missed."""
        settings, database = self.home.settings, self.home.database
        book = load_regimes(settings.home)
        after = 0 if self._rounds % ROUNDS == 0 or book != self._book else self._seen
        with database.read() as session:
            newest = latest_event(session)
            numbers = to_keep(session, after=after)
        changed = sum(self._keep(part, book) for part in _parts(numbers))
        self._seen, self._book, self._rounds = newest, book, self._rounds + 1
        with database.write() as session:
            told = tell_near(session, now=self.home.clock.now(), hours=settings.alerts.deadline_hours)
        return f"done: {changed} changes, {told} told"

    def _keep(self, numbers: Sequence[int], book: Rulebook) -> int:
        now = self.home.clock.now()
        with self.home.database.write() as session:
            return sum(keep(session, number, book, now=now) for number in numbers)


def _parts(numbers: Sequence[int]) -> list[Sequence[int]]:
    return [numbers[start : start + AT_ONCE] for start in range(0, len(numbers), AT_ONCE)]
