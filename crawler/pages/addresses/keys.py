"""What of an address says which thing it leads to: without session ids and what else changes between visits.

Known names are taken out always; names that a site made up itself are found by comparing two fetches of one list. A
name that could be a thing's number elsewhere (``sid`` is a story in PHP-Nuke) is a session's if its value looks so.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

FEWEST: Final = 3
"""Entries of a list of which a parameter must be the same to be taken for one of the page."""
_FEWEST_LINKS: Final = 2
_SESSIONS: Final = frozenset({
    "phpsessid", "jsessionid", "oscsid", "oscadminid", "xtcsid", "zenid", "zencartid", "cfid", "cftoken",
    "asp.net_sessionid", "sessionid", "session_id", "phpsession",
})  # fmt: skip
_SESSIONS_BY_VALUE: Final = frozenset({"s", "sid", "sess", "session", "sessid", "phpbb2mysql_sid"})
_SESSION_VALUE: Final = re.compile(r"[0-9a-f]{32}", re.IGNORECASE)
_RANDOM_VALUE: Final = re.compile(r"[0-9a-f]{24,128}", re.IGNORECASE)
_TRACKING: Final = frozenset({
    "fbclid", "gclid", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "twclid", "igshid", "mc_cid", "mc_eid", "_ga",
    "_gl",
})  # fmt: skip
_SEPARATORS: Final = re.compile("([&;])")
_IN_SEGMENT: Final = re.compile(r";([^/;=]+)=([^/;]*)")
_ASP_SEGMENT: Final = re.compile(r"/\((?:[A-Z]\([^()/]+\))+\)(?=/|\Z)")
_NAMED_SEGMENT: Final = re.compile(r"/([A-Za-z0-9_.]+)[=,]([^/]*)(?=/|\Z)")


def clean_address(address: str, strip: Collection[str] = ()) -> str:
    """The address without what changes between visits: what is asked for, archived, and known again.

    The order of what is left stays, and an address that holds nothing of the kind stays as it is.

    Args:
        address: A whole one.
        strip: Names of further parameters that say nothing; see `volatile`.
    """
    names = frozenset(name.lower() for name in strip)
    rest, sign, fragment = address.partition("#")
    path, mark, query = rest.partition("?")
    kept = _clean_query(query, lambda name, value: name in names or _says_nothing(name, value))
    return _clean_path(path) + (mark if kept or not query else "") + kept + sign + fragment


def _says_nothing(name: str, value: str) -> bool:
    if name in _SESSIONS_BY_VALUE:
        return _SESSION_VALUE.fullmatch(value) is not None
    return name in _SESSIONS or name in _TRACKING or name.startswith(("utm_", "aspsessionid"))


def _clean_query(query: str, is_dropped: Callable[[str, str], bool]) -> str:
    pieces = ["", *_SEPARATORS.split(query)]  # a separator, then a parameter, and so on; the first has none
    kept = ""
    for separator, parameter in zip(pieces[::2], pieces[1::2], strict=True):
        name, _, value = parameter.partition("=")
        if not is_dropped(name.lower(), value):
            kept += (separator if kept else "") + parameter
    return kept


def _clean_path(path: str) -> str:
    def without(found: re.Match[str]) -> str:
        return "" if _says_nothing(found[1].lower(), found[2]) else found[0]

    path = _ASP_SEGMENT.sub("", _IN_SEGMENT.sub(without, path))
    return _NAMED_SEGMENT.sub(without, path)


def constant_parameters(addresses: Iterable[str]) -> dict[str, str]:
    """The parameters that every entry of a list has, with one value; none of fewer than three different entries."""
    entries = [_parameters(address) for address in dict.fromkeys(address.partition("#")[0] for address in addresses)]
    if len(entries) < FEWEST:
        return {}
    first, *others = entries
    return {name: value for name, value in first.items() if all(other.get(name) == value for other in others)}


def volatile(before: Mapping[str, str], now: Mapping[str, str]) -> frozenset[str]:
    """The names of what all entries of a list share, and shared with another value when it was fetched before.

    Such a parameter is of the visit, not of the entry. Both are from `constant_parameters`, of the same list.
    """
    return frozenset(name for name, value in now.items() if name in before and before[name] != value)


def session_like(links: Iterable[str]) -> frozenset[str]:
    """The names of parameters that all links of a page share, of different things, with a value as sessions have."""
    entries = [_parameters(link) for link in dict.fromkeys(link.partition("#")[0] for link in links)]
    if len(entries) < _FEWEST_LINKS:
        return frozenset()
    first, *others = entries
    return frozenset(
        name
        for name, value in first.items()
        if _RANDOM_VALUE.fullmatch(value) and all(other.get(name) == value for other in others)
    )


def changed_alone(before: Collection[str], now: Collection[str]) -> frozenset[str]:
    """The names of parameters that are all in which the links of a page differ from those it had before.

    For pages that lead to the same few things every time, like an index of boards; fewer than two links prove nothing.
    """
    if len(set(now)) < _FEWEST_LINKS or set(before) & set(now):
        return frozenset()
    names = frozenset.intersection(*(frozenset(_parameters(link)) for link in now))
    return frozenset(
        name
        for name in names
        if len({_parameters(link)[name] for link in now}) == 1
        and {clean_address(link, [name]) for link in before} == {clean_address(link, [name]) for link in now}
    )


def _parameters(address: str) -> dict[str, str]:
    """What a query says; of a name that stands there twice, nothing."""
    found: dict[str, str] = {}
    twice = set()
    for parameter in _SEPARATORS.split(address.partition("?")[2])[::2]:
        name, _, value = parameter.partition("=")
        if name in found:
            twice.add(name)
        found[name] = value
    return {name: value for name, value in found.items() if name and name not in twice}
