"""Which software a page is of, and how a source of it would be set up; pure, the surest proposal first.

What is looked at: the page itself (a feed, a list of threads), its generator, cookies, headers and elements, its
address, the feeds that it names, and what repeats on it. Some software says more at an address of its own: `probes_of`
names those, and `recognise_answer` reads what came from there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from crawler.errors import UnreadablePageError
from crawler.pages.selectors import select_all
from crawler.software.answers import recognise_answer
from crawler.software.apps import APPS
from crawler.software.dialect_files import SoftwareSigns, all_dialects
from crawler.software.places import recognise_address
from crawler.software.proposals import Proposal, Why
from crawler.software.structure import guess_entries

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from parsel import Selector

    from crawler.engines.interface import Page
    from crawler.software.dialect_files import Dialect

_GENERATOR: Final = "//meta[translate(@name, 'GENRATO', 'genrato') = 'generator']/@content"
_FEEDS: Final = "//link[@rel='alternate'][contains(@type, 'rss') or contains(@type, 'atom')]/@href"
_ENCRYPTED: Final = {
    "PrivateBin": "#cipherdata, script[src*='privatebin.js'], meta[name='application-name'][content='PrivateBin']",
    "ZeroBin": "script[src*='zerobin.js']",
    "Cryptgeon": "link[href*='cryptgeon'], a[href*='cupcakearmy/cryptgeon']",
}
_UNLISTED: Final = {
    "pinnwand": "a[href*='supakeen/pinnwand'], link[href*='pinnwand.css'], script[src*='pinnwand.js']",
    "lenpaste": "a[href*='lcomrade/lenpaste'], a[href*='git.lcomrade.su']",
    "hastebin": "a[href*='seejohnrun/haste-server'], script[src='application.min.js'], #box1 .logo",
    "dpaste": "a[href*='bartTC/dpaste'], body.dpaste, form#snippet-form, link[href*='dpaste']",
    "wastebin": "a[href*='matze/wastebin']",
}
_IN_COOKIE: Final = re.compile(r"(?<![^=;,\s])([^=;,\s]{1,99})=")


def recognise(page: Page, cookies: Collection[str] = (), dialects: Sequence[Dialect] | None = None) -> list[Proposal]:
    """How a site may be read, from one of its pages; at least one proposal, which may be that nothing of ours can.

    Args:
        page: As it came.
        cookies: Names of those that the site has set; a ``Set-Cookie`` of the page's headers counts too.
        dialects: Known ones; those of this program when left out.
    """
    known = all_dialects() if dialects is None else dialects
    found = [*recognise_answer(page, known), *recognise_address(page.address, known)]
    try:
        root = page.root if _is_markup(page) else None
    except UnreadablePageError:
        root = None
    if root is not None:
        found += _by_signs(page, root, {*cookies, *_IN_COOKIE.findall(page.headers.get("set-cookie", ""))}, known)
        found += _unreadable(page, root)
        found += _feeds(page, root)
        if not any(one.why in {Why.ENCRYPTED, Why.UNLISTED} or one.dialect for one in found):
            found += guess_entries(page, root)
    return _in_order(found) or [Proposal("", page.address, Why.UNKNOWN, page.address)]


def _is_markup(page: Page) -> bool:
    return "html" in page.media_type or page.text.lstrip()[:1] == "<"


def _in_order(found: list[Proposal]) -> list[Proposal]:
    """The surest first, each engine with its dialect and address once."""
    order = list(Why)
    kept: dict[tuple[str, str, str], Proposal] = {}
    for one in sorted(found, key=lambda proposal: order.index(proposal.why)):
        kept.setdefault((one.engine, one.dialect, "" if one.dialect else one.address), one)
    return list(kept.values())


def _by_signs(page: Page, root: Selector, cookies: Collection[str], known: Sequence[Dialect]) -> Iterator[Proposal]:
    """Dialects whose signs the page has."""
    told = [*root.xpath(_GENERATOR).getall(), page.headers.get("x-powered-by", "")]
    for dialect in known:
        signs = signs_of(dialect)
        generator = next((one for one in told if signs.generator and re.match(signs.generator, one, re.IGNORECASE)), "")
        cookie = next((name for name in sorted(cookies) if signs.cookies and re.match(signs.cookies, name)), "")
        held = next((sign for sign in signs.page if select_all(root, sign)), "")
        if generator:
            yield _proposed(page, root, dialect, Why.GENERATOR, generator)
        elif cookie:
            yield _proposed(page, root, dialect, Why.COOKIE, cookie)
        elif held:
            yield _proposed(page, root, dialect, Why.PAGE, held)


def signs_of(dialect: Dialect) -> SoftwareSigns:
    """The signs of a dialect: its own, or those that are known of the software it is named after."""
    return dialect.signs if dialect.signs != SoftwareSigns() else APPS.get(dialect.name, dialect.signs)


def _proposed(page: Page, root: Selector, dialect: Dialect, why: Why, shown: str) -> Proposal:
    """A dialect for the page; on an index of boards, with the option that leads to them."""
    topics, signs = str(dialect.options.get("topics", "")), signs_of(dialect)
    is_index = signs.boards and not select_all(root, topics) and select_all(root, signs.boards)
    options = {"boards": signs.boards} if is_index else {}
    address = page.link(signs.begins_at) or page.address if signs.begins_at else page.address
    return Proposal(dialect.engine, address, why, shown[:100], dialect.name, options)


def _unreadable(page: Page, root: Selector) -> Iterator[Proposal]:
    for why, table in ((Why.ENCRYPTED, _ENCRYPTED), (Why.UNLISTED, _UNLISTED)):
        for name, signs in table.items():
            if select_all(root, signs):
                yield Proposal("", page.address, why, name)


def _feeds(page: Page, root: Selector) -> Iterator[Proposal]:
    for link in dict.fromkeys(root.xpath(_FEEDS).getall()):
        address = page.link(link)
        if address:
            yield Proposal("feed", address, Why.FEED, address)
