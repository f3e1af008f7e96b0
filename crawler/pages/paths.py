"""Dotted paths into JSON, addresses made of what they lead to, and lists that are paged by numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

if TYPE_CHECKING:
    from collections.abc import Callable

_PLACE = re.compile(r"\{([^{}]+)\}")


def at(node: Any, path: str) -> Any:
    """What a dotted path leads to (``a.b.0.c``; empty: the node itself); None when it leads nowhere."""
    for name in path.split(".") if path else ():
        if isinstance(node, dict):
            node = node.get(name)
        elif isinstance(node, list) and name.isdecimal() and len(name) < 9 and int(name) < len(node):  # noqa: PLR2004  # digits
            node = node[int(name)]
        else:
            return None
    return node


def entries_at(tree: Any, path: str) -> list[Any]:
    """The entries of a list at a path; of an object of objects, each with its name as ``_key``.

    Raises:
        TypeError: There is no list.
    """
    found = at(tree, path)
    if isinstance(found, dict):
        return [value | {"_key": key} for key, value in found.items() if isinstance(value, dict)]
    if not isinstance(found, list):
        raise TypeError(f"expected a list, got {type(found).__name__}")
    return [entry for entry in found if isinstance(entry, dict)]


def text_at(node: Any, path: str) -> str:
    """What a path leads to as text; empty when it leads nowhere, to null or to something that is no text or number."""
    found = at(node, path) if path else None
    if isinstance(found, bool):
        return str(found).lower()
    return str(found) if isinstance(found, str | int | float) else ""


def fill(template: str, look_up: Callable[[str], str]) -> str:
    """A template with its ``{places}`` filled, escaped for an address; empty when one of them is empty."""
    values = {name: look_up(name) for name in _PLACE.findall(template)}
    if not all(values.values()):
        return ""
    return _PLACE.sub(lambda found: quote(values[found[1]], safe="-._~:@!$,/"), template)


def next_by_number(address: str, page_parameter: str, first: int, offset_parameter: str, entries: int) -> str:
    """The address of the next page where pages, or entries, are counted in the address; empty without any entries."""
    if not entries or not (page_parameter or offset_parameter):
        return ""
    if page_parameter:
        return with_number(address, page_parameter, lambda number: (first if number is None else number) + 1)
    return with_number(address, offset_parameter, lambda number: (number or 0) + entries)


def with_number(address: str, parameter: str, change: Callable[[int | None], int]) -> str:
    """The address with another number in one of its parameters; ``change`` is given None where there is none."""
    parts = urlsplit(address)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    number = next((int(value) for name, value in pairs if name == parameter and value.isdecimal()), None)
    changed = (parameter, str(change(number)))
    if any(name == parameter for name, _ in pairs):
        pairs = [changed if name == parameter else (name, value) for name, value in pairs]
    else:
        pairs.append(changed)
    return urlunsplit(parts._replace(query=urlencode(pairs)))


def number_in(address: str, parameter: str, default: int) -> int:
    """The number in one of an address's parameters."""
    pairs = parse_qsl(urlsplit(address).query, keep_blank_values=True)
    return next((int(value[:9]) for name, value in pairs if name == parameter and value.isdecimal()), default)


def with_value(address: str, parameter: str, value: str) -> str:
    """The address with another value in one of its parameters."""
    parts = urlsplit(address)
    pairs = [(name, old) for name, old in parse_qsl(parts.query, keep_blank_values=True) if name != parameter]
    return urlunsplit(parts._replace(query=urlencode([*pairs, (parameter, value)])))


def joined_at(tree: Any, node: Any, path: str) -> str:
    """What a path leads to as text; with ``->`` in it, its first half names a ``type`` and ``id`` among ``included``.

    That is how JSON:API (https://jsonapi.org, 7.2.3) says who wrote something.
    """
    first, arrow, second = (part.strip() for part in path.partition("->"))
    if not arrow:
        return text_at(node, path)
    named, others = at(node, first), at(tree, "included")
    if not isinstance(named, dict) or not isinstance(others, list):
        return ""
    for other in others:
        if isinstance(other, dict) and all(other.get(name) == named.get(name) for name in ("type", "id")):
            return text_at(other, second)
    return ""
