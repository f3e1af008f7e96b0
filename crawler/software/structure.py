"""What repeats on pages of unknown software: a guess at its entries, and at the posts of one of them.

Elements that stand side by side, with the same name and a class in common, each with a link of its own and a text or a
time, are a list of things; what holds most of the page's text in that way is proposed for a generic engine.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from crawler.errors import UnreadablePageError
from crawler.pages.selectors import select_all, select_text, text_of
from crawler.software.proposals import Proposal, Why
from crawler.software.repeated import find_numbered, find_repeated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsel import Selector

    from crawler.engines.interface import Page
    from crawler.software.repeated import Repeated

FEWEST: Final = 4
"""Things side by side that make a list; fewer are a menu or a layout."""
FEWEST_POSTS: Final = 2
LONG: Final = 150
"""Characters of a thing's text, in the middle, from which on the list holds the texts themselves."""
SHORT: Final = 15
_NEXT: Final = (
    "link[rel='next']::attr(href)",  # first, since some software gets the one that people see wrong
    "a[rel='next']::attr(href)",
    "//a[starts-with(normalize-space(.), 'Next') or starts-with(normalize-space(.), 'Older')]/@href",
    "//a[starts-with(normalize-space(.), '次') or normalize-space(.) = '>' or normalize-space(.) = '»']/@href",
)
_TITLES: Final = ("h1 a", "h2 a", "h3 a", "h4 a", "a")
_TEXTS: Final = ("pre", "textarea", "article", "main", "#content")
_AUTHORS: Final = ("author", "username", "user", "poster", "name")
_LONGEST_NAME: Final = 40


def guess_entries(page: Page, root: Selector) -> Iterator[Proposal]:
    """The list on a page, if one is plain to see."""
    lists = [found for found in find_repeated(root, FEWEST) if _is_list(found)]
    if not lists:
        return
    best = max(lists, key=lambda found: found.count * min(found.length, 4 * LONG))
    title, is_long = _title(best), best.length >= LONG
    options = {
        "entries": best.selector, "link": f"{title}::attr(href)", "title": title, "date": best.date(),
        "text": best.text() if is_long else "", "next": _following(root),
    }  # fmt: skip
    told = {name: value for name, value in options.items() if value}
    engine = "html-stream" if is_long else "paste-list"
    yield Proposal(engine, page.address, Why.STRUCTURE, str(best.count), options=told)


def with_entry(guess: Proposal, page: Page) -> Proposal:
    """A guess at a list, made better by the page of one of its entries: posts of a topic, or the text of a paste.

    Args:
        guess: From `guess_entries`; any other is given back as it is.
        page: Of an entry, the more posts the better.
    """
    if guess.engine != "paste-list" or guess.why is not Why.STRUCTURE:
        return guess
    try:
        root = page.root
    except UnreadablePageError:
        return guess
    alike = [*find_repeated(root, FEWEST_POSTS), *find_numbered(root, FEWEST_POSTS)]
    posts = [found for found in alike if found.length >= SHORT and found.date()]
    if posts:
        return _as_forum(guess, root, max(posts, key=lambda found: found.count * min(found.length, 4 * LONG)))
    text = next((one for one in _TEXTS if len(select_all(root, one)) == 1), "")
    return replace(guess, options={**guess.options, "text": text}) if text else guess


def _as_forum(guess: Proposal, root: Selector, posts: Repeated) -> Proposal:
    listed, date = guess.options, posts.date()
    author = _author(posts)
    options = {
        "topics": listed["entries"], "topic_link": listed["link"], "topic_title": listed["title"],
        "next_board_page": listed.get("next", ""), "posts": posts.selector, "post_text": posts.text(date, author),
        "post_id": "@id" if posts.has_each("@id") else "", "post_date": date, "post_author": author,
        "next_topic_page": _following(root),
    }  # fmt: skip
    told = {name: value for name, value in options.items() if value}
    return replace(guess, engine="html-forum", options=told)


def _is_list(found: Repeated) -> bool:
    if found.count < FEWEST or found.length < SHORT or not _title(found):
        return False
    return found.length >= LONG or found.things[0].root.tag != "a" or bool(found.date())


def _title(found: Repeated) -> str:
    """Where each has a link of its own, a heading before any other."""
    return next((one for one in _TITLES if found.has_each(f"{one}::attr(href)")), "")


def _following(root: Selector) -> str:
    return next((one for one in _NEXT if select_all(root, one)), "")


def _author(found: Repeated) -> str:
    """A part that is named like one, and short in each, without the digits of a time."""
    told = ["[itemprop='author']", "[rel='author']", *(f"@data-{word}" for word in _AUTHORS)]
    marked = next((one for one in told if all(select_text(thing, one) for thing in found.things)), "")
    if marked:
        return marked
    classes = [f".{selector.rpartition('.')[2]}" for selector in found.parts() if "." in selector]
    for word in _AUTHORS:
        for selector in classes:
            parts = [select_all(thing, selector) for thing in found.things]
            names = [text_of(part[0]) for part in parts if part]
            if word in selector.lower() and len(names) == len(parts) and all(map(_is_name, names)):
                return selector
    return ""


def _is_name(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_NAME and ":" not in text and "\n" not in text
