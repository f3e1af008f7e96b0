"""Cookies of one source, in the memory of the process that fetches it: never in the archive, never another source's."""

from __future__ import annotations

import time
from http.cookiejar import Cookie, DefaultCookiePolicy
from typing import TYPE_CHECKING, Final

from scrapy.http.cookies import CookieJar

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from crawler.access.wicket import Access

HTTP_ONLY: Final = "#HttpOnly_"
_COLUMNS: Final = 7
"""Of a line of cookies.txt: domain, subdomains too, path, TLS only, end, name, value."""


class OwnCookies:
    """Sends back the cookies of the source's hosts; begins with those that were imported."""

    def __init__(self, crawler: Crawler) -> None:
        access: Access = crawler.spider.access  # type: ignore[union-attr]  # crawler.spider.SweepSpider's
        self._jar = CookieJar(DefaultCookiePolicy(strict_domain=True))
        for cookie in read_cookies(access.cookies, access.host_name):
            self._jar.set_cookie(cookie)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Put them in."""
        request.headers.pop("Cookie", None)
        self._jar.add_cookie_header(request)

    def process_response(self, request: Request, response: Response) -> Response:
        """Take them out."""
        self._jar.extract_cookies(response, request)
        return response


def read_cookies(text: str, host: str) -> Iterator[Cookie]:
    """Cookies of a ``cookies.txt`` as browsers' add-ons write it, or of ``name=value; name=value`` for the host."""
    lines = [line.removeprefix(HTTP_ONLY) for line in text.splitlines() if line.strip()]
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    if any(len(row) == _COLUMNS for row in rows):
        for domain, _, path, safe, end, name, value in (row for row in rows if len(row) == _COLUMNS):
            yield _cookie(name, value, domain, path, safe=safe == "TRUE", end=int(end) if end.isdecimal() else 0)
        return
    for pair in text.removeprefix("Cookie:").split(";"):
        name, equals, value = pair.strip().partition("=")
        if equals:
            yield _cookie(name, value, host, "/", safe=False, end=0)


def _cookie(name: str, value: str, domain: str, path: str, *, safe: bool, end: int) -> Cookie:
    # A bare host among cookies, as http.cookiejar keeps one: it appends .local to names without a dot itself.
    named = domain if "." in domain or ":" in domain else f"{domain}.local"
    return Cookie(
        version=0, name=name, value=value, port=None, port_specified=False, domain=named,
        domain_specified=domain.startswith("."), domain_initial_dot=domain.startswith("."), path=path or "/",
        path_specified=True, secure=safe, expires=end if end > time.time() else None, discard=not end, comment=None,
        comment_url=None, rest={},
    )  # fmt: skip
