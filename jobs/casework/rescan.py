"""Looking again through the archive, after an enrolment or when asked: a few documents, while nothing else waits."""

from __future__ import annotations

from core.actors import SYSTEM
from core.hosts.roles import MATCH
from jobs.interface import SingleJob
from judging.rescans import ENROLMENT, begin_rescan, go_on, new_generation, open_rescan


class RescanJob(SingleJob):
    """Puts documents in line at every tick where nobody waits; `hinomi match` judges them as it judges others."""

    name = "rescan"
    lane = "keep"
    own_role = MATCH

    def is_wanted(self) -> bool:
        """Whether one is under way and nothing waits, or an enrolment wants one."""
        with self.home.database.read() as session:
            if open_rescan(session) is not None:
                return not self.home.archive.waiting(session, 1)
            return self.home.settings.matcher.rescan and new_generation(session) is not None

    def work(self) -> str:
        """Begin one, or go on with the one under way."""
        now = self.home.clock.now()
        with self.home.database.write() as session:
            generation = new_generation(session) if self.home.settings.matcher.rescan else None
            if generation is not None:
                begin_rescan(session, generation=generation, why=ENROLMENT, asked_by=SYSTEM.name, now=now)
        return "in line" if go_on(self.home.database, self.home.clock) else "nothing"
