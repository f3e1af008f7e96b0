"""Signed tree heads: signed when one is due, and brought to where whoever rewrites the database cannot reach."""

from __future__ import annotations

from alerts.head_notices import enqueue_head, enqueue_refusal
from core.logs import get_logger
from jobs.interface import SingleJob
from transparency.errors import BrokenLogError
from transparency.heads import is_head_due, is_head_lacking, is_round_due, publish

log = get_logger()


class SignHead(SingleJob):
    """Looks once a minute whether a head is due."""

    name = "log-head"
    lane = "keep"
    every_s = 60.0

    def is_wanted(self) -> bool:
        """Whether one is due, or the last one did not get everywhere yet."""
        with self.home.database.read() as session:
            is_due = is_head_due(session, self.home.settings.log, self.home.clock.now())
            return is_due or is_head_lacking(session, self.home.settings)

    def work(self) -> str:
        """Sign and publish; a log that does not go on from its last head is refused, and that is told."""
        settings, database, now = self.home.settings, self.home.database, self.home.clock.now()
        channels, language = self.bench.post.channels, settings.language
        try:
            with database.read() as session:
                whole = not is_head_due(session, settings.log, now) or is_round_due(session, settings.log, now)
            done = publish(settings, database, self.home.clock, whole=whole)
        except BrokenLogError:
            with database.write() as session:
                enqueue_refusal(session, channels[0], language=language, now=now)
            raise
        with database.write() as session:
            enqueue_head(
                session, channels, language=language, every_h=settings.log.post_every_h, now=now, zone=settings.zone
            )
        size = done.head.size if done.head else 0
        if done.is_new:
            log.info("log.head_signed", count=size)
        return f"failed: {len(done.unwritten)} files of heads" if done.unwritten else f"done: {size} leaves"
