"""Exports that were asked for on a page: one after another, each in a child process; files whose time is over go."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from exports.models import ExportRow
from exports.queue import DONE, FAILED, RUNNING, WAITING, expire_exports, next_waiting, settle
from jobs.interface import SingleJob

if TYPE_CHECKING:
    from collections.abc import Sequence

KEY_OF_MISP: Final = "HINOMI_EXPORTS__MISP__KEY"
LIMIT: Final = timedelta(hours=12)


class ExportJob(SingleJob):
    """`hinomi exports run`, for the one that has waited longest; at every tick, while there is one."""

    name = "export"
    lane = "enrol"

    def is_wanted(self) -> bool:
        """Whether an export waits, or a file's time is over."""
        with self.home.database.read() as session:
            over = select(ExportRow.id).where(ExportRow.state == DONE, ExportRow.expires_at <= self.home.clock.now())
            return next_waiting(session) is not None or session.scalar(over.limit(1)) is not None

    def work(self) -> str | None:
        """Make one; what ended without a word is told as failed."""
        expire_exports(self.home)
        with self.home.database.read() as session:
            waiting = next_waiting(session)
        if waiting is None:
            return "nothing"
        outcome = self.run_child(["exports", "run", str(waiting)], LIMIT.total_seconds(), self._variables())
        with self.home.database.read() as session:
            left = session.scalar(select(ExportRow.state).where(ExportRow.id == waiting))
        if left in {WAITING, RUNNING}:
            if outcome is None:  # asked to stop: the next service begins it anew
                settle(self.home, waiting, WAITING)
            else:
                settle(self.home, waiting, FAILED, message="–")
        return outcome

    def _variables(self) -> Sequence[str]:
        return [KEY_OF_MISP]
