"""What came over the wire, and what it says without its content encodings; both within the limit, and never lost.

Measured on Scrapy 2.19: a body over its limit is thrown away whole, so is one that unpacks to more, and so is one that
is not in the encoding it says; half a gzip stream is kept without a word.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from scrapy import signals
from scrapy.exceptions import StopDownload

from archive.records import ORIGINAL_PREFIX
from crawler.polite.unpacking import DISCONNECT, LENGTH, unpack

if TYPE_CHECKING:
    from typing import Self

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from crawler.access.placeholders import Sieve

_WIRE, _RECEIVED = "hinomi_wire", "hinomi_received"
_CUT = {"download_stopped": LENGTH, "dataloss": DISCONNECT}
"""Scrapy's flags, and what they are in the words of WARC-Truncated."""

LEFT_OUT: Final = "(left out)"
_OURS_ALONE: Final = frozenset({"cookie", "set-cookie", "proxy-authorization"})
"""Headers whose values let in whoever has them."""
_OF_THE_WIRE: Final = frozenset({"content-encoding", "content-length", "transfer-encoding"})


@dataclass(frozen=True, slots=True)
class Wire:
    """Headers and body as they came, what the body unpacks to, why that is not whole, and what a browser made of it."""

    headers: tuple[tuple[str, str], ...]
    body: bytes
    content: bytes
    truncated: str
    rendered: bytes = b""


class Bodies:
    """Remembers the wire, which is what the archive records, and hands on the body without its encodings."""

    def __init__(self, crawler: Crawler) -> None:
        self._limit = crawler.settings.getint("DOWNLOAD_MAXSIZE")
        self._sieve: Sieve = crawler.spider.access.sieve  # type: ignore[union-attr]  # crawler.spider.SweepSpider's

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Leave the limit to `BodyLimit`, which keeps what came; each attempt has all of it."""
        request.meta["download_maxsize"] = 0
        request.meta[_RECEIVED] = 0

    def process_response(self, request: Request, response: Response) -> Response:
        """Unpack."""
        request.meta.pop("download_maxsize", None)
        cut = next((_CUT[flag] for flag in response.flags if flag in _CUT), "")
        said = (value.decode("latin-1") for value in response.headers.getlist("Content-Encoding"))
        encodings = [name for value in said for name in value.split(",")]
        unpacked = unpack(response.body, encodings, self._limit, cut=bool(cut))
        # A stream that was cut off at the limit ends early as well: the limit is the reason.
        truncated = cut or unpacked.truncated
        content = self._sieve.clean(unpacked.content)
        if content is unpacked.content:
            request.meta[_WIRE] = Wire(pairs_of(response.headers), response.body, content, truncated)
        else:  # the site shows a secret of ours: what it packed it into is not kept either
            request.meta[_WIRE] = Wire(pairs_of(response.headers, _OF_THE_WIRE), content, content, truncated)
        bare = response.headers.copy()
        bare.pop("Content-Encoding", None)
        return response.replace(headers=bare, body=content)


class BodyLimit:
    """Stops a body at the limit and keeps what came: the head of a huge dump is evidence too."""

    def __init__(self, crawler: Crawler) -> None:
        self._limit = crawler.settings.getint("DOWNLOAD_MAXSIZE")
        crawler.signals.connect(self._received, signal=signals.bytes_received)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        return cls(crawler)

    def _received(self, data: bytes, request: Request) -> None:
        received = request.meta.get(_RECEIVED, 0) + len(data)
        request.meta[_RECEIVED] = received
        if received > self._limit:
            raise StopDownload(fail=False)


def wire_of(response: Response) -> Wire:
    """What came over the wire."""
    wire: Wire = response.meta[_WIRE]
    return wire


def show_rendered(request: Request, response: Response, page: bytes) -> Response:
    """The response with the page that a browser made of it, HTML in UTF-8; what came stays with the wire."""
    request.meta[_WIRE] = replace(request.meta[_WIRE], rendered=page)
    headers = response.headers.copy()
    headers["Content-Type"] = "text/html; charset=utf-8"
    return response.replace(headers=headers, body=page)


def pairs_of(headers: Any, of_the_wire: frozenset[str] = frozenset()) -> tuple[tuple[str, str], ...]:
    """Headers as they are archived: without cookies and passwords of proxies; some under another name."""
    return tuple(
        _pair(name.decode("latin-1"), value, of_the_wire) for name, values in headers.items() for value in values
    )


def _pair(name: str, value: bytes, of_the_wire: frozenset[str]) -> tuple[str, str]:
    low = name.lower()
    shown = LEFT_OUT if low in _OURS_ALONE else value.decode("latin-1")
    return (ORIGINAL_PREFIX + name if low in of_the_wire else name), shown
