"""The regular checks of new access records, in a child process: they may need much memory, and the key."""

from __future__ import annotations

from jobs.interface import DAY_S, SingleJob


class TrailCheckJob(SingleJob):
    """`hinomi trails check`, once a day."""

    name = "trail-check"
    lane = "check"
    every_s = DAY_S

    def work(self) -> str | None:
        """Check what was imported since the last time."""
        return self.run_whole(["trails", "check", "--json"])
