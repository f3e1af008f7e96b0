"""Mail addresses that Cloudflare hides from readers without scripts, as they were.

A page has ``<a href="/cdn-cgi/l/email-protection" data-cfemail="HEX">[email protected]</a>``, or the same digits behind
the link's ``#``: the first byte, and each byte of the address combined with it by exclusive or.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from lxml import etree

LONGEST: Final = 2 + 2 * 254
"""Digits: those of the longest address (RFC 5321)."""
_LINK: Final = re.compile(r"/cdn-cgi/l/email-protection#([0-9a-fA-F]+)")
_VEIL: Final = re.compile(r"\[?email\s*protected\]?")


def unveiled(element: etree._Element) -> str:
    """The address that an element stands for; empty when it stands for none.

    A link that says something else than that there is an address stays what it says.
    """
    hidden = str(element.get("data-cfemail") or "")
    if not hidden and element.tag == "a" and (found := _LINK.search(str(element.get("href") or ""))):
        hidden = found[1] if _VEIL.fullmatch(" ".join("".join(map(str, element.itertext())).split())) else ""
    return read_veiled(hidden)


def read_veiled(digits: str) -> str:
    """The address in Cloudflare's digits; empty when they are none."""
    if not digits or len(digits) > LONGEST:
        return ""
    try:
        key, *letters = bytes.fromhex(digits)
        return bytes(letter ^ key for letter in letters).decode()
    except ValueError:
        return ""
