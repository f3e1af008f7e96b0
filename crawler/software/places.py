"""Software that is told by its addresses: boards in the manner of 2channel, channels, services that there are once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from crawler.software.proposals import Probe, Proposal, Why

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from crawler.software.dialect_files import Dialect

_READ_CGI: Final = re.compile(r"/test/(?:read\.cgi|read\.html)/(?P<board>[\w-]+)/\d+")
_SHITARABA: Final = re.compile(r"/(?:bbs/(?:read\.cgi|rawmode\.cgi|subject\.cgi)/)?(?P<category>[a-z]+)/(?P<board>\d+)")
_SHITARABA_HOSTS: Final = frozenset({"jbbs.shitaraba.net", "jbbs.livedoor.jp"})
_DAT_HOSTS: Final = (".5ch.net", ".5ch.io", ".2ch.sc", ".open2ch.net", ".bbspink.com")
_CHANNEL: Final = re.compile(r"/(?:s/)?(?P<name>[A-Za-z]\w{3,31})(?:/\d+)?/?")
_SUBREDDIT: Final = re.compile(r"/r/(?P<name>\w{2,32})")
_ENDPOINTS: Final = {
    "latest.json": "discourse", "api/categories": "nodebb", "api/discussions": "flarum",
    "api/v1/timelines/public?local=true": "mastodon", "nodeinfo/2.0": "nodeinfo", "subject.txt": "dat-board",
    "api/recent": "stikked", "apis/rest/items": "bepasty-json", "manifest.json": "misp-feed", "feed": "feed",
    "rss": "feed", "index.php?action=.xml;type=rss": "feed", "extern.php?action=feed&type=atom": "feed",
    "feed.php": "feed",
}  # fmt: skip
"""What answers where, seen from a site's root or the folder of a page."""


def recognise_address(address: str, known: Sequence[Dialect]) -> Iterator[Proposal]:
    """What an address alone tells; never an error."""
    try:
        parts = urlsplit(address)
        host, path = (parts.hostname or "").lower(), parts.path
    except ValueError:
        return
    origin = f"{parts.scheme}://{parts.netloc}"
    if host in _SHITARABA_HOSTS and (found := _SHITARABA.match(path)):
        place = f"{origin}/{found['category']}/{found['board']}/"
        yield Proposal("rawmode-board", place, Why.ADDRESS, "したらば掲示板")
    elif found := _READ_CGI.match(path):
        yield Proposal("dat-board", f"{origin}/{found['board']}/", Why.ADDRESS, "read.cgi")
    elif host.endswith(_DAT_HOSTS) and (board := path.strip("/").split("/")[0]):
        yield Proposal("dat-board", f"{origin}/{board}/", Why.ADDRESS, host)
    elif host in {"t.me", "telegram.me"} and (found := _CHANNEL.fullmatch(path)):
        yield from _dialect("telegram", f"https://t.me/s/{found['name']}", "Telegram", known)
    elif host.endswith("reddit.com") and (found := _SUBREDDIT.match(path)):
        yield from _dialect("reddit", f"{origin}/r/{found['name']}/new.json?limit=100&raw_json=1", "Reddit", known)
    elif host == "gist.github.com":
        yield Proposal("gists", "https://api.github.com/gists/public", Why.ADDRESS, "GitHub")
    elif host in {"pastebin.com", "scrape.pastebin.com"}:
        place = "https://scrape.pastebin.com/api_scraping.php?limit=250"
        yield from _dialect("pastebin-scraping", place, "Pastebin", known)


def _dialect(name: str, address: str, shown: str, known: Sequence[Dialect]) -> Iterator[Proposal]:
    """A dialect at an address, where it is known."""
    for dialect in known:
        if dialect.name == name:
            yield Proposal(dialect.engine, address, Why.ADDRESS, shown, dialect.name)


def probes_of(address: str) -> list[Probe]:
    """Addresses at which a site may tell its software, beside the page at hand; few enough to ask for politely."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return []
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return []
    root = f"{parts.scheme}://{parts.netloc}/"
    folder = f"{root.rstrip('/')}{parts.path.rpartition('/')[0]}/"
    wanted = [(f"{base}{path}", software) for path, software in _ENDPOINTS.items() for base in (root, folder)]
    return [Probe(one, software) for one, software in dict(wanted).items()]
