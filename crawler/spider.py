"""The one Scrapy spider: carries out what an engine says, and tells the recorder what came of it."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol

import scrapy
from scrapy import signals
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.exceptions import CloseSpider, DontCloseSpider

from archive.records import Exchange
from core.errors import HinomiError
from core.logs import get_logger
from crawler.engines.interface import Fetch, Miss, Missed, Page
from crawler.following import FOLLOWED, fetches_of, read_followed
from crawler.pages.walls import Wall, wall_of
from crawler.polite.bodies import pairs_of, wire_of
from crawler.polite.reasons import is_out_of_time, reason_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
    from typing import Self

    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from core.clock import Clock
    from crawler.access.wicket import Access
    from crawler.engines.interface import SiteEngine, Step
    from crawler.polite.turns import Turns
    from crawler.polite.waiting import Waiting
    from crawler.rendering.middleware import Screen

MAX_IN_A_ROW = 5
"""That many failures one after the other, and the site is taken to be down: the sweep ends."""
_GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_BUSY = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})
_RESUMED = (HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,)
"""Answers that an engine reads itself when it asked for a part (see `Page.status`)."""


class Notebook(Protocol):
    """What the spider tells: `crawler.record.recorder.Recorder` for a sweep, another one for a trial."""

    source: str
    clock: Clock
    requests: int
    lists_read: int
    fatal: str
    stopping: str

    def take(self, fetch: Fetch, steps: Sequence[Step], page: Page, exchange: Exchange) -> None:
        """Do what the engine said about a response."""
        ...

    def unchanged(self, fetch: Fetch, steps: Sequence[Step]) -> None:
        """Do what the engine said about a page that is as it was."""
        ...

    def missed(self, fetch: Fetch, reason: str, miss: Miss, *, is_wall: bool = False) -> None:
        """A page could not be had."""
        ...

    def pending(self) -> list[Fetch]:
        """Entries that no list shows now and this sweep did not try yet."""
        ...

    def page_state(self, address: str) -> tuple[str, str, str]:
        """ETag, Last-Modified and where the list went on, as the page said last; empty ones when unknown."""
        ...

    def asked_to_wait(self, seconds: float) -> None:
        """The site asked for a longer pause than a sweep may take."""
        ...


class SweepSpider(scrapy.Spider):
    """Fetches, hands pages to the engine, hands its steps to the recorder; at last asks for what still waits."""

    name = "sweep"
    access: Access
    follow: tuple[str, ...] = ()
    """Hosts that links in posts are followed to."""
    turns: Turns
    screen: Screen | None
    waiting: Waiting

    def __init__(self, *args: Any, engine: SiteEngine, recorder: Notebook, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.engine = engine
        self.recorder = recorder
        self._failed_in_a_row = 0
        self._asked_for: set[tuple[str, ...]] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Made by Scrapy."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.idle, signal=signals.spider_idle)
        return spider

    async def start(self) -> AsyncIterator[scrapy.Request]:
        """What the engine wants first."""
        for request in self.requests(self.engine.start()):
            yield request

    def idle(self) -> None:
        """Everything that lists show was asked for: now what earlier sweeps left, until nothing is left to try."""
        if self.recorder.stopping or self.recorder.fatal or not self.recorder.lists_read:
            return
        left = self.recorder.pending()
        requests = list(self.requests(one if one.step == FOLLOWED else self.engine.resumed(one) for one in left))
        for request in requests:
            self.crawler.engine.crawl(request)
        if requests:
            raise DontCloseSpider

    def requests(self, steps: Iterable[Step]) -> Iterator[scrapy.Request]:
        """Each page once. Scrapy's own filter would drop a redirect in a circle without a word."""
        for step in steps:
            if isinstance(step, Fetch) and (asked := _identity(step)) not in self._asked_for:
                self._asked_for.add(asked)
                yield self._request(step)

    def _request(self, fetch: Fetch) -> scrapy.Request:
        headers = dict(fetch.headers)
        following = ""
        if fetch.conditional and fetch.method == "GET" and not headers:
            etag, modified, following = self.recorder.page_state(fetch.target)
            headers = {"If-None-Match": etag, "If-Modified-Since": modified}
        return scrapy.Request(
            fetch.target,
            method=fetch.method,
            body=fetch.body,
            headers={name: value for name, value in headers.items() if value},
            callback=self.answered,
            errback=self.failed,
            cb_kwargs={"fetch": fetch, "following": following},
            priority=1 if fetch.ahead else 0,
            dont_filter=True,
        )

    def answered(self, response: Response, fetch: Fetch, following: str) -> Iterator[scrapy.Request]:
        """An answer came: to the engine, what it says to the recorder, and what it wants next."""
        self._count()
        if response.status == HTTPStatus.NOT_MODIFIED:
            yield from self._unchanged(fetch, following)
            return
        is_read = HTTPStatus.OK <= response.status < HTTPStatus.MULTIPLE_CHOICES
        if not is_read and not ("Range" in fetch.headers and response.status in _RESUMED):
            page = self._page(response)
            wall = wall_of(page.text, page.media_type, page.status, page.headers, expects_text=False)
            # A form to log in is how a page for members is refused; every other wall is the site's way to be busy.
            miss = Miss.BUSY if wall and wall != Wall.LOGIN else _miss_of(response.status)
            self._missed(fetch, f"HTTP {response.status}" + (f" ({wall})" if wall else ""), miss, is_wall=bool(wall))
            return
        if "dataloss" in response.flags and (again := self._again(response)):
            yield again
            return
        exchange = self._exchange(response)
        page = self._page(response, exchange.truncated)
        try:
            steps = self._read(fetch, page)
        except Exception as error:  # noqa: BLE001  # one page that an engine cannot stand must not end the sweep
            get_logger().warning("page.unreadable", source=self.recorder.source, error=type(error).__name__)
            self._missed(fetch, f"a page could not be understood ({type(error).__name__})", Miss.BROKEN)
            return
        if missed := next((step for step in steps if isinstance(step, Missed)), None):
            self._missed(fetch, missed.reason, missed.kind, is_wall=missed.is_wall)
            return
        self._failed_in_a_row = 0
        self._keep(fetch, lambda: self.recorder.take(fetch, steps, page, exchange))
        yield from self.requests(steps)

    def _read(self, fetch: Fetch, page: Page) -> list[Step]:
        if fetch.step == FOLLOWED:
            return list(read_followed(fetch, page))
        steps = list(self.engine.read(fetch, page))
        return steps + fetches_of(steps, page, self.follow)

    def _unchanged(self, fetch: Fetch, following: str) -> Iterator[scrapy.Request]:
        self._failed_in_a_row = 0
        steps = list(self.engine.unchanged(fetch, following))
        self._keep(fetch, lambda: self.recorder.unchanged(fetch, steps))
        if any(isinstance(step, Fetch) and step.key == fetch.key for step in steps):
            self._may_start_over(fetch.key)
        yield from self.requests(steps)

    def _keep(self, fetch: Fetch, tell: Callable[[], None]) -> None:
        try:
            tell()
        except HinomiError as error:
            self.recorder.fatal = str(error)
            raise CloseSpider("fatal") from error
        if not fetch.key:
            self.recorder.lists_read += 1
        if self.recorder.stopping:
            raise CloseSpider("stopping")

    def failed(self, failure: Any) -> None:
        """No answer came."""
        self._count()
        fetch, error = failure.request.cb_kwargs["fetch"], failure.value
        if self.recorder.stopping:
            raise CloseSpider("stopping")
        if self.recorder.fatal:
            raise CloseSpider("fatal")
        if is_out_of_time(error):
            raise CloseSpider("closespider_timeout")
        self._missed(fetch, *reason_of(error))

    def _may_start_over(self, key: str) -> None:
        """The pages of an entry are asked for once, and once more from its beginning."""
        self._asked_for = {asked for asked in self._asked_for if asked[0] != key}

    def _missed(self, fetch: Fetch, reason: str, miss: Miss, *, is_wall: bool = False) -> None:
        self.recorder.missed(fetch, reason, miss, is_wall=is_wall)
        if miss == Miss.GONE and fetch.key:
            self._may_start_over(fetch.key)
        self._failed_in_a_row = self._failed_in_a_row + 1 if miss == Miss.BUSY else 0
        if self._failed_in_a_row >= MAX_IN_A_ROW:
            raise CloseSpider("site_down")

    def _count(self) -> None:
        self.recorder.requests = (
            self.crawler.stats.get_value("downloader/request_count", 0) if self.crawler.stats else 0
        )

    def _again(self, response: Response) -> scrapy.Request | None:
        """A body that broke off is asked for again; what the last attempt gives is kept, and marked."""
        request = response.request
        return get_retry_request(request, spider=self, reason="dataloss") if request else None

    def _page(self, response: Response, truncated: str = "") -> Page:
        declared = (response.headers.get("Content-Type") or b"").decode("latin-1")
        media_type, _, parameters = declared.partition(";")
        charset = parameters.lower().partition("charset=")[2].strip(" \"';")
        charset = self.engine.encoding or charset
        headers = {
            name.decode("latin-1").lower(): values[-1].decode("latin-1") for name, values in response.headers.items()
        }
        return Page(
            response.url, response.body, media_type.strip().lower(), charset, response.status, headers,
            self.recorder.clock.now(), truncated,
        )  # fmt: skip

    def _exchange(self, response: Response) -> Exchange:
        wire = wire_of(response)
        sent = response.request.headers if response.request else {}
        method = response.request.method if response.request else "GET"
        return Exchange(
            address=response.url,
            fetched_at=self.recorder.clock.now(),
            method=method,
            request_headers=pairs_of(sent),
            status=response.status,
            reason=HTTPStatus(response.status).phrase if response.status in set(HTTPStatus) else "",
            headers=wire.headers,
            body=wire.body,
            content=wire.content,
            truncated=wire.truncated,
            rendered=wire.rendered,
        )


def _identity(fetch: Fetch) -> tuple[str, ...]:
    """What is asked for once in a sweep: a page of an entry, in one version; a page of a list."""
    body = fetch.body.decode("latin-1")
    return (fetch.key, fetch.value, fetch.target, fetch.method, body, *(f"{k}:{v}" for k, v in fetch.headers.items()))


def _miss_of(status: int) -> Miss:
    if status in _GONE:
        return Miss.GONE
    if status in _BUSY or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Miss.BUSY
    return Miss.REFUSED if status >= HTTPStatus.BAD_REQUEST else Miss.BROKEN
