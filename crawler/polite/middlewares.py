"""How we behave on somebody else's server: Scrapy's middlewares where they do it, ours where they do not.

Measured on Scrapy 2.19: nothing in it reads Retry-After; an unreachable robots.txt counts as leave to crawl; the
request for robots.txt is made without the proxy of the request it is for; a body over its limit is thrown away whole.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.utils.httpobj import urlparse_cached

if TYPE_CHECKING:
    from typing import Self

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from crawler.access.wicket import Access
    from crawler.polite.turns import Turns
    from crawler.polite.waiting import Waiting
    from crawler.spider import Notebook

BUSY = frozenset({429, 503})
MAX_RETRY_AFTER_S = 7 * 86_400.0
"""A longer pause than a week is a mistake, or means never: then somebody should look at the source."""

_STEP_S = 0.5
"""Whoever waits looks so often whether the sweep is told to stop."""


class RobotsForbidError(IgnoreRequest):
    """robots.txt forbids the page."""


class RobotsUnreadError(IgnoreRequest):
    """robots.txt could not be read: then everything is forbidden (RFC 9309, 2.3.1.4).

    Attributes:
        cause: What came in the way, where there was no answer at all.
    """

    def __init__(self, message: str, *, cause: Exception | None = None) -> None:
        super().__init__(message)
        self.cause = cause


class OtherHostError(IgnoreRequest):
    """The site sends us somewhere that is not part of the source."""


class AskedToWaitError(IgnoreRequest):
    """The site asks for a longer pause than a sweep may take."""


class OutOfTimeError(IgnoreRequest):
    """The sweep would be over before the request could be sent."""


class Robots(RobotsTxtMiddleware):
    """Scrapy's middleware with RFC 9309's word on errors, and Crawl-delay."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._why: dict[str, Exception] = {}

    async def process_request(self, request: Request, spider: Any = None) -> None:
        """Let a request through if robots.txt does."""
        del spider
        if request.meta.get("dont_obey_robotstxt"):
            return
        parser = await self.robot_parser(request)
        if parser is None:
            raise self._why[urlparse_cached(request).netloc]
        if not parser.allowed(request.url, self._robotstxt_useragent or "*"):
            raise RobotsForbidError("robots.txt forbids it")

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status in BUSY or response.status >= 500:  # noqa: PLR2004  # server errors begin here
            raise RobotsUnreadError(f"robots.txt cannot be read: HTTP {response.status}")
        if response.status >= 400:  # noqa: PLR2004  # "unavailable": crawling is allowed
            response = response.replace(body=b"")
        await super()._parse_robots(response, netloc, request)
        rules = getattr(self._parsers[netloc], "rp", None)  # Protego's
        delay = rules.crawl_delay(self._robotstxt_useragent) if rules else None
        if delay:
            waiting: Waiting = self.crawler.spider.waiting  # type: ignore[union-attr]  # crawler.spider.SweepSpider's
            waiting.slow_down((urlparse_cached(request).hostname or "").lower(), float(delay))

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        is_ours = isinstance(exc, RobotsUnreadError)
        self._why[netloc] = exc if is_ours else RobotsUnreadError("robots.txt cannot be read", cause=exc)
        super()._robots_error(exc, netloc)


class SameSite:
    """Every request, robots.txt and redirects too, goes to hosts of the source, or that it follows to, by its proxy."""

    def __init__(self, crawler: Crawler) -> None:
        source = crawler.settings["HINOMI_SOURCE"]
        self._hosts = {source.host, *(host.lower() for host in (*source.hosts, *source.follow))}
        access: Access = crawler.spider.access  # type: ignore[union-attr]  # crawler.spider.SweepSpider's
        self._proxy = access.proxy(source.proxy)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Refuse other hosts; set the proxy."""
        parts = urlparse_cached(request)
        if parts.scheme not in {"http", "https"} or parts.netloc.rpartition("@")[2].lower() not in self._hosts:
            raise OtherHostError("another host")
        if self._proxy:
            request.meta["proxy"] = self._proxy


class RetryAfter:
    """Waits when a site says it is busy, as long as it asks for; ends the sweep when that is too long.

    A sweep has one request at a time, so waiting here is a pause of the whole sweep.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._recorder: Notebook = crawler.spider.recorder  # type: ignore[union-attr]  # crawler.spider.SweepSpider's
        self._turns: Turns = crawler.spider.turns  # type: ignore[union-attr]  # the same
        self._longest = crawler.settings.getfloat("HINOMI_MAX_RETRY_AFTER_S")
        self._until = time.monotonic() + crawler.settings.getfloat("CLOSESPIDER_TIMEOUT")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Send nothing more once the site has asked for a long pause."""
        del request
        if self._recorder.stopping:
            raise AskedToWaitError("the site asks for a longer pause than a sweep may take")

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        """Wait and try again, or give the response on."""
        if response.status not in BUSY:
            return response
        asked = read_retry_after(response.headers.get("Retry-After"), datetime.now(UTC))
        tried = request.meta.get("retry_times", 0)
        wait = asked if asked is not None else float(2**tried)
        self._turns.put_off((urlparse_cached(request).hostname or "").lower(), wait)  # for every source of that host
        if wait > self._longest or time.monotonic() + wait > self._until:
            self._recorder.asked_to_wait(wait)
            raise AskedToWaitError("the site asks for a longer pause than a sweep may take")
        spider = self._crawler.spider
        again = get_retry_request(request, spider=spider, reason=f"HTTP {response.status}") if spider else None
        if again is None:
            return response
        await rest(self._crawler, wait)
        return again


async def rest(crawler: Crawler, seconds: float) -> None:
    """Wait, unless the sweep is told to stop.

    Raises:
        OutOfTimeError: It is.
    """
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        if not crawler.crawling:
            raise OutOfTimeError("the sweep is told to stop")
        await asyncio.sleep(min(left, _STEP_S))


def read_retry_after(value: bytes | None, now: datetime) -> float | None:
    """Seconds to wait (RFC 9110, 10.2.3: a number or a date); None when it says nothing readable."""
    text = (value or b"").decode("latin-1").strip()
    if text.isdecimal() and text.isascii():
        return min(float(text[:9]), MAX_RETRY_AFTER_S)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    return min(max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds()), MAX_RETRY_AFTER_S)
