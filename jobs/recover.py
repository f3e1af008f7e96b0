"""Recovery: sweeps and archive files that a dead process left open are closed, so that nothing waits for them."""

from __future__ import annotations

from crawler.run import recover_sweeps
from jobs.interface import SingleJob


class Recovery(SingleJob):
    """Once a minute: a killed sweep may be swept again, its file is read."""

    name = "recover"
    lane = "keep"
    every_s = 60.0

    def work(self) -> str:
        """Close what died."""
        recover_sweeps(self.home.settings, self.home.database, self.home.clock)
        return "done"
