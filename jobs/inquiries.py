"""Sites that somebody wants to add on the web page: asked what they are and tried, one after another, in a child."""

from __future__ import annotations

from crawler.software.inquiries import FAILED, WAITING, Inquiries
from jobs.interface import SingleJob

LIMIT_S = 300.0


class InquiryJob(SingleJob):
    """`hinomi sources look`, for the site that has waited longest; at every tick, while there is one."""

    name = "inquiry"
    lane = "sweep"

    def is_wanted(self) -> bool:
        """Whether a site waits."""
        return self._inquiries().waiting() is not None

    def work(self) -> str | None:
        """Look at one; what ended without a word is told as failed."""
        inquiries = self._inquiries()
        waiting = inquiries.waiting()
        if waiting is None:
            return "nothing"
        outcome = self.run_child(["sources", "look", waiting.id], LIMIT_S)
        left = inquiries.get(waiting.id)
        if outcome is not None and left is not None and left.state == WAITING:
            inquiries.change(left, state=FAILED, message="the look at the site was cut off")
        return outcome

    def _inquiries(self) -> Inquiries:
        return Inquiries(self.home.settings.home, self.home.clock)
