"""Files that were handed in to be checked: one scan after another, each in a child process; and their end."""

from __future__ import annotations

from jobs.interface import SingleJob
from judging.scans.store import FAILED, MOST_RUNS, RUNNING, WAITING, Scans


class ScanJob(SingleJob):
    """`hinomi scans run`, for the scan that has waited longest; at every tick, while there is one."""

    name = "scan"
    lane = "scan"

    def is_wanted(self) -> bool:
        """Whether a scan waits, or one has lain for its day."""
        scans = self._scans()
        return scans.waiting() is not None or bool(scans.stale())

    def work(self) -> str | None:
        """Run one; what was cut off again and again is told as failed."""
        scans = self._scans()
        removed = scans.sweep()
        waiting = scans.waiting()
        if waiting is None:
            return f"done: {removed} removed"
        if waiting.runs >= MOST_RUNS:
            scans.change(waiting, state=FAILED, worker="", message="the run was cut off again and again")
            return "failed: cut off"
        outcome = self.run_child(["scans", "run", waiting.id])
        left = scans.get(waiting.id)
        if left is not None and left.state in {WAITING, RUNNING}:
            # Stopped with the service, or cut off: the next run goes on after the last file that was judged.
            scans.change(left, state=WAITING, worker="", runs=0 if outcome is None else left.runs)
        return outcome

    def _scans(self) -> Scans:
        return Scans(self.home.settings.home, self.home.clock)
