"""Markup that no parser should be let at: tags with hundreds of attributes.

libxml2 compares each attribute of a tag with all before it: 0.9 MB of them in one tag took 38 seconds, and 12 MB did
not end. A page written for people has a few dozen at most.
"""

from __future__ import annotations

import re
from typing import Final

import numpy as np

from core.processes.patterns import later

MOST_ATTRIBUTES: Final = 300
SHORTEST_HEAVY: Final = 2 * MOST_ATTRIBUTES
"""Characters of that many: a name and what stands between two."""
_QUOTED: Final = r"""\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z)"""
_PASSED_OVER: Final = r"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)"
_SCRIPT: Final = r"<(script|style)\b[^>]*+>.*?(?:</(?:script|style)|\Z)"
_TAG: Final = rf"<[A-Za-z_:][^\s>/\"']*+(?P<inside>(?:[^>\"']++|{_QUOTED})*+)"
_OF_PAGES: Final[re.Pattern[str]] = later(rf"{_PASSED_OVER}|{_SCRIPT}|{_TAG}", re.DOTALL | re.IGNORECASE)
_OF_XML: Final[re.Pattern[str]] = later(rf"{_PASSED_OVER}|{_TAG}", re.DOTALL)
"""What a tag can be mistaken for, passed over, and the inside of each tag; nothing in it goes back, so it is linear."""
_ATTRIBUTE: Final = later(rf"(?:{_QUOTED})|(?P<name>[^\s\"'/=]++)(?:\s*+=\s*+(?:{_QUOTED}|[^\s\"']++))?+")
_START: Final = re.compile(rb"<[A-Za-z_:]")
_END: Final = ord(">")
_ENDS_IN_VALUES: Final = tuple(map(re.compile, (r'="[^">]*+>', r"='[^'>]*+>", r"=\s[^>]")))
"""The sign of an end behind a quotation mark, or a value that is set apart from its name, which might hold one."""


def has_heavy_tag(text: str, *, xml: bool = False) -> bool:
    """Whether any tag has more attributes than one that people wrote; XML knows no scripts that hold signs of tags."""
    if not _may_be_heavy(text):
        return False
    insides = (found["inside"] or "" for found in (_OF_XML if xml else _OF_PAGES).finditer(text))
    return any(len(inside) > SHORTEST_HEAVY and _is_heavy(inside) for inside in insides)


def _may_be_heavy(text: str) -> bool:
    """Whether a tag goes on for long before the first sign of its end, or holds that sign in a value."""
    if any(pattern.search(text) for pattern in _ENDS_IN_VALUES):
        return True
    data = text.encode("utf-8", "replace")
    ends = np.flatnonzero(np.frombuffer(data, np.uint8) == _END)
    edges = np.concatenate([[-1], ends, [len(data)]])
    for at in np.flatnonzero(np.diff(edges) > SHORTEST_HEAVY).tolist():
        begins = _START.search(data, int(edges[at]) + 1, int(edges[at + 1]))
        if begins and int(edges[at + 1]) - begins.start() > SHORTEST_HEAVY:
            return True
    return False


def _is_heavy(inside: str) -> bool:
    count = 0
    for found in _ATTRIBUTE.finditer(inside):
        count += found["name"] is not None
        if count > MOST_ATTRIBUTES:
            return True
    return False
