"""Things that stand side by side on a page and are made alike, and the selectors that find them and their parts."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from statistics import median
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from lxml import etree

from crawler.pages.dates import read_posted
from crawler.pages.selectors import select_all, select_text, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsel import Selector

LOOKED_AT: Final = 30
"""Things of a list that are looked at closely, and parts of each."""
MOST_ELEMENTS: Final = 20_000
MOST_PARTS: Final = 60
LONGEST_TIME: Final = 80
"""Characters of a time with the little that may stand around it."""
_ASIDE: Final = frozenset({"nav", "header", "footer", "aside", "select", "script", "style", "button", "head"})
_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_NUMBERED: Final = re.compile(r"([A-Za-z_-]{1,30})\d{1,12}")
_CUTS: Final = ("", " =~ ^([^(]+)")  # "(last modified: …)" behind a time
_ZONE: Final = ZoneInfo("UTC")
_SOME_DAY: Final = datetime(2100, 1, 1, tzinfo=UTC)
"""A time of the fetch, for times that depend on it: whether they can be read is all that matters here."""


@dataclass(frozen=True, slots=True)
class Repeated:
    """Things that look alike: the selector that finds them, how many it finds, and the first of them."""

    selector: str
    count: int
    things: list[Selector]

    @property
    def length(self) -> float:
        """Characters of one of them, in the middle."""
        return median(len(text_of(thing)) for thing in self.things)

    def has_each(self, selector: str) -> bool:
        """Whether nearly every one has something of its own there."""
        found = [select_all(thing, selector).get() for thing in self.things]
        return len({one for one in found if one}) * 10 >= len(self.things) * 8

    def date(self) -> str:
        """Where nearly all of them have a time, the time of day with it if there is such a place; else empty."""
        places = ["time::attr(datetime)", "time", *self.parts(), *self._titles()]
        good = [place + cut for cut in _CUTS for place in places if self._has_times(place + cut)]
        return next((one for one in good if self._has_times(one, by_clock=True)), good[0] if good else "")

    def _has_times(self, selector: str, *, by_clock: bool = False) -> bool:
        read = [_time(select_text(thing, selector)) for thing in self.things]
        count = sum(at is not None and not (by_clock and at.hour == at.minute == 0) for at in read)
        return count * 10 >= len(self.things) * 8

    def _titles(self) -> Iterator[str]:
        """Where whole times are shown of which a page shows a part."""
        tags = (str(element.tag) for element in islice(self.things[0].root.iterdescendants(), MOST_PARTS)
                if isinstance(element.tag, str) and element.get("title"))  # fmt: skip
        yield from (f"{tag}[title]::attr(title)" for tag in dict.fromkeys(tags))

    def parts(self) -> Iterator[str]:
        """Selectors of what the first of them is made of: by a class, as a heading, or by the place among cells."""
        for element in islice(self.things[0].root.iterdescendants(), MOST_PARTS):
            if isinstance(element.tag, str):
                classes = [name for name in _classes(element) if _is_plain(name)]
                if classes:
                    yield f"{element.tag}.{classes[0]}"
                elif element.tag in _HEADINGS:
                    yield from (f"{element.tag} a", element.tag)
                elif element.tag == "td":
                    yield f"td:nth-child({len(list(element.itersiblings('td', preceding=True))) + 1})"
                if numbered := _NUMBERED.fullmatch(str(element.get("id") or "")):
                    yield f"{element.tag}[id^='{numbered[1]}']"

    def text(self, *apart: str) -> str:
        """The innermost part with nearly all the text of each that is not in a part which holds one of those apart."""
        lengths: dict[str, int] = {}
        for selector in self.parts():
            found = [select_all(thing, selector) for thing in self.things]
            if all(len(one) == 1 for one in found) and not any(_holds(one[0], apart) for one in found):
                lengths[selector] = sum(len(text_of(one[0])) for one in found)
        most = max(lengths.values(), default=0)
        if most * 4 < self.length * len(self.things):
            return "./self::*"
        return [selector for selector, length in lengths.items() if length * 4 >= most * 3][-1]


def _time(written: str) -> datetime | None:
    posted = read_posted(written, _ZONE, fetched_at=_SOME_DAY) if len(written) <= LONGEST_TIME else None
    return posted.at if posted else None


def _holds(part: Selector, apart: tuple[str, ...]) -> bool:
    """Whether a part holds a thing that stands apart from its text, or is in it."""
    return any(select_all(part, selector) for selector in apart if selector)


def find_repeated(root: Selector, fewest: int) -> Iterator[Repeated]:
    """Everything on a page that stands side by side at least so many times: by name and class, or by name alone."""
    known = set()
    for parent in islice(_parents(root.root), MOST_ELEMENTS):
        children: dict[tuple[str, str], int] = defaultdict(int)
        for child in parent:
            if isinstance(child.tag, str) and child.tag not in _ASIDE:
                for name in ["", *filter(_is_plain, _classes(child))]:
                    children[child.tag, name] += 1
        for (tag, name), count in sorted(children.items(), key=lambda item: not item[0][1]):
            selector = _selector(root, parent, tag, name, count) if count >= fewest else ""
            if selector and selector not in known:
                known.add(selector)
                found = select_all(root, selector)
                yield Repeated(selector, len(found), list(found[:LOOKED_AT]))


def find_numbered(root: Selector, fewest: int) -> Iterator[Repeated]:
    """Everything on a page whose names are one word with different numbers, wherever it stands."""
    names: dict[tuple[str, str], int] = defaultdict(int)
    for element in islice(_parents(root.root), MOST_ELEMENTS):
        if numbered := _NUMBERED.fullmatch(str(element.get("id") or "")):
            names[str(element.tag), numbered[1]] += 1
    for (tag, name), count in names.items():
        found = select_all(root, f"{tag}[id^='{name}']") if count >= fewest else []
        if len(found) == count > 0:
            yield Repeated(f"{tag}[id^='{name}']", count, list(found[:LOOKED_AT]))


def _parents(root: etree._Element) -> Iterator[etree._Element]:
    """Every element but those that hold what stands beside the things of a page."""
    walk = etree.iterwalk(root, events=("start",))
    for _, element in walk:
        if element.tag in _ASIDE:
            walk.skip_subtree()
        elif isinstance(element.tag, str):
            yield element


def _selector(root: Selector, parent: Any, tag: str, name: str, count: int) -> str:
    """By the class where that finds hardly anything else: things of one kind may stand in two places (what sticks)."""
    if name and len(select_all(root, f"{tag}.{name}")) <= 2 * count:
        return f"{tag}.{name}"
    path = f"{root.root.getroottree().getpath(parent)}/{tag}"
    return f"{path}[contains(concat(' ', @class, ' '), ' {name} ')]" if name else path


def _classes(element: Any) -> list[str]:
    return str(element.get("class") or "").split()[:8]


def _is_plain(name: str) -> bool:
    """Whether a class can stand in a selector as it is."""
    return name.isascii() and name.replace("-", "").replace("_", "").isalnum() and name[0].isalpha()
