"""The house number of a stored address, read back from its sketch, and how two addresses compare part by part.

A sketch hides which character a token stands for from whoever lacks the key. The matcher has it: the tokens of ten
digits and the hyphen under a subject's salt tell where the house number stands and what it is. That matters, since a
house number is a number: 1-2-3 and 1-2-8 are two houses of one town, however alike they look to an edit distance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from rapidfuzz.distance import OSA

from core.processes.patterns import later

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIGNS: Final = "0123456789-"
OTHER: Final = "·"
"""Stands for any character that is no part of a number."""
_HOUSE: Final = later(r"(?<!\d)\d{1,9}(?:-\d{1,9}){0,9}\Z")
SAME, ROOMLESS, SLIP, DIFFERENT, MISSING = 1.0, 0.98, 0.8, 0.5, 0.0
"""What the house numbers say: the same; one without its room; one digit off; two houses; one of them not there."""
_LONG: Final = 2  # parts of a house number that is whole without the room after it


def spell_numbers(lengths: NDArray[np.integer], tokens: NDArray[np.uint16], signs: NDArray[np.uint16]) -> list[str]:
    """Stored sequences with their digits and hyphens readable and every other character as `OTHER`.

    Args:
        lengths: Of each sequence.
        tokens: All of them in one row.
        signs: The tokens of `SIGNS` under each sequence's salt, a row each.
    """
    owner = np.repeat(np.arange(lengths.size), lengths)
    equal = signs[owner] == tokens[:, None]
    letters = np.where(equal.any(axis=1), np.frombuffer(SIGNS.encode(), np.uint8)[equal.argmax(axis=1)], ord("."))
    whole = letters.astype(np.uint8).tobytes().decode("ascii").replace(".", OTHER)
    ends = np.cumsum(lengths, dtype=np.int64).tolist()
    return [whole[start:end] for start, end in zip([0, *ends[:-1]], ends, strict=True)] if ends else []


def house_of(text: str) -> str:
    """The house number that ends an address, with its room; empty when there is none."""
    found = _HOUSE.search(text)
    return found.group() if found else ""


def compare_houses(one: str, other: str) -> float:
    """How two house numbers compare: one of the constants above."""
    if not one or not other:
        return MISSING
    if one == other:
        return SAME
    short, long = sorted((one, other), key=len)
    if long.startswith(short + "-") and (short.count("-") + 1 >= _LONG or long.count("-") == 1):
        return ROOMLESS
    if long.endswith("-" + short):
        return DIFFERENT
    return SLIP if len(long) >= 4 and OSA.distance(one, other) == 1 else DIFFERENT  # noqa: PLR2004  # digits enough


def house_within(house: str, passage: str) -> float:
    """Whether a stored house number stands in a passage, whole or without its room."""
    if not house:
        return MISSING
    if _stands(house, passage, SIGNS[:-1]):
        return SAME
    head, _, room = house.rpartition("-")
    if room and head.count("-") + 1 >= _LONG and _stands(head, passage, SIGNS):
        return ROOMLESS
    return DIFFERENT if any(c.isdecimal() for c in passage) else MISSING


def _stands(house: str, passage: str, never_after: str) -> bool:
    """Whether a number stands in a passage, not as a part of a longer one."""
    at = passage.find(house)
    while at >= 0:
        end = at + len(house)
        if (at == 0 or passage[at - 1] not in SIGNS) and (end == len(passage) or passage[end] not in never_after):
            return True
        at = passage.find(house, at + 1)
    return False
