"""Bodies whose term is over go, and strangers' rows of documents that were judged long ago, where that rule is on."""

from __future__ import annotations

from jobs.interface import DAY_S, SingleJob


class BodyTerms(SingleJob):
    """`hinomi archive retention --apply`, once a day, in a child process: to purge takes the key and the index."""

    name = "bodies"
    lane = "match"
    every_s = DAY_S

    def is_wanted(self) -> bool:
        """Whether any rule is on."""
        terms = self.home.settings.retention.model_dump()
        return bool(self.home.settings.archive.purge_strangers_after) or any(terms.values())

    def work(self) -> str | None:
        """Apply the rules."""
        return self.run_whole(["archive", "retention", "--apply", "--json"])
