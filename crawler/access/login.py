"""Gets in before the first page is asked for, and once more when a login form comes back in the middle."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from parsel import Selector
from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.httpobj import urlparse_cached

from core.encodings.decoder import to_text
from core.markup import has_heavy_tag
from crawler.access.forms import fill_form, has_password_form
from crawler.access.placeholders import placeholder
from crawler.access.wicket import LOGS_IN
from crawler.pages.selectors import select_all

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from crawler.access.options import LoginOptions
    from crawler.spider import Notebook

_LOGIN_AGAIN: Final = 1
"""So often a sweep logs in anew: a site that throws us out again and again does not want us in."""
_RETRIED: Final = "hinomi_inside_again"
_REFUSED: Final = frozenset({401, 403})


class LoginFailedError(IgnoreRequest):
    """We are not let in; what stands outside is not what the source is about."""


class Login:
    """The way in of a source; see `crawler.access.options.LoginOptions`."""

    def __init__(self, crawler: Crawler, options: LoginOptions) -> None:
        self._crawler = crawler
        self._options = options
        self._recorder: Notebook = crawler.spider.recorder  # type: ignore[union-attr]  # crawler.spider.SweepSpider's
        self._host: str = crawler.settings["HINOMI_SOURCE"].host
        self._entering = asyncio.Lock()
        self._is_in = False
        self._again = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy; only for a source with a login."""
        return cls(crawler, crawler.settings["HINOMI_SOURCE"].login)

    async def process_request(self, request: Request) -> None:
        """Be in, or carry the token."""
        if request.meta.get(LOGS_IN) or request.meta.get("dont_obey_robotstxt") or not self._is_ours(request):
            return
        if self._options.kind == "token":
            name, scheme = self._options.header, self._options.scheme
            request.headers.setdefault(name, f"{scheme} {placeholder(self._options.secret)}".strip())
        async with self._entering:
            if not self._is_in:
                await self._enter()

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        """Ask for a page again, from inside, when what came is what outsiders see."""
        if request.meta.get(LOGS_IN) or request.meta.get("dont_obey_robotstxt") or not self._is_ours(request):
            return response
        if not self._is_outside(response):
            return response
        async with self._entering:
            if request.meta.get(_RETRIED) or self._options.kind != "form" or self._again >= _LOGIN_AGAIN:
                return response
            self._again += 1
            self._is_in = False
            await self._enter()
        again = request.replace(url=request.meta.get("redirect_urls", [request.url])[0], dont_filter=True)
        again.meta[_RETRIED] = True
        for left in ("redirect_times", "redirect_ttl", "redirect_urls", "redirect_reasons"):
            again.meta.pop(left, None)
        return again

    def _is_ours(self, request: Request) -> bool:
        return urlparse_cached(request).netloc.rpartition("@")[2].lower() == self._host

    async def _enter(self) -> None:
        if self._options.kind == "form":
            await self._send_form()
        self._is_in = True

    async def _send_form(self) -> None:
        page = await self._ask(Request(self._options.page))
        charset = _charset(page)
        form = fill_form(page.body, charset, page.url, self._options)
        if form is None:
            raise self._failed("its page holds no form with a password")
        if form.method == "GET":
            raise self._failed("its form would put the password into an address")
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Referer": page.url}
        answer = await self._ask(Request(form.address, method="POST", body=form.body, headers=headers))
        if answer.status in _REFUSED or self._is_outside(answer):
            raise self._failed("user or password were not taken, or 'says' and 'shows' are not on the page behind it")

    async def _ask(self, request: Request) -> Response:
        # An operator who writes down a login has an account there: robots.txt speaks of what robots may read, and for
        # everything that is read it counts.
        request = request.replace(
            meta={LOGS_IN: True, "dont_obey_robotstxt": True}, dont_filter=True, callback=NO_CALLBACK
        )
        engine = self._crawler.engine
        if engine is None:
            raise self._failed("the sweep has ended")
        return await engine.download_async(request)

    def _failed(self, why: str) -> LoginFailedError:
        self._recorder.fatal = f"the login failed: {why}"
        return LoginFailedError(self._recorder.fatal)

    def _is_outside(self, response: Response) -> bool:
        """Whether a page is what people see who are not in."""
        if response.status in _REFUSED:
            return True
        kind = (response.headers.get("Content-Type") or b"").lower()
        if b"html" not in kind or not response.body:
            return False
        text = to_text(response.body, _charset(response))
        if self._options.says and self._options.says in text:
            return False
        if self._options.shows and not has_heavy_tag(text):
            return not select_all(Selector(text=text or " "), self._options.shows)
        return bool(self._options.says) or has_password_form(text)


def _charset(response: Response) -> str:
    declared = (response.headers.get("Content-Type") or b"").decode("latin-1")
    return declared.lower().partition("charset=")[2].strip(" \"';")
