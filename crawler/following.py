"""Links in posts to places where people put what they leak: followed once, to hosts that the source allows; pure."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from crawler.engines.interface import Fetch, KeepPage, KeepPost, Mark
from crawler.pages.addresses import clean_address, read_link

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from crawler.engines.interface import Page, Step

FOLLOWED: Final = "followed"
MOST_LINKS: Final = 20
"""Of one page: a list of a thousand links is not a leak, and the rest of them is told."""
MOST_TEXT: Final = 1 << 20
_ADDRESS: Final = re.compile(r"h(?:tt|xx)ps?://[^\s<>\"'）」』、。]{4,2000}", re.IGNORECASE)
_END: Final = ".,;:!?)]}*_"


def fetches_of(steps: Sequence[Step], page: Page, hosts: Collection[str]) -> list[Fetch]:
    """What to fetch of the links in what is kept of a page.

    Args:
        steps: What the engine said about the page.
        page: The page, for what is kept as a whole.
        hosts: Names of hosts that may be followed to, with their ports where they have one.
    """
    if not hosts:
        return []
    texts = [step.text if isinstance(step, KeepPost) else page.text for step in steps if _is_kept(step)]
    found = dict.fromkeys(address for text in texts for address in links_in(text[:MOST_TEXT], hosts))
    return [
        Fetch(raw_of(address), FOLLOWED, f"link:{address}", "read", {"title": "", "link": address})
        for address in list(found)[:MOST_LINKS]
    ]


def links_in(text: str, hosts: Collection[str]) -> Iterator[str]:
    """The addresses in a text that lead to one of the hosts; ``hxxp`` is how people write links that are not to be."""
    for found in _ADDRESS.finditer(text):
        address = re.sub("^hxxp", "http", found[0].rstrip(_END), flags=re.IGNORECASE)
        asked = read_link(address, "", address)
        if asked and urlsplit(asked).netloc.lower() in hosts:
            yield clean_address(asked)


def read_followed(fetch: Fetch, page: Page) -> Iterator[Step]:
    """What is at the end of a link is a document, whatever it is."""
    yield KeepPage(address=clean_address(fetch.notes.get("link") or page.address))
    yield Mark(fetch.key, fetch.value)


def raw_of(address: str) -> str:
    """Where the text or file itself is, of software whose addresses tell it; else the address."""
    parts = urlsplit(address)
    for host, path, raw in _places():
        if parts.netloc.lower() == host and (found := path.fullmatch(parts.path)):
            return f"{parts.scheme}://{parts.netloc}{raw.format(*found.groups())}"
    return address


@cache
def _places() -> tuple[tuple[str, re.Pattern[str], str], ...]:
    text = resources.files("crawler").joinpath("links.toml").read_text(encoding="utf-8")
    return tuple((one["host"], re.compile(one["path"]), one["raw"]) for one in tomllib.loads(text)["place"])


def _is_kept(step: Step) -> bool:
    return isinstance(step, KeepPage | KeepPost)
