"""Has pages of a source made by a browser, where the source says javascript = true."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final, Protocol

from scrapy.exceptions import IgnoreRequest

from core.errors import HinomiError
from crawler.polite.bodies import show_rendered
from crawler.rendering.jobs import RenderJob

if TYPE_CHECKING:
    from typing import Self

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from crawler.access.placeholders import Sieve
    from crawler.rendering.jobs import Rendered
    from crawler.spider import Notebook

_HTML: Final = ("text/html", "application/xhtml+xml")


class Screen(Protocol):
    """Who has a browser."""

    def render(self, job: RenderJob) -> Rendered:
        """A page as a browser makes it."""
        ...


class NotRenderedError(IgnoreRequest):
    """A browser could not make the page: what came without it may be an empty frame."""


class Rendering:
    """Every page in HTML is shown to the engine as a visitor with scripts sees it, up to the source's budget."""

    def __init__(self, crawler: Crawler) -> None:
        self._screen: Screen = crawler.spider.screen  # type: ignore[union-attr]  # crawler.spider.SweepSpider's
        self._sieve: Sieve = crawler.spider.access.sieve  # type: ignore[union-attr]  # the same
        self._recorder: Notebook = crawler.spider.recorder  # type: ignore[union-attr]  # the same
        self._most: int = crawler.settings["HINOMI_SOURCE"].max_rendered_pages
        self._pages = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy; only for a source with scripts."""
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:
        """Render.

        Raises:
            NotRenderedError: The browser failed, or was used up.
        """
        kind = (response.headers.get("Content-Type") or b"").decode("latin-1").lower()
        is_page = response.status == HTTPStatus.OK and kind.startswith(_HTML) and bool(response.body)
        if not is_page or request.meta.get("dont_obey_robotstxt"):
            return response
        if self._pages >= self._most:
            self._recorder.stopping = f"the budget of {self._most} rendered pages was used up"
            raise NotRenderedError(self._recorder.stopping)
        self._pages += 1
        job = RenderJob(response.url, response.body, kind, _cookies(request))
        try:
            rendered = self._screen.render(job)
        except HinomiError as error:
            self._recorder.fatal = str(error)
            raise NotRenderedError(str(error)) from error
        if rendered.failure:
            raise NotRenderedError(rendered.failure)
        page = self._sieve.clean(rendered.html.encode("utf-8", "replace"))
        return show_rendered(request, response, page)


def _cookies(request: Request) -> tuple[tuple[str, str], ...]:
    """What this request carried, for what the page asks for."""
    sent = b"; ".join(request.headers.getlist("Cookie")).decode("latin-1")
    pairs = (pair.strip().partition("=") for pair in sent.split(";") if "=" in pair)
    return tuple((name, value) for name, _, value in pairs)
