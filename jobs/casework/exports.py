"""Exports that were asked for on a page: one after another, each in a child process; files whose time is over go."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from core.texts import load_texts
from exports.models import ExportRow
from exports.queue import BEGUN, DONE, FAILED, RUNNING, WAITING, expire_exports, left_running, next_waiting, settle
from exports.wish import ExportWish
from jobs.interface import OVER, SingleJob

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
            is_due = next_waiting(session) is not None or session.scalar(over.limit(1)) is not None
        return is_due or bool(left_running(self.home))

    def work(self) -> str | None:
        """Make one; what a process left that is no more waits again, and what cannot even begin is told as failed."""
        expire_exports(self.home)
        for number in left_running(self.home):
            settle(self.home, number, WAITING)
        with self.home.database.read() as session:
            waiting = next_waiting(session)
            before = session.get(ExportRow, waiting) if waiting is not None else None
        if before is None:
            return "nothing"
        outcome = self.run_child(["exports", "run", str(before.id)], LIMIT.total_seconds(), self._variables())
        with self.home.database.read() as session:
            after = session.get_one(ExportRow, before.id)
        if after.state == RUNNING:  # it was killed
            is_over = outcome is not None and outcome.startswith(OVER)
            settle(self.home, before.id, FAILED if is_over else WAITING, message=self._said(after, "broken_off"))
        elif after.state == WAITING and outcome is not None and after.counts.get(BEGUN) == before.counts.get(BEGUN):
            settle(self.home, before.id, FAILED, message=self._said(after, "not_begun"))
        return outcome

    def _said(self, row: ExportRow, word: str) -> str:
        return load_texts("exports", ExportWish.of(row.wish).language)(f"queue.{word}")

    def _variables(self) -> Sequence[str]:
        return [KEY_OF_MISP]
