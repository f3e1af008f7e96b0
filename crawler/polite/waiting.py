"""Waits for a host's turn before every request, robots.txt and redirects too; see `crawler.polite.turns`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from scrapy.utils.httpobj import urlparse_cached

from crawler.polite.middlewares import AskedToWaitError, OutOfTimeError, rest
from crawler.polite.reach import is_private_host, literal
from crawler.polite.resolver import PrivateAddressError

if TYPE_CHECKING:
    from typing import Self

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from crawler.polite.resolver import OpenResolver
    from crawler.polite.turns import Turns
    from crawler.spider import Notebook

MAX_CRAWL_DELAY_S: Final = 60.0
"""A longer Crawl-delay in robots.txt would make a sweep of 50 pages take an hour: it is taken as this long."""
_HOLD_BEYOND_S: Final = 30.0
"""A turn is given up that long after the time limit of its request: whoever held it is gone."""
_KEYS: Final = "hinomi_turn"


class Waiting:
    """The last thing before a request is sent: its host's turn, by name and by address."""

    def __init__(self, crawler: Crawler) -> None:
        from twisted.internet import reactor

        settings = crawler.settings
        self._crawler = crawler
        self._turns: Turns = crawler.spider.turns  # type: ignore[union-attr]  # crawler.spider.SweepSpider's
        self._recorder: Notebook = crawler.spider.recorder  # type: ignore[union-attr]  # the same
        self._resolver: OpenResolver = reactor.nameResolver  # chosen when it started
        self._allows_private: bool = settings["HINOMI_SOURCE"].allows_private
        self._delay_s = settings.getfloat("HINOMI_DELAY_S")
        self._delays: dict[str, float] = {}
        self._hold_s = settings.getfloat("DOWNLOAD_TIMEOUT") + _HOLD_BEYOND_S
        self._longest = settings.getfloat("HINOMI_MAX_RETRY_AFTER_S")
        self._until = time.monotonic() + settings.getfloat("CLOSESPIDER_TIMEOUT")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        made = cls(crawler)
        crawler.spider.waiting = made  # type: ignore[union-attr]  # `Robots` knows how slow the host wants it
        return made

    def slow_down(self, host: str, delay_s: float) -> None:
        """The host asks for a longer pause between requests."""
        self._delays[host] = max(self._delays.get(host, 0.0), min(delay_s, MAX_CRAWL_DELAY_S))

    async def process_request(self, request: Request) -> None:
        """Wait for the turn.

        Raises:
            AskedToWaitError: The host wants to be left alone for longer than a sweep may wait.
            OutOfTimeError: The sweep is over before it comes.
        """
        host = (urlparse_cached(request).hostname or "").lower()
        keys = await self._keys(request, host)
        delay_s = max(self._delay_s, self._delays.get(host, 0.0))
        while wait := self._turns.ask(keys, delay_s, self._hold_s):
            if time.monotonic() + wait > self._until:
                raise OutOfTimeError("the turn would come after the end of this sweep")
            if wait > max(self._longest, delay_s):
                self._recorder.asked_to_wait(wait)
                raise AskedToWaitError("the site asks for a longer pause than a sweep may take")
            await rest(self._crawler, wait)
        request.meta[_KEYS] = keys

    async def _keys(self, request: Request, host: str) -> list[str]:
        """The host's name and addresses; what a proxy resolves is the proxy's to know."""
        proxy = urlsplit(request.meta.get("proxy") or "")
        if not proxy.hostname:
            return [host, *(await self._resolver.addresses(host))]
        self._resolver.allow_proxy(proxy.hostname)
        if literal(host) and is_private_host(host) and not self._allows_private:
            raise PrivateAddressError(f"{host!r} is on a private network")
        return [host]

    def process_response(self, request: Request, response: Response) -> Response:
        """The pause begins."""
        self._over(request)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        """The pause begins all the same."""
        del exception
        self._over(request)

    def _over(self, request: Request) -> None:
        keys: Any = request.meta.pop(_KEYS, None)
        if keys:
            self._turns.end(keys)
