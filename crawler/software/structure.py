"""What repeats on a page of unknown software: a guess at its entries, for a generic engine.

Elements that stand side by side, with the same name and a class in common, each with a link of its own and a text or a
time, are a list of things; what holds most of the page's text in that way is proposed.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import islice
from statistics import median
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from lxml import etree

from crawler.pages.dates import read_posted
from crawler.pages.selectors import select_all, select_text, text_of
from crawler.software.proposals import Proposal, Why

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsel import Selector

    from crawler.engines.interface import Page

FEWEST: Final = 4
"""Things side by side that make a list; fewer are a menu or a layout."""
LONG: Final = 150
"""Characters of a thing's text, in the middle, from which on the list holds the texts themselves."""
SHORT: Final = 15
LOOKED_AT: Final = 30
"""Things of a list that are looked at closely."""
MOST_ELEMENTS: Final = 20_000
_ASIDE: Final = frozenset({"nav", "header", "footer", "aside", "select", "script", "style", "form", "head"})
_NEXT: Final = (
    "a[rel='next']::attr(href)",
    "link[rel='next']::attr(href)",
    "//a[starts-with(normalize-space(.), 'Next') or starts-with(normalize-space(.), 'Older')]/@href",
    "//a[starts-with(normalize-space(.), '次') or normalize-space(.) = '>' or normalize-space(.) = '»']/@href",
)
_TITLES: Final = ("h1 a", "h2 a", "h3 a", "h4 a", "a")
_UTC: Final = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class _Group:
    """Things side by side: the selector that finds them, how many it finds, and the first of them."""

    selector: str
    count: int
    entries: list[Selector]

    @property
    def length(self) -> float:
        return median(len(text_of(entry)) for entry in self.entries)

    @property
    def weight(self) -> float:
        return self.count * min(self.length, 4 * LONG)


def guess_entries(page: Page, root: Selector) -> Iterator[Proposal]:
    """The list on a page, if one is plain to see."""
    groups = [group for group in _groups(root) if _is_list(group)]
    if not groups:
        return
    best = max(groups, key=lambda group: group.weight)
    title = next(one for one in _TITLES if _has_each(best, f"{one}::attr(href)"))
    date, following = _date_of(best), next((one for one in _NEXT if select_all(root, one)), "")
    options = {"entries": best.selector, "title": title, "date": date, "next": following}
    if best.length >= LONG:
        options |= {"text": _text_of(best), "link": f"{title}::attr(href)"}
    else:
        options |= {"link": f"{title}::attr(href)"}
    engine = "html-stream" if best.length >= LONG else "paste-list"
    told = {name: value for name, value in options.items() if value}
    yield Proposal(engine, page.address, Why.STRUCTURE, str(best.count), options=told)


def _groups(root: Selector) -> Iterator[_Group]:
    for parent in islice(_parents(root.root), MOST_ELEMENTS):
        children: dict[str, list[etree._Element]] = defaultdict(list)
        for child in parent:
            if isinstance(child.tag, str) and child.tag not in _ASIDE:
                children[child.tag].append(child)
        for tag, some in children.items():
            if len(some) >= FEWEST:
                yield from _grouped(root, parent, tag, some)


def _parents(root: etree._Element) -> Iterator[etree._Element]:
    """Every element but those that hold what stands beside the things of a page."""
    walk = etree.iterwalk(root, events=("start",))
    for _, element in walk:
        if element.tag in _ASIDE:
            walk.skip_subtree()
        elif isinstance(element.tag, str):
            yield element


def _grouped(root: Selector, parent: Any, tag: str, children: list[Any]) -> Iterator[_Group]:
    """The group under its shortest selector that finds nothing else."""
    shared = set.intersection(*(set(str(child.get("class") or "").split()) for child in children))
    classes = "".join(f".{name}" for name in sorted(shared) if name.replace("-", "").replace("_", "").isalnum())[:80]
    path = f"{root.root.getroottree().getpath(parent)}/{tag}"
    for selector in ([f"{tag}{classes}"] if classes else []) + [path]:
        try:
            found = list(select_all(root, selector))
        except ValueError:
            continue
        if len(found) == len(children) or selector == path:
            yield _Group(selector, len(found), found[:LOOKED_AT])
            return


def _is_list(group: _Group) -> bool:
    if len(group.entries) < FEWEST or not any(_has_each(group, f"{one}::attr(href)") for one in _TITLES):
        return False
    return group.length >= SHORT and (group.length >= LONG or bool(_date_of(group)) or group.entries[0].root.tag != "a")


def _has_each(group: _Group, selector: str) -> bool:
    """Whether nearly every entry has something of its own there."""
    found = [select_all(entry, selector).get() for entry in group.entries]
    return len({one for one in found if one}) * 10 >= len(group.entries) * 8


def _date_of(group: _Group) -> str:
    """Where most entries have a time."""
    for selector in ("time::attr(datetime)", "time", *_classes_in(group.entries[0])):
        read = [read_posted(select_text(entry, selector), _UTC) for entry in group.entries]
        if sum(bool(one and one.at) for one in read) * 2 > len(group.entries):
            return selector
    return ""


def _classes_in(entry: Selector) -> Iterator[str]:
    """Elements of an entry that are told by a class or by their place among cells."""
    for number, element in enumerate(entry.root.iterdescendants()):
        if not isinstance(element.tag, str) or number > 50:  # noqa: PLR2004  # an entry, not a page
            continue
        name = str(element.get("class") or "").split()[:1]
        if name and name[0].replace("-", "").replace("_", "").isalnum():
            yield f"{element.tag}.{name[0]}"
        elif element.tag == "td":
            yield f"td:nth-child({len(list(element.itersiblings(preceding=True))) + 1})"


def _text_of(group: _Group) -> str:
    """The part of an entry that holds most of its text."""
    whole = group.length
    for selector in _classes_in(group.entries[0]):
        found = [select_all(entry, selector) for entry in group.entries]
        if all(len(one) == 1 for one in found) and median(len(text_of(one[0])) for one in found) * 10 >= whole * 6:
            return selector
    return "./self::*"
