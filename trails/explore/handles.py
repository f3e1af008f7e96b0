"""Handles: what stands for a name of an operator, a terminal, … where the name itself may not be seen.

A handle is a keyed digest, so that it can stand in an address, and the same name has the same handle on every page and
every day, under one key. Whoever has no key learns from it neither a name nor whether a guess is right.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from trails.fields import HOLDER_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fingerprints.secrets.digests import Digester

MARK: Final = "~"
MASK: Final = "●●"
SHOWN_DIGITS: Final = 6
HANDLE: Final = re.compile(r"~[0-9a-f]{16}")


class Handles:
    """Handles under one key."""

    def __init__(self, digester: Digester) -> None:
        self._digester = digester
        self._known: dict[tuple[str, str], str] = {}

    def of(self, kind: str, name: str) -> str:
        """The handle of a name."""
        known = self._known.get((kind, name))
        if known is None:
            known = f"{MARK}{self._digester.digest(f'trail.name.{kind}', name):016x}"
            self._known[kind, name] = known
        return known

    def masked(self, kind: str, name: str) -> str:
        """What a page shows in a name's place."""
        return mask_of(self.of(kind, name))

    def find(self, kind: str, handle: str, names: Iterable[str]) -> list[str]:
        """Of some names those with a handle."""
        return [name for name in names if self.of(kind, name) == handle]


def is_handle(text: str) -> bool:
    """Whether a text stands for a name, and is none."""
    return HANDLE.fullmatch(text) is not None


def mask_of(handle: str) -> str:
    """What a page shows of a handle: enough digits to tell one from another."""
    return MASK + handle.removeprefix(MARK)[:SHOWN_DIGITS]


def is_masked(kind: str) -> bool:
    """Whether the values of a field are names."""
    return kind in HOLDER_KINDS
