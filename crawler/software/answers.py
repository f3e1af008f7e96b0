"""Pages that are what a software gives to programs: feeds, lists of threads, JSON of a known shape."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from crawler.software.apps import APPS, SPEAKS
from crawler.software.proposals import Proposal, Why

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from crawler.engines.interface import Page
    from crawler.software.dialect_files import Dialect

_BEFORE_ROOT: Final = re.compile(r"<\?[^>]{0,300}>|<!--.{0,999}?-->|<!DOCTYPE[^>]{0,300}>", re.DOTALL)
_FEED: Final = re.compile(r"<(rss|feed|rdf:RDF)\b")
_SUBJECT: Final = re.compile(r"\d{9,11}\.(?P<kind>dat<>|cgi,).*\(\d+\)\s*")
_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def recognise_answer(page: Page, known: Sequence[Dialect]) -> Iterator[Proposal]:
    """What the page itself is; nothing when it is written for people."""
    start = page.text[:5000]
    if found := _FEED.match(_BEFORE_ROOT.sub("", start).lstrip()):
        yield Proposal("feed", page.address, Why.CONTENT, "Atom" if found[1] == "feed" else "RSS")
    elif found := _SUBJECT.match(start.partition("\n")[0].strip()):
        engine = "dat-board" if found["kind"] == "dat<>" else "rawmode-board"
        yield Proposal(engine, page.address.removesuffix("subject.txt"), Why.CONTENT, "subject.txt")
    elif start.lstrip()[:1] in {"{", "["}:
        yield from _by_json(page, known)


def _by_json(page: Page, known: Sequence[Dialect]) -> Iterator[Proposal]:
    try:
        tree = json.loads(page.text)
    except (ValueError, RecursionError):
        return
    if isinstance(tree, list) and {"files", "git_pull_url"} <= _first(tree).keys():
        yield Proposal("gists", page.address, Why.CONTENT, "GitHub")
    found = [software for software, is_so in _SHAPES.items() if is_so(tree)]
    told = str(tree["software"].get("name", "")) if _is_nodeinfo(tree) else ""
    found += [SPEAKS[told]] if told in SPEAKS else []
    for dialect in known:
        if dialect.name in found:
            shown = told or dialect.name
            yield Proposal(dialect.engine, _begins(page, dialect.name, tree), Why.ANSWER, shown, dialect.name)


def _begins(page: Page, software: str, tree: Any) -> str:
    """Where a source begins: at the list itself, unless it was something else that answered."""
    is_list = not _is_nodeinfo(tree) and not (software == "nodebb" and "categories" in tree)
    begins_at = APPS[software].begins_at if software in APPS and not is_list else ""
    return (page.link(begins_at) if begins_at else None) or page.address


def _is_nodeinfo(tree: Any) -> bool:
    return isinstance(tree, dict) and isinstance(tree.get("software"), dict) and "protocols" in tree


def _first(tree: Any, *path: str) -> Any:
    """The first entry of a list at a path; an empty object where there is none."""
    for name in path:
        tree = tree.get(name) if isinstance(tree, dict) else None
    first = tree[0] if isinstance(tree, list) and tree else {}
    return first if isinstance(first, dict) else {}


def _are_events(tree: Any) -> bool:
    return isinstance(tree, dict) and bool(tree) and all(_UUID.fullmatch(str(name)) for name in list(tree)[:9])


def _is_of_pastes(tree: Any, *names: str) -> bool:
    if not isinstance(tree, dict) or not tree:
        return False
    first = next(iter(tree.values()))
    return isinstance(first, dict) and all(name in first for name in names)


_SHAPES: Final[dict[str, Callable[[Any], bool]]] = {
    "discourse": lambda tree: "bumped_at" in _first(tree, "topic_list", "topics"),
    "nodebb": lambda tree: "cid" in _first(tree, "categories") or {"tid", "cid"} <= _first(tree, "topics").keys(),
    "flarum": lambda tree: _first(tree, "data").get("type") == "discussions",
    "mastodon": lambda tree: isinstance(tree, list) and {"account", "content", "visibility"} <= _first(tree).keys(),
    "misskey": lambda tree: isinstance(tree, list) and {"userId", "visibility", "renoteCount"} <= _first(tree).keys(),
    "reddit": lambda tree: isinstance(tree, dict) and tree.get("kind") == "Listing",
    "pastebin-scraping": lambda tree: isinstance(tree, list) and {"scrape_url", "key"} <= _first(tree).keys(),
    "leak-list": lambda tree: isinstance(tree, list) and {"post_title", "group_name"} <= _first(tree).keys(),
    "stikked": lambda tree: isinstance(tree, list) and {"pid", "created", "lang"} <= _first(tree).keys(),
    "bepasty-json": lambda tree: _is_of_pastes(tree, "file-meta"),
    "misp-feed": _are_events,
}
"""How the answers of each software look that has a dialect of that name."""
