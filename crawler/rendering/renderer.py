"""A browser in a process of its own, started when the first page wants it, ended after so many pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Self
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from core.processes.walls.confinement import Rights
from core.processes.worker import Worker
from crawler.access.placeholders import fill_text
from crawler.polite.agent import user_agent
from crawler.rendering.browser import serve
from crawler.rendering.jobs import LINE, BrowserSettings, Rendered, RenderError, RenderJob

if TYPE_CHECKING:
    from core.settings import CrawlerSettings
    from crawler.access.secrets import Vault
    from crawler.sources import Source

PAGES_A_BROWSER: Final = 20
"""A browser's memory grows with every page; a fresh one costs a second or two."""
_GRACE_S: Final = 30.0
_READS: Final = ("/etc/fonts", "/etc/chromium", "/etc/chromium.d", "/var/cache/fontconfig", "/dev/shm", "/sys/devices")  # noqa: S108  # read, not written
_HINT: Final = "Install chromium (Debian: apt install chromium) and requirements-browser.lock, or leave javascript off."


class Renderer:
    """Renders pages of one source, one at a time."""

    def __init__(self, settings: BrowserSettings) -> None:
        self._settings = settings
        self._worker: Worker | None = None
        self._pages = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def render(self, job: RenderJob) -> Rendered:
        """A page as a browser makes it.

        Raises:
            RenderError: There is no browser here, or it ended.
        """
        if self._pages >= PAGES_A_BROWSER:
            self.close()
        worker = self._worker or self._start()
        self._pages += 1
        worker.line.send(job)
        return self._answer(worker)

    def close(self) -> None:
        """End the browser."""
        if self._worker:
            self._worker.end(at_once=True)
        self._worker, self._pages = None, 0

    def _start(self) -> Worker:
        rights = Rights(network=True, reads=_READS, writes=("/dev/shm",))  # noqa: S108  # the browser's own, of the system
        self._worker = Worker(serve, self._settings, rights=rights, own_group=True)
        ready = self._answer(self._worker)
        if ready.failure:
            self.close()
            raise RenderError(f"no browser: {ready.failure}", hint=_HINT)
        return self._worker

    def _answer(self, worker: Worker) -> Rendered:
        if not worker.line.poll(self._settings.timeout_s + _GRACE_S):
            self.close()
            return Rendered(failure="no whole answer in time")
        try:
            answer: Rendered = LINE.unpack(worker.line.receive())
        except (EOFError, ConnectionError):
            how = worker.how_it_ended()
            self._worker = None
            raise RenderError(f"the browser's process {how}", hint=_HINT) from None
        return answer


def browser_settings(source: Source, settings: CrawlerSettings, vault: Vault) -> BrowserSettings:
    """How the browser of a source goes out: to its hosts, through its proxy."""
    names = [urlsplit(f"//{host}").hostname or "" for host in (source.host, *source.hosts)]
    return BrowserSettings(
        hosts=tuple(dict.fromkeys(names)),
        allows_private=source.allows_private,
        proxy=fill_text(source.proxy, vault.values) or _proxy_of_the_machine(source.url),
        user_agent=user_agent(settings.contact),
        timeout_s=settings.timeout_s,
    )


def _proxy_of_the_machine(address: str) -> str:
    """What the environment says, as Scrapy follows it too."""
    parts = urlsplit(address)
    return "" if proxy_bypass(parts.hostname or "") else getproxies().get(parts.scheme, "")


def take_picture(address: str, settings: BrowserSettings) -> bytes:
    """A PNG of a page as a visitor sees it, taken now; what it loads comes from the settings' hosts alone.

    Raises:
        RenderError: There is no browser here, or the page cannot be had.
    """
    with Renderer(settings) as renderer:
        rendered = renderer.render(RenderJob(address, picture=True))
    if rendered.failure:
        raise RenderError(f"no picture of the page: {rendered.failure}")
    return rendered.png
