"""Pairs of weak identifiers that together are one person: they find lists without phones, and masked samples.

A part is what a mask leaves of a value: the last four digits of a phone, all but the last four, the town of an address;
or what a slip of the hand leaves of it: one half of a name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from fingerprints.identifiers.address import town_and_house
from fingerprints.identifiers.name import halves_of

if TYPE_CHECKING:
    from collections.abc import Sequence

_LAST: Final = 4
_MIN_TOWN: Final = 3


@dataclass(frozen=True, slots=True)
class Term:
    """One side of a pair: a kind, or a part of one."""

    kind: str
    part: str = ""

    @property
    def name(self) -> str:
        """``phone.last4``, or just ``name``: what `Digester.digest` takes as the kind."""
        return f"{self.kind}.{self.part}" if self.part else self.kind


@dataclass(frozen=True, slots=True)
class Pair:
    """Two terms whose digests are hashed together.

    Attributes:
        name: Its name.
        code: Its number inside digests, 32 to 63, never reused.
        left: One side.
        right: The other.
        slips: It is looked up only for people who were not found otherwise, in a document that speaks of ours.
    """

    name: str
    code: int
    left: Term
    right: Term
    slips: bool = False


PAIRS: Final = (
    Pair("name+birth_date", 32, Term("name"), Term("birth_date")),
    Pair("name+postal_code", 33, Term("name"), Term("postal_code")),
    Pair("name+town", 34, Term("name"), Term("address", "town")),
    Pair("name+phone_last4", 35, Term("name"), Term("phone", "last4")),
    Pair("name+phone_first7", 36, Term("name"), Term("phone", "first7")),
    Pair("kana+birth_date", 37, Term("kana"), Term("birth_date")),
    Pair("kana+postal_code", 38, Term("kana"), Term("postal_code")),
    Pair("kana+phone_last4", 39, Term("kana"), Term("phone", "last4")),
    # For samples whose names are masked as well: 山田 太*, 090-0000-****, 東京都千代田区千代田.
    Pair("phone_first7+town", 40, Term("phone", "first7"), Term("address", "town")),
    # For people in whose name, date, code or address a slip was made: two that are whole are enough, of the name half.
    Pair("birth_date+postal_code", 41, Term("birth_date"), Term("postal_code"), slips=True),
    Pair("name_half+postal_code", 42, Term("name", "half"), Term("postal_code"), slips=True),
    Pair("name_half+birth_date", 43, Term("name", "half"), Term("birth_date"), slips=True),
    Pair("house+postal_code", 44, Term("address", "house"), Term("postal_code"), slips=True),
)
PAIRS_BY_NAME: Final = {pair.name: pair for pair in PAIRS}
PARTS: Final = tuple(dict.fromkeys(term for pair in PAIRS for term in (pair.left, pair.right) if term.part))
"""Every part that a pair needs."""


def derive_parts(kind: str, canonical: str) -> dict[str, tuple[str, ...]]:
    """The parts of a value.

    A phone gives ``last4`` and ``first7`` (all but the last four), an address ``town`` and ``house``, a name ``half``.
    """
    if kind == "phone" and canonical[0] == "0":
        return {"last4": (canonical[-_LAST:],), "first7": (canonical[:-_LAST],)}
    if kind == "address":
        town, house = town_and_house(canonical)
        parts = {"town": town if len(town) >= _MIN_TOWN else "", "house": house}
        return {part: (value,) for part, value in parts.items() if value}
    if kind == "name":
        halves = halves_of(canonical)
        return {"half": halves} if halves else {}
    return {}


def derive_columns(kind: str, values: Sequence[str | None]) -> dict[str, list[list[str | None]]]:
    """The parts of many values as columns, a list entry for each value: what `derive_parts` gives of each.

    A part has as many columns as a value has parts of that name at most; None where a value has none.
    """
    if kind == "phone":
        national = [value if value and value[0] == "0" else None for value in values]
        return {
            "last4": [[value and value[-_LAST:] for value in national]],
            "first7": [[value and value[:-_LAST] for value in national]],
        }
    if kind == "address":
        both = [town_and_house(value) if value else ("", "") for value in values]
        towns = [town if len(town) >= _MIN_TOWN else None for town, _house in both]
        return {"town": [towns], "house": [[house or None for _town, house in both]]}
    if kind == "name":
        halves = [halves_of(value) if value else () for value in values]
        most = max(map(len, halves), default=0)
        return {"half": [[some[n] if n < len(some) else None for some in halves] for n in range(most)]}
    return {}
