"""Where a request leaves with its secrets and an answer comes in without them: around Scrapy's own handlers."""

from __future__ import annotations

import asyncio
import base64
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from scrapy.core.downloader.handlers._httpx import HttpxDownloadHandler
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.exceptions import DownloadTimeoutError
from scrapy.utils.httpobj import urlparse_cached

from crawler.access.cookies import read_cookies
from crawler.access.placeholders import Sieve, fill_address, fill_body, fill_text, parameters_of
from crawler.access.secrets import LEAST_CHARACTERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from crawler.access.secrets import Vault
    from crawler.sources import Source

LOGS_IN: Final = "hinomi_logs_in"
"""In a request's meta: it is one of those by which we get in."""


class Access:
    """The secrets of one source, where they go, and the sieve that what comes back passes."""

    def __init__(self, source: Source, vault: Vault) -> None:
        self._host = source.host
        self.host_name = urlsplit(source.url).hostname or ""
        self._values, self._login = vault.values, dict(vault.login)
        self._parameters = parameters_of([source.url, *_texts(source.options.model_dump())])
        pairs = [*vault.values.items(), *vault.login.items()]
        login = source.login
        self.cookies = self._login.pop(login.secret, "") if login and login.kind == "cookies" else ""
        pairs += [(cookie.name, cookie.value or "") for cookie in read_cookies(self.cookies, self.host_name)]
        if login and login.kind == "token" and login.user:
            self._login[login.secret] = _basic(login.user, self._login[login.secret])
            pairs += self._login.items()
        self.sieve = Sieve((name, value) for name, value in pairs if len(value) >= LEAST_CHARACTERS)

    def proxy(self, address: str) -> str:
        """A proxy's address with the password that it may need."""
        return fill_text(address, self._values)

    def filled(self, request: Request) -> Request:
        """The request as it is sent; only the source's own host is told anything."""
        if urlparse_cached(request).netloc.rpartition("@")[2].lower() != self._host:
            return request
        everything = {**self._values, **self._login}
        inside = everything if request.meta.get(LOGS_IN) else self._values
        media_type = (request.headers.get("Content-Type") or b"").decode("latin-1").lower()
        url = fill_address(request.url, self._values, self._parameters)
        body = fill_body(request.body, media_type, inside)
        headers = request.headers.copy()
        for name, values in request.headers.items():
            headers[name] = [
                fill_text(value.decode("latin-1"), everything).encode("utf-8")
                if b"{secret:" in value else value for value in values
            ]  # fmt: skip
        if (url, body, headers) == (request.url, request.body, request.headers):
            return request
        return request.replace(url=url, body=body, headers=headers)

    def cleaned(self, request: Request, response: Response) -> Response:
        """An answer under the address that was asked for, with nothing secret in its headers."""
        headers = response.headers.copy()
        for name, values in response.headers.items():
            headers[name] = [self.sieve.clean(value) for value in values]
        return response.replace(url=request.url, headers=headers)


class PlainHandler(HTTP11DownloadHandler):
    """Scrapy's own handler behind the wicket."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._access: Access = crawler.spider.access  # type: ignore[union-attr]  # crawler.spider.SweepSpider's

    async def download_request(self, request: Request) -> Response:
        """Download."""
        return self._access.cleaned(request, await super().download_request(self._access.filled(request)))


class SocksHandler(HttpxDownloadHandler):
    """httpx's handler (the one with SOCKS; names are resolved by the proxy) with a limit on the whole download.

    Its own time limit is one for each read: a server that drips a byte a second would hold it for ever.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._access: Access = crawler.spider.access  # type: ignore[union-attr]  # crawler.spider.SweepSpider's

    async def download_request(self, request: Request) -> Response:
        """Download, in time."""
        limit = float(request.meta.get("download_timeout", 30))
        try:
            async with asyncio.timeout(limit):
                response = await super().download_request(self._access.filled(request))
        except TimeoutError:
            raise DownloadTimeoutError(f"no whole answer within {limit:g} s") from None
        return self._access.cleaned(request, response)


def _basic(user: str, value: str) -> str:
    return base64.b64encode(f"{user}:{value}".encode()).decode()


def _texts(node: Any) -> Iterator[str]:
    """Every text of a source's options."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for value in node.values():
            yield from _texts(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from _texts(value)
