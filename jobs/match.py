"""Matching: as soon as a document waits, in a child process that has the key and no network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.hosts.beats import host_name
from jobs.interface import Job, SingleJob

if TYPE_CHECKING:
    from collections.abc import Iterable


class MatchWaiting(SingleJob):
    """`hinomi match`, whenever something waits; on a server's database each machine has its own job of it.

    What one of them has in hand the others leave alone, document by document (`judging.queue`).
    """

    name = "match"
    lane = "match"

    def jobs(self) -> Iterable[Job]:
        """The one of this machine."""
        name = self.name if self.home.database.is_sqlite else f"{self.name}@{host_name(self.home.settings)}"
        return (Job(name, self.interval_s(), self.work, self.is_wanted, self.lane),)

    def is_wanted(self) -> bool:
        """Whether a document, or a new place of a known one, waits."""
        archive = self.home.archive
        with self.home.database.read() as session:
            return bool(archive.waiting(session, 1) or archive.new_captures(session, 1))

    def work(self) -> str | None:
        """Judge what waits."""
        return self.run_child(["match", "--json"])
