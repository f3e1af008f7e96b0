"""Delivery: messages go out as soon as they are due."""

from __future__ import annotations

from alerts.delivery import deliver
from alerts.digests.reports import untold_reports
from alerts.digests.unread import untold_unread
from alerts.digests.weekly import untold_digests
from alerts.mention_notices import untold_mentions
from alerts.outbox import has_due
from alerts.source_notices import untold_sources
from alerts.unjudged_notices import untold_unjudged
from jobs.interface import SingleJob


class Delivery(SingleJob):
    """The outbox, whenever something in it is due."""

    name = "deliver"
    lane = "alert"

    def is_wanted(self) -> bool:
        """Whether a message is due, or an event nobody was told of."""
        with self.home.database.read() as session:
            now, channels = self.home.clock.now(), self.bench.post.channels
            first = channels[0].name
            untold = untold_unjudged(session, first, now=now) or untold_sources(session, first)
            untold = untold or untold_mentions(session, first) or untold_digests(session, first)
            untold = untold or untold_unread(session, first) or untold_reports(session, first)
            return has_due(session, channels, now=now) or bool(untold)

    def work(self) -> str:
        """Send what is due."""
        return f"done: {deliver(self.bench.post).sent} sent"
