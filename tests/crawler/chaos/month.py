"""A month of sweeps over the forum, through the real spider, recorder and archive; and what is missing after it."""

from __future__ import annotations

import contextlib
import heapq
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any, cast

from scrapy.exceptions import CloseSpider, DontCloseSpider
from scrapy.http import HtmlResponse
from scrapy.settings import Settings as ScrapySettings
from sqlalchemy import func, select

from archive.models import Capture, DocumentRow
from archive.store import Archive
from core.clock import SetClock
from crawler.access.secrets import Vault
from crawler.access.wicket import Access
from crawler.polite.bodies import Bodies
from crawler.run import sweep
from crawler.sources import engines, read_sources
from crawler.spider import SweepSpider
from tests.crawler.chaos.site import DAYS, HOST, START, Site

if TYPE_CHECKING:
    from core.database import Database
    from core.settings import CrawlerSettings, Settings
    from crawler.recorder import Recorder
    from crawler.sources import Source

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
        self._finish = ""
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
        now, self._finish = self.clock.now(), "none"
        sweep(self.source, self.settings, self.database, self.clock, go_out=self._go_out)
        self.swept.append((now, self._finish, frozenset(self.site.withheld)))
        self.requests += len(self.site.asked)
        self.most_asked = max([self.most_asked, *Counter(self.site.asked).values()])

    def _go_out(self, source: Source, settings: CrawlerSettings, pen: Recorder, *, deep: bool, past: bool) -> str:
        self._finish = self._fetch(source, settings, pen, deep=deep, past=past)
        return self._finish

    def _fetch(self, source: Source, settings: CrawlerSettings, pen: Recorder, *, deep: bool, past: bool) -> str:
        del settings
        engine = engines()[source.engine](source.url, source.options, pen, deep=deep, past=past)
        spider = SweepSpider(engine=engine, recorder=pen)
        spider.access = Access(source, Vault())
        line = _Line(spider)
        self._bodies = Bodies(cast("Any", line))
        spider.crawler = line  # type: ignore[assignment]  # what the spider asks of it, the line has
        line.push(spider.requests(engine.start()))
        killed_after = self.site.random.randint(1, 12) if self.site.random.random() < self.site.ways.kill else None
        try:
            for number in count():
                if killed_after == number:
                    return "closespider_timeout"
                request = line.pop()
                if request is None:
                    return "finished"
                line.push(spider.answered(self._response(request), **request.cb_kwargs))
        except CloseSpider as close:
            return close.reason
        raise AssertionError("not reached")

    def _response(self, request: Any) -> HtmlResponse:
        validator = (request.headers.get("If-None-Match") or b"").decode()
        answer = self.site.answer(request.url, validator, self.clock.now())
        response = HtmlResponse(
            request.url, status=answer.status, body=answer.body.encode(), request=request,
            flags=["dataloss"] if answer.cut else [],
            headers={"Content-Type": "text/html; charset=utf-8", **dict(answer.headers)},
        )  # fmt: skip
        self._bodies.process_response(request, response)
        return response

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


class _Line:
    """What Scrapy does with requests: the urgent first, else as they come; and its word when nothing is left."""

    settings = ScrapySettings({"RETRY_TIMES": 0, "DOWNLOAD_MAXSIZE": 1 << 24})

    def __init__(self, spider: SweepSpider) -> None:
        self.spider = spider
        self._heap: list[tuple[int, int, Any]] = []
        self._numbers = count()
        self.engine = self
        self.stats = self

    def inc_value(self, key: str) -> None:
        """Scrapy counts what is tried again."""

    def get_value(self, key: str, default: int) -> int:
        """Nothing is counted."""
        del key
        return default

    def push(self, requests: Any) -> None:
        """Take what the spider asks for."""
        for request in requests:
            self.crawl(request)

    def crawl(self, request: Any) -> None:
        """Take one more."""
        heapq.heappush(self._heap, (-request.priority, next(self._numbers), request))

    def pop(self) -> Any:
        """The next one; None when nothing is left, the spider having been asked."""
        if not self._heap:
            with contextlib.suppress(DontCloseSpider):
                self.spider.idle()
        return heapq.heappop(self._heap)[2] if self._heap else None
