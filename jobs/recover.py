"""Recovery: what a dead process left is ended: open sweeps and archive files, bodies that were being removed."""

from __future__ import annotations

from crawler.run import recover_sweeps
from exports.queue import forget_exports
from jobs.interface import SingleJob
from judging.bodies.retention import finish


class Recovery(SingleJob):
    """Once a minute: a killed sweep may be swept again, its file is read."""

    name = "recover"
    lane = "keep"
    every_s = 60.0

    def work(self) -> str:
        """Close what died."""
        recover_sweeps(self.home.settings, self.home.database, self.home.clock)
        finish(self.home, lambda: forget_exports(self.home))
        return "done"
