"""A month of sweeps over the forum, through the real spider, recorder and archive; and what is missing after it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from archive.models import Capture, DocumentRow
from archive.store import Archive
from core.clock import SetClock
from crawler.run import sweep
from crawler.sources import read_sources
from tests.crawler.chaos.site import DAYS, HOST, START, Site
from tests.crawler.offline import Answer, Outing

if TYPE_CHECKING:
    from core.database import Database
    from core.settings import Settings

EVERY = timedelta(hours=8)
SOURCE = """
[sources.chaos]
engine = "html-forum"
url = "{host}/index"
every = "8h"
[sources.chaos.options]
boards = "a.board::attr(href)"
topics = ".topic"
{marks}
next_board_page = "a.next::attr(href)"
posts = "article"
post_author = ".author"
post_date = "time"
post_text = ".body"
next_topic_page = "a.next::attr(href)"
revisit = "{revisit}"
"""


@dataclass(frozen=True)
class Version:
    """What a post said for long enough to be read."""

    post: int
    text: str


class Month:
    """The sweeps of a month over one site."""

    def __init__(self, seed: int, settings: Settings, database: Database) -> None:
        self.site = Site(seed)
        self.ways = self.site.ways
        self.clock = SetClock(START)
        self.settings = settings
        self.database = database
        marks = 'topic_marks = [".count", ".last"]' if self.site.ways.marks else ""
        revisit = "fading" if self.site.ways.edits_show and self.site.ways.marks else "always"
        text = SOURCE.format(host=HOST, marks=marks, revisit=revisit)
        self.source = read_sources(text, "sources.toml")["chaos"]
        self.swept: list[tuple[datetime, str, frozenset[str]]] = []
        """When each sweep began, how it ended, and which boards and topics it asked for in vain."""
        self.requests = 0
        self.most_asked = 0

    def run(self) -> None:
        """Sweep for a month, and on until what waits has had its chance."""
        while self.clock.now() < START + timedelta(days=DAYS):
            self._sweep()
            self.clock.advance(EVERY)
        self.site.outages.clear()
        self.site.ways = replace(self.site.ways, flaky=0, busy=0, wall=0, cut=0, lead_on=0, kill=0)
        for _ in range(6):
            self._sweep()
            self.clock.advance(EVERY)

    def _sweep(self) -> None:
        self.site.asked.clear()
        self.site.withheld.clear()
        now, is_killed = self.clock.now(), self.site.random.random() < self.site.ways.kill
        outing = Outing(self._answer, self.site.random.randint(1, 12) if is_killed else None)
        sweep(self.source, self.settings, self.database, self.clock, go_out=outing)
        self.swept.append((now, outing.finish, frozenset(self.site.withheld)))
        self.requests += len(self.site.asked)
        self.most_asked = max([self.most_asked, *Counter(self.site.asked).values()])

    def _answer(self, request: Any) -> Answer:
        return self.site.answer(request.url, (request.headers.get("If-None-Match") or b"").decode(), self.clock.now())

    def wanted(self) -> list[Version]:
        """Every version of a post that was up, and was not withheld, in more sweeps than two.

        A sweep that did not come to its end does not count, and one that was refused the topic, or its board, does not.
        """
        whole = [(at, withheld) for at, finish, withheld in self.swept if finish == "finished"]
        found = []
        for topic in self.site.topics:
            names = {f"t{topic.number}", f"b{topic.board}", "index"}
            sweeps = [at for at, withheld in whole if not names & withheld and not topic.is_secret]
            for post in topic.posts:
                for number, (begin, text) in enumerate(post.versions):
                    following = post.versions[number + 1][0] if number + 1 < len(post.versions) else post.gone_at
                    end = min(following, post.gone_at, topic.gone_at)
                    if sum(max(begin, topic.began_at) <= at < end for at in sweeps) > _ENOUGH:
                        found.append(Version(post.number, text))
        return found

    def captured(self) -> Counter[str]:
        """How often each text was captured."""
        archive = Archive(self.settings, self.database, self.clock)
        with self.database.read() as session:
            rows = session.execute(
                select(DocumentRow, func.count(Capture.id)).join(Capture).group_by(DocumentRow.id)
            ).all()
            return Counter({archive.read(document).decode(): times for document, times in rows})


_ENOUGH = 2
