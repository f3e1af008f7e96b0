"""Matching: as soon as a document waits, in a child process that has the key and no network."""

from __future__ import annotations

from jobs.interface import SingleJob


class MatchWaiting(SingleJob):
    """`hinomi match`, whenever something waits."""

    name = "match"
    lane = "match"

    def is_wanted(self) -> bool:
        """Whether a document, or a new place of a known one, waits."""
        archive = self.home.archive
        with self.home.database.read() as session:
            return bool(archive.waiting(session, 1) or archive.new_captures(session, 1))

    def work(self) -> str | None:
        """Judge what waits."""
        return self.run_child(["match", "--json"])
