"""Links of pages as browsers follow them (WHATWG, URL standard), or nothing where no fetcher could."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote, urljoin, urlsplit

import idna

from core.encodings.encoder import encode_query
from core.encodings.labels import codec_of

if TYPE_CHECKING:
    from parsel import Selector

LONGEST: Final = 8000
"""Characters of an address; longer ones are refused by the common servers (RFC 9110, 4.1, asks for no more)."""
_PORTS: Final = {"http": 80, "https": 443}
_OUTSIDE: Final = "".join(map(chr, range(0x21)))  # controls and the space, which may stand around a link
_BREAKS: Final = str.maketrans("", "", "\t\n\r")
_SLASHES: Final = re.compile(r"(https?:)?[/\\]{2,}", re.IGNORECASE)
_OTHER_SCHEME: Final = re.compile(r"(https?):[/\\]?(?![/\\])", re.IGNORECASE)
_HOST: Final = re.compile(r"(?=.{1,253}\.?\Z)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?")
_PATH_KEEPS: Final = "%/:@!$&'()*+,;=~"
_QUERY_KEEPS: Final = "%/:@!$&()*+,;=~?"
_HERE: Final = frozenset({".", "%2e"})
_UP: Final = frozenset({"..", ".%2e", "%2e.", "%2e%2e"})


def base_of(root: Selector) -> str:
    """The first ``<base href>`` of a parsed page; empty when it has none."""
    return str(root.xpath("//base/@href").get() or "").strip()


def read_link(page_address: str, base_href: str, link: str, encoding: str = "") -> str | None:
    """The address that a link asks for, without its fragment; None when it is none that can be asked for.

    Names and passwords in it are left out: they would go into the archive.

    Args:
        page_address: Where the page is.
        base_href: What the page says its links begin at; see `base_of`.
        link: As it stands in the page.
        encoding: Of the page, as a label or codec: letters of a query are sent in it.
    """
    try:
        page = _tidy(page_address)
        base = urljoin(page, _tidy(base_href))
        base = base if urlsplit(base).scheme in _PORTS else page
    except ValueError:
        base = page_address
    try:
        link = _tidy(link)
        return _askable(urljoin(base, _as_browsers_join(link, base)), encoding) if link else None
    except ValueError:
        return None


def _tidy(text: str) -> str:
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.strip(_OUTSIDE).translate(_BREAKS)


def _as_browsers_join(link: str, base: str) -> str:
    """The same link as RFC 3986 reads it: backslashes are slashes, and any number of them begins a host.

    Raises:
        ValueError: None follows.
    """
    end = next((at for at, char in enumerate(link) if char in "?#"), len(link))
    link = link[:end].replace("\\", "/") + link[end:]
    if found := _SLASHES.match(link):
        if link[found.end() :][:1] in {"", "?", "#"}:
            raise ValueError("no host")
        return f"{found[1] or ''}//{link[found.end() :]}"
    if (found := _OTHER_SCHEME.match(link)) and found[1].lower() != urlsplit(base).scheme:
        return f"{found[1]}://{link[found.end() :]}"
    return link


def _askable(address: str, encoding: str) -> str | None:
    parts = urlsplit(address)
    if parts.scheme not in _PORTS or not parts.hostname:
        return None
    host = _host(parts.hostname)
    path = quote(_without_dots(parts.path), safe=_PATH_KEEPS)
    query = quote(_in_encoding(parts.query, codec_of(encoding) or "utf-8"), safe=_QUERY_KEEPS)
    port = "" if parts.port in {None, _PORTS[parts.scheme]} else f":{parts.port}"
    made = f"{parts.scheme}://{host}{port}{path}{'?' if query else ''}{query}"
    return made if host and len(made) <= LONGEST else None


def _in_encoding(query: str, codec: str) -> bytes:
    """The query's bytes; what is ASCII already stays, in encodings too that switch by escapes."""
    return re.sub(rb"[\x80-\xff]+", lambda run: encode_query(run[0].decode(), codec), query.encode())


def _host(name: str) -> str:
    """The host as it is asked for; empty when there can be none.

    Raises:
        ValueError: Likewise.
    """
    if ":" in name:
        return "" if "%" in name else f"[{ipaddress.IPv6Address(name).compressed}]"
    name = unquote(name)
    if not name.isascii():
        name = idna.encode(name, uts46=True).decode()
    name = name.lower()
    return name if _HOST.fullmatch(name) else ""


def _without_dots(path: str) -> str:
    kept: list[str] = []
    *folders, last = path.removeprefix("/").split("/")
    for segment in folders:
        if segment.lower() in _UP:
            del kept[-1:]
        elif segment.lower() not in _HERE:
            kept.append(segment)
    if last.lower() in _UP:
        del kept[-1:]
    kept.append("" if last.lower() in _UP | _HERE else last)
    return "/" + "/".join(kept)
