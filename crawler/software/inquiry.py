"""Finding out what a site is, one page after another: which addresses to ask for, and what to make of the answers.

Pure: whoever drives it fetches, politely, and may stop at any time. Few pages are asked for: the one at hand, one entry
of what repeats on it, and places where software that says little to people answers to programs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from crawler.errors import UnreadablePageError
from crawler.pages.selectors import select_all
from crawler.software.dialect_files import all_dialects
from crawler.software.places import probes_of
from crawler.software.proposals import Proposal, Why
from crawler.software.recognition import recognise
from crawler.software.structure import with_entry

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from crawler.engines.interface import Page
    from crawler.software.dialect_files import Dialect

MOST_ASKED: Final = 20
"""Pages of one inquiry, each with the site's delay before it: a minute at three seconds."""
MOST_ENTRIES: Final = 2
_UNSURE: Final = frozenset({Why.STRUCTURE, Why.FEED, Why.UNKNOWN})


def inquire(address: str, dialects: Sequence[Dialect] | None = None) -> Generator[str, Page | None, list[Proposal]]:
    """Ask a site what it is: addresses to ask for come out, and pages go in, None for one that could not be had.

    Args:
        address: Somewhere on it.
        dialects: Known ones; those of this program when left out.

    Returns:
        Proposals, the surest first; at least one.
    """
    known = all_dialects() if dialects is None else dialects
    page = yield address
    if page is None:  # a folder may hold files for programs, and nothing for people
        answered = yield from _ask_places(address, known)
        return answered or [Proposal("", address, Why.UNKNOWN, address)]
    found = recognise(page, dialects=known)
    if any(one.why not in _UNSURE for one in found):
        return found
    answered = yield from _ask_places(page.address, known)
    better = yield from _look_at_entries(page, found)
    proposed = [one for one in [*answered, *better] if one.why is not Why.UNKNOWN]
    return proposed or found


def _ask_places(address: str, known: Sequence[Dialect]) -> Generator[str, Page | None, list[Proposal]]:
    """What answers to programs; the first answer is enough."""
    for probe in probes_of(address)[: MOST_ASKED - 1 - MOST_ENTRIES]:
        page = yield probe.address
        if page is not None:
            told = [one for one in recognise(page, dialects=known) if one.why in {Why.CONTENT, Why.ANSWER}]
            if told:
                return told
    return []


def _look_at_entries(page: Page, found: list[Proposal]) -> Generator[str, Page | None, list[Proposal]]:
    """The guess at a list, with what the pages of its first entries say; the others as they are."""
    better = []
    for one in found:
        guess = one
        for link in _first_links(page, one):
            entry = yield link
            if entry is not None and (guess := with_entry(one, entry)) is not one:
                break
        better.append(guess)
    return better


def _first_links(page: Page, guess: Proposal) -> list[str]:
    """The first entries with an address, of a guess whose entries have pages."""
    if guess.why is not Why.STRUCTURE or guess.engine != "paste-list":
        return []
    try:
        entries = select_all(page.root, guess.options["entries"])
    except UnreadablePageError:
        return []
    links = (page.link(select_all(entry, guess.options["link"]).get() or "") for entry in entries)
    return list(dict.fromkeys(link for link in links if link))[:MOST_ENTRIES]
