"""Sweeps without a network: the real spider, recorder, ledger and archive, and pages from a function."""

from __future__ import annotations

import contextlib
import heapq
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any, cast

from scrapy.exceptions import CloseSpider, DontCloseSpider
from scrapy.http import HtmlResponse
from scrapy.settings import Settings as ScrapySettings

from crawler.access.secrets import Vault
from crawler.access.wicket import Access
from crawler.polite.bodies import Bodies
from crawler.sources import engines
from crawler.spider import SweepSpider

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from core.settings import CrawlerSettings
    from crawler.record.recorder import Recorder
    from crawler.sources import Source


@dataclass(frozen=True)
class Answer:
    """An answer of a site; ``cut`` when the connection breaks off."""

    status: int = 200
    body: str | bytes = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False

    @property
    def content(self) -> bytes:
        """The body's bytes."""
        return self.body if isinstance(self.body, bytes) else self.body.encode()


@dataclass
class Outing:
    """Goes out in place of Scrapy (`crawler.run.GoOut`).

    Attributes:
        answer: What the site answers to a request.
        stops_after: Requests after which the sweep is cut off; None for never.
        asked: What was asked for, in order.
        finish: How the last sweep ended, in Scrapy's words.
    """

    answer: Callable[[Any], Answer]
    stops_after: int | None = None
    asked: list[str] = field(default_factory=list)
    finish: str = ""

    def __call__(self, source: Source, settings: CrawlerSettings, pen: Recorder, *, deep: bool, past: bool) -> str:
        """Sweep."""
        del settings
        engine = engines()[source.engine](source.url, source.options, pen, deep=deep, past=past)
        spider = SweepSpider(engine=engine, recorder=pen)
        spider.access = Access(source, Vault())
        spider.follow = source.follow
        self.finish = self._drain(_Line(spider))
        return self.finish

    def _drain(self, line: _Line) -> str:
        spider, bodies = line.spider, Bodies(cast("Any", line))
        spider.crawler = cast("Any", line)
        line.push(spider.requests(spider.engine.start()))
        try:
            for number in count():
                if number == self.stops_after:
                    return "closespider_timeout"
                request = line.pop()
                if request is None:
                    return "finished"
                response = bodies.process_response(request, self._response(request))
                line.push(spider.answered(response.replace(request=request), **request.cb_kwargs))
        except CloseSpider as close:
            return str(close.reason)
        raise AssertionError("not reached")

    def _response(self, request: Any) -> HtmlResponse:
        self.asked.append(request.url)
        answer = self.answer(request)
        headers = {"Content-Type": "text/html; charset=utf-8", **answer.headers}
        flags = ["dataloss"] if answer.cut else []
        return HtmlResponse(
            request.url, status=answer.status, body=answer.content, request=request, flags=flags, headers=headers
        )


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
