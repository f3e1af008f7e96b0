"""The one Scrapy spider: carries out what an engine says, and tells the recorder what came of it."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol

import scrapy
from scrapy import exceptions
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.exceptions import CloseSpider, IgnoreRequest

from archive.records import Exchange
from core.errors import HinomiError
from core.logs import get_logger
from crawler.engines.interface import Fetch, Page
from crawler.polite.middlewares import OtherHostError, RobotsForbidError, wire_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator, Sequence

    from scrapy.http import Response

    from core.clock import Clock
    from crawler.engines.interface import SiteEngine, Step

MAX_IN_A_ROW = 5
"""That many failures one after the other, and the site is taken to be down: the sweep ends."""
_GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_REASONS: tuple[tuple[type[BaseException], str], ...] = (
    (OtherHostError, "the site sends us to another host"),
    (exceptions.DownloadTimeoutError, "no whole answer in time"),
    (exceptions.CannotResolveHostError, "the host name cannot be resolved"),
    (exceptions.DownloadConnectionRefusedError, "the connection was refused"),
    (exceptions.ResponseDataLossError, "the connection was lost in the middle"),
    (exceptions.DownloadFailedError, "the connection failed"),
    (exceptions.DownloadCancelledError, "the answer is too large"),
    (OSError, "the body is not in the encoding it says"),
)


class Notebook(Protocol):
    """What the spider tells: `crawler.recorder.Recorder` for a sweep, another one for a trial."""

    source: str
    clock: Clock
    requests: int
    lists_read: int
    fatal: str
    stopping: str

    def take(self, steps: Sequence[Step], page: Page, exchange: Exchange) -> None:
        """Do what the engine said about a response."""
        ...

    def missed(self, fetch: Fetch, reason: str, *, gone: bool) -> None:
        """A page could not be had."""
        ...

    def asked_to_wait(self, seconds: float) -> None:
        """The site asked for a longer pause than a sweep may take."""
        ...


class SweepSpider(scrapy.Spider):
    """Fetches, hands pages to the engine, hands its steps to the recorder."""

    name = "sweep"

    def __init__(self, *args: Any, engine: SiteEngine, recorder: Notebook, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._engine = engine
        self.recorder = recorder
        self._failed_in_a_row = 0
        self._asked_for: set[str] = set()

    async def start(self) -> AsyncIterator[scrapy.Request]:
        """What the engine wants first."""
        for request in self._requests(self._engine.start()):
            yield request

    def _requests(self, steps: Iterable[Step]) -> Iterator[scrapy.Request]:
        """Each address once. Scrapy's own filter would drop a redirect in a circle without a word."""
        for step in steps:
            if isinstance(step, Fetch) and step.address not in self._asked_for:
                self._asked_for.add(step.address)
                yield self._request(step)

    def _request(self, fetch: Fetch) -> scrapy.Request:
        return scrapy.Request(
            fetch.address,
            callback=self._answered,
            errback=self._failed,
            cb_kwargs={"fetch": fetch},
            priority=1 if fetch.ahead else 0,
            dont_filter=True,
        )

    def _answered(self, response: Response, fetch: Fetch) -> Iterator[scrapy.Request]:
        self._count()
        if not HTTPStatus.OK <= response.status < HTTPStatus.MULTIPLE_CHOICES:
            self._missed(fetch, f"HTTP {response.status}", gone=response.status in _GONE)
            return
        if "dataloss" in response.flags and (again := self._again(response)):
            yield again
            return
        self._failed_in_a_row = 0
        page, exchange = self._page(response), self._exchange(response)
        try:
            steps = list(self._engine.read(fetch, page))
        except Exception as error:  # noqa: BLE001  # one page that an engine cannot stand must not end the sweep
            get_logger().warning("page.unreadable", source=self.recorder.source, error=type(error).__name__)
            self._missed(fetch, f"a page could not be understood ({type(error).__name__})", gone=False)
            return
        self._keep(fetch, steps, page, exchange)
        yield from self._requests(steps)

    def _keep(self, fetch: Fetch, steps: list[Step], page: Page, exchange: Exchange) -> None:
        try:
            self.recorder.take(steps, page, exchange)
        except HinomiError as error:
            self.recorder.fatal = str(error)
            raise CloseSpider("fatal") from error
        if not fetch.key:
            self.recorder.lists_read += 1
        if self.recorder.stopping:
            raise CloseSpider("stopping")

    def _failed(self, failure: Any) -> None:
        self._count()
        fetch, error = failure.request.cb_kwargs["fetch"], failure.value
        if self.recorder.stopping:
            raise CloseSpider("stopping")
        self._missed(fetch, _reason(error), gone=False, is_forbidden=isinstance(error, RobotsForbidError))

    def _missed(self, fetch: Fetch, reason: str, *, gone: bool, is_forbidden: bool = False) -> None:
        self.recorder.missed(fetch, reason, gone=gone)
        self._failed_in_a_row = 0 if gone or is_forbidden else self._failed_in_a_row + 1
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

    def _page(self, response: Response) -> Page:
        declared = (response.headers.get("Content-Type") or b"").decode("latin-1")
        media_type, _, parameters = declared.partition(";")
        charset = parameters.lower().partition("charset=")[2].strip(" \"';")
        charset = self._engine.encoding or charset
        return Page(response.url, response.body, media_type.strip().lower(), charset)

    def _exchange(self, response: Response) -> Exchange:
        headers, body = wire_of(response)
        sent = response.request.headers if response.request else {}
        cut = {"download_stopped": "length", "dataloss": "disconnect"}
        return Exchange(
            address=response.url,
            fetched_at=self.recorder.clock.now(),
            request_headers=tuple((k.decode("latin-1"), v.decode("latin-1")) for k, vs in sent.items() for v in vs),
            status=response.status,
            reason=HTTPStatus(response.status).phrase if response.status in set(HTTPStatus) else "",
            headers=headers,
            body=body,
            content=response.body,
            truncated=next((cut[flag] for flag in response.flags if flag in cut), ""),
        )


def _reason(error: BaseException) -> str:
    if isinstance(error, RobotsForbidError):
        return str(error)  # one of ours
    for kind, reason in _REASONS:
        if isinstance(error, kind):
            return reason
    if isinstance(error, IgnoreRequest):
        text = str(error)
        return "too many redirects" if "redirect" in text else "the answer is too large when unpacked"
    return f"the request failed ({type(error).__name__})"
