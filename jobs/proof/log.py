"""The transparency log: rows that wait become leaves."""

from __future__ import annotations

from jobs.interface import SingleJob
from transparency.sequencer import append_waiting, is_waiting


class AppendToLog(SingleJob):
    """Whenever rows wait for their leaf."""

    name = "log"
    lane = "keep"

    def is_wanted(self) -> bool:
        """Whether rows wait."""
        with self.home.database.read() as session:
            return is_waiting(session)

    def work(self) -> str:
        """Append them."""
        return f"done: {append_waiting(self.home.database, self.home.clock)} leaves"
