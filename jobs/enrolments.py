"""Customers' files that were handed in on the web page and approved: one after another, each in a child process."""

from __future__ import annotations

from typing import Final

from custody.enrolment.uploads import FAILED, RUNNING, WAITING, Uploads
from jobs.interface import SingleJob

MOST_RUNS: Final = 3
"""How often a run is begun whose service died under it: a file that takes the machine down must not do so for ever."""


class EnrolmentJob(SingleJob):
    """`hinomi uploads run`, for the file that has waited longest; at every tick, while there is one."""

    name = "enrol"
    lane = "enrol"

    def is_wanted(self) -> bool:
        """Whether a file waits, or one has lain too long."""
        uploads = self._uploads()
        return uploads.waiting() is not None or bool(uploads.stale())

    def work(self) -> str | None:
        """Run one; what ended without a word is told as failed."""
        uploads = self._uploads()
        uploads.sweep()
        waiting = uploads.waiting()
        if waiting is None:
            return "nothing"
        if waiting.runs >= MOST_RUNS:
            uploads.settle(waiting, state=FAILED, message="the run was cut off", hint="Hand the file in again.")
            return "failed: cut off"
        outcome = self.run_child(["uploads", "run", waiting.id])
        left = uploads.get(waiting.id)
        if left is not None and left.state in {WAITING, RUNNING}:
            if outcome is None:  # asked to stop: the next service goes on with it
                uploads.change(left, state=WAITING, worker="", runs=0)
            else:
                uploads.settle(left, state=FAILED, message="the run was cut off", hint="Hand the file in again.")
        return outcome

    def _uploads(self) -> Uploads:
        return Uploads(self.home.settings.home, self.home.clock)
