"""The browser's process: Debian's Chromium, driven by Playwright, which reaches a source's hosts and nothing else.

It is given the addresses of those hosts when it starts, each one judged (`crawler.polite.reach`), and resolves no other
name: a script that asks for 169.254.169.254, or for a name that means it, asks for a host that does not exist. It may
write to its own folder alone. Chromium's own sandbox needs name spaces, which our walls refuse: they stand in for it.
"""

from __future__ import annotations

import shutil
import socket
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

from crawler.polite.reach import is_open
from crawler.rendering.jobs import LINE, Rendered, RenderJob

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from playwright.sync_api import Browser, Page, Playwright, Route

    from crawler.rendering.jobs import BrowserSettings

PROGRAMS: Final = ("chromium", "chromium-browser", "google-chrome")
_KINDS: Final = frozenset({"document", "script", "xhr", "fetch"})
"""What a page needs to become what it says; for a picture also what it looks like."""
_LOOKS: Final = _KINDS | {"stylesheet", "image", "font"}
_SETTLES: Final = 1 / 3
"""This share of its time a page may go on loading after it is there; what keeps polling would never be quiet."""
_WIDTH, _HEIGHT = 1280, 1600
_NO_SUCH_HOST: Final = "MAP * ~NOTFOUND"


def serve(line: Connection, settings: BrowserSettings) -> None:
    """One job after another, until the line ends."""
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        line.send_bytes(LINE.pack(Rendered(failure="playwright is not installed")))
        return
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        line.send_bytes(LINE.pack(Rendered(failure="chromium is not installed")))
        return
    with sync_playwright() as playwright:
        try:
            browser = _start(playwright, program, settings)
        except Error:
            line.send_bytes(LINE.pack(Rendered(failure="chromium does not start")))
            return
        line.send_bytes(LINE.pack(Rendered()))
        while True:
            job: RenderJob = line.recv()
            try:
                rendered = _render(browser, job, settings)
            except Error as error:
                rendered = Rendered(failure=f"the browser failed ({type(error).__name__})")
            line.send_bytes(LINE.pack(rendered))


def _start(playwright: Playwright, program: str, settings: BrowserSettings) -> Browser:
    rules = ", ".join(resolver_rules(settings))
    arguments = [f"--host-resolver-rules={rules}", "--disable-dev-shm-usage", "--disable-background-networking"]
    arguments += ["--disable-quic", "--force-webrtc-ip-handling-policy=disable_non_proxied_udp", "--no-zygote"]
    proxy = _proxy(settings.proxy) if settings.proxy else None
    return playwright.chromium.launch(
        executable_path=program, args=arguments, chromium_sandbox=False, proxy=proxy, timeout=settings.timeout_s * 1000
    )


def _proxy(address: str) -> Any:
    """As Playwright wants it; Chromium has SOCKS resolve names anyhow, and knows no password for it."""
    parts = urlsplit(address)
    given = {"username": unquote(parts.username or ""), "password": unquote(parts.password or "")}
    server = f"{parts.scheme.removesuffix('h')}://{parts.netloc.rpartition('@')[2]}"
    return {"server": server, **{name: value for name, value in given.items() if value}}


def resolver_rules(settings: BrowserSettings) -> list[str]:
    """Chromium's rules for names: the source's hosts at addresses that may be connected to, and no other host."""
    if settings.proxy:
        return [_NO_SUCH_HOST, f"EXCLUDE {urlsplit(settings.proxy).hostname}"]
    rules = []
    for host in settings.hosts:
        address = _address(host, allows_private=settings.allows_private)
        if address:
            rules.append(f"MAP {host} {address}")
    return [*rules, _NO_SUCH_HOST]


def _address(host: str, *, allows_private: bool) -> str:
    try:
        found = socket.getaddrinfo(host.strip("[]"), None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ""
    for *_, where in found:
        address = ip_address(str(where[0]).partition("%")[0])
        if allows_private or is_open(address):
            return f"[{address}]" if address.version == 6 else str(address)  # noqa: PLR2004  # of the protocol
    return ""


def _render(browser: Browser, job: RenderJob, settings: BrowserSettings) -> Rendered:
    from playwright.sync_api import TimeoutError as TooLongError

    context = browser.new_context(
        user_agent=settings.user_agent, viewport={"width": _WIDTH, "height": _HEIGHT}, service_workers="block",
        accept_downloads=False,
    )  # fmt: skip
    context.set_default_timeout(settings.timeout_s * 1000)
    context.add_cookies([{"name": name, "value": value, "url": job.address} for name, value in job.cookies])
    gate = _Gate(job, settings)
    try:
        page = context.new_page()
        page.route("**/*", gate.decide)
        try:
            page.goto(job.address, wait_until="domcontentloaded")
            page.wait_for_load_state("networkidle", timeout=settings.timeout_s * 1000 * _SETTLES)
        except TooLongError:
            if page.url == "about:blank":
                return Rendered(failure="no whole answer in time", refused=gate.refused)
        return _taken(page, job, gate)
    finally:
        context.close()


def _taken(page: Page, job: RenderJob, gate: _Gate) -> Rendered:
    png = page.screenshot(full_page=True) if job.picture else b""
    return Rendered(page.content(), png, refused=gate.refused)


class _Gate:
    """Lets out what a page needs from the source's own hosts, and answers for the page itself."""

    def __init__(self, job: RenderJob, settings: BrowserSettings) -> None:
        self._job = job
        self._hosts = {host.strip("[]") for host in settings.hosts}
        self._kinds = _LOOKS if job.picture else _KINDS
        self._given = False
        self.refused = 0

    def decide(self, route: Route) -> None:
        """Let one request go, answer it, or refuse it."""
        request = route.request
        if request.is_navigation_request() and self._job.body and not self._given:
            self._given = True
            route.fulfill(status=200, body=self._job.body, content_type=self._job.media_type)
        elif request.resource_type in self._kinds and (urlsplit(request.url).hostname or "") in self._hosts:
            route.continue_()
        else:
            self.refused += 1
            route.abort()
