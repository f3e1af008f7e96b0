"""Sites that somebody wants to add on the web page: asked what they are and tried, one after another, in a child."""

from __future__ import annotations

from crawler.access.secrets import variable_of
from crawler.software.inquiries import FAILED, WAITING, Inquiries, Inquiry
from crawler.sources import survey_sources
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
        outcome = self.run_child(["sources", "look", waiting.id], LIMIT_S, self._secrets_of(waiting))
        left = inquiries.get(waiting.id)
        if outcome is not None and left is not None and left.state == WAITING:
            inquiries.change(left, state=FAILED, message="the look at the site was cut off")
        return outcome

    def _secrets_of(self, inquiry: Inquiry) -> list[str]:
        """The variables of the secrets that a trial of a source of ours may need."""
        source = survey_sources(self.home.settings.sources_path).sources.get(inquiry.source)
        return [variable_of(name) for name in (*source.secrets, *source.login_secrets)] if source else []

    def _inquiries(self) -> Inquiries:
        return Inquiries(self.home.settings.home, self.home.clock)
