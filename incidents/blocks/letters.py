"""Texts as single characters, pairs and triples of neighbours, each a number; pure, over whole arrays.

A character is its code point; a pair and a triple hold the code points of their characters, 21 bits each. No code point
is zero here (the search text holds none), so the three kinds of numbers never meet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST: Final = 3
"""Words up to so many characters are found by one number, and surely."""
_BITS: Final = 21
_CODES: Final = 0x110000
_DOC_BITS: Final = 16
MOST_TEXTS: Final = 1 << _DOC_BITS
_MOST_CHARACTERS: Final = 1 << 16


def numbers_of(word: str) -> list[int]:
    """The numbers that a text which holds ``word`` has: one if the word is short, else that of each triple."""
    length = min(len(word), LONGEST)
    return list(dict.fromkeys(_number(word[at : at + length]) for at in range(len(word) - length + 1)))


def _number(characters: str) -> int:
    number = 0
    for character in characters:
        number = number << _BITS | ord(character)
    return number


def holders(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Which texts hold which numbers: every pair of a number (int64) and a text's place (uint16), sorted, once each."""
    codes = np.frombuffer("\0".join(texts).encode("utf-32-le"), np.uint32)
    text = np.cumsum(codes == 0).astype(np.uint64)
    present = np.zeros(_CODES, bool)
    present[codes] = True
    present[0] = False
    alphabet = np.flatnonzero(present)
    if alphabet.size >= _MOST_CHARACTERS:
        raise ValueError(f"{alphabet.size} different characters in one block")
    short = np.zeros(_CODES, np.uint64)
    short[alphabet] = np.arange(1, alphabet.size + 1, dtype=np.uint64)
    code = short[codes]
    back = np.concatenate([[0], alphabet]).astype(np.int64)
    numbers, places = [], []
    for length in range(1, LONGEST + 1):
        key, whole = (
            np.zeros(max(0, codes.size - length + 1), np.uint64),
            np.ones(max(0, codes.size - length + 1), bool),
        )
        for at in range(length):
            part = code[at : codes.size - length + 1 + at]
            key = key << np.uint64(16) | part
            whole &= part > 0
        found = np.unique((key[whole] << np.uint64(_DOC_BITS)) | text[: key.size][whole])
        places.append((found & np.uint64(MOST_TEXTS - 1)).astype(np.uint16))
        packed = found >> np.uint64(_DOC_BITS)
        number = np.zeros(found.size, np.int64)
        for at in range(length):
            part_of = (packed >> np.uint64(16 * (length - 1 - at))) & np.uint64(0xFFFF)
            number = number << _BITS | back[part_of.astype(np.int64)]
        numbers.append(number)
    return np.concatenate(numbers), np.concatenate(places)
