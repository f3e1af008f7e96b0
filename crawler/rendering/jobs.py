"""What a browser is asked and what it answers, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core.processes.plain import Plain
from crawler.errors import CrawlError


class RenderError(CrawlError):
    """A page could not be made by a browser."""


@dataclass(frozen=True, slots=True)
class BrowserSettings:
    """How the browser of a source goes out.

    Attributes:
        hosts: Host names that may be asked, without ports; nothing else is reached.
        allows_private: Whether they may be on a private network.
        proxy: Through which everything goes; names are its to resolve then.
        user_agent: Who we say we are.
        timeout_s: For one page.
    """

    hosts: tuple[str, ...]
    allows_private: bool
    proxy: str
    user_agent: str
    timeout_s: float


@dataclass(frozen=True, slots=True)
class RenderJob:
    """One page.

    Attributes:
        address: Of the page.
        body: What came when it was asked for, which the browser is given instead of asking again; none: it asks.
        media_type: Of the body.
        cookies: Names and values for the page's host.
        picture: Whether a picture of the whole page is wanted beside it.
    """

    address: str
    body: bytes = b""
    media_type: str = "text/html"
    cookies: tuple[tuple[str, str], ...] = ()
    picture: bool = False


@dataclass(frozen=True, slots=True)
class Rendered:
    """What became of it: the page as HTML, a PNG, or why there is neither."""

    html: str = ""
    png: bytes = b""
    failure: str = ""
    refused: int = 0
    """Requests of the page that were not let out."""


LINE: Final = Plain(Rendered)
