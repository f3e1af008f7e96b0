"""Texts as single characters, pairs and triples of neighbours, each a number; pure, over whole arrays.

A character is its code point; a pair and a triple hold the code points of their characters, 21 bits each. No code point
is zero here (the search text holds none), so the three kinds of numbers never meet.

Texts of one block that hold 65,536 different characters or more (nobody's words, but nobody is kept from writing them)
are sorted by the numbers themselves, which takes longer and gives the same.
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
    """The numbers that a text which holds ``word`` has: one if the word is short, else that of each triple.

    None for the empty word, which is in every text.
    """
    if not word:
        return []
    length = min(len(word), LONGEST)
    return list(dict.fromkeys(_number(word[at : at + length]) for at in range(len(word) - length + 1)))


def _number(characters: str) -> int:
    number = 0
    for character in characters:
        number = number << _BITS | ord(character)
    return number


def holders(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which texts hold which numbers.

    Returns:
        The numbers (int64), where the places of each begin, and the places of the texts that hold each (uint16, sorted,
        once each), those of one number after those of the other.
    """
    codes = np.frombuffer("\0".join(texts).encode("utf-32-le"), np.uint32)
    text = np.cumsum(codes == 0).astype(np.uint64)
    present = np.zeros(_CODES, bool)
    present[codes] = True
    present[0] = False
    alphabet = np.flatnonzero(present)
    short = np.zeros(_CODES, np.uint64)
    short[alphabet] = np.arange(1, alphabet.size + 1, dtype=np.uint64)
    is_narrow = alphabet.size < _MOST_CHARACTERS
    code = short[codes] if is_narrow else codes
    back = np.concatenate([[0], alphabet]).astype(np.int64)
    numbers, starts, places, base = [], [], [], 0
    for length in range(1, min(LONGEST, code.size) + 1):
        if is_narrow:
            packed, begin, held = _sorted(code, text, length)
            number = np.zeros(packed.size, np.int64)
            for at in range(length):
                part = (packed >> np.uint64(16 * (length - 1 - at))) & np.uint64(0xFFFF)
                number = number << _BITS | back[part.astype(np.int64)]
        else:
            number, begin, held = _sorted_wide(code, text, length)
        numbers.append(number)
        starts.append(begin + base)
        places.append(held)
        base += held.size
    if not numbers:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.uint16)
    return np.concatenate(numbers), np.concatenate(starts), np.concatenate(places)


def _sorted(code: np.ndarray, text: np.ndarray, length: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The neighbours of a length, packed; where each begins; and the places that hold each."""
    last = code.size - length + 1
    key, broken = code[:last].copy(), code[:last] == 0
    for at in range(1, length):
        part = code[at : last + at]
        key <<= np.uint64(16)
        key |= part
        broken |= part == 0
    key <<= np.uint64(_DOC_BITS)
    key |= text[:last]
    key[broken] = ~np.uint64(0)
    # Sorted, then once each: 15 million numbers in 0.2 s, where np.unique (of NumPy 2.3, by hashing) takes 11.
    key.sort()
    key = key[: key.size - int(broken.sum())]
    if not key.size:
        return key, np.zeros(0, np.int64), key.astype(np.uint16)
    key = key[np.concatenate([[True], key[1:] != key[:-1]])]
    held = key.astype(np.uint16)
    key >>= np.uint64(_DOC_BITS)
    begin = np.concatenate([[0], np.flatnonzero(key[1:] != key[:-1]) + 1])
    return key[begin], begin, held


def _sorted_wide(codes: np.ndarray, text: np.ndarray, length: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """As `_sorted`, of characters too many for 16 bits each: the numbers; where each begins; who holds each."""
    last = codes.size - length + 1
    number, whole = codes[:last].astype(np.int64), codes[:last] != 0
    for at in range(1, length):
        part = codes[at : last + at]
        number = number << _BITS | part
        whole &= part != 0
    number, held = number[whole], text[:last][whole].astype(np.uint16)
    order = np.argsort(number, kind="stable")  # texts stand in their order already
    number, held = number[order], held[order]
    if not number.size:
        return number, np.zeros(0, np.int64), held
    once = np.concatenate([[True], (number[1:] != number[:-1]) | (held[1:] != held[:-1])])
    number, held = number[once], held[once]
    begin = np.concatenate([[0], np.flatnonzero(number[1:] != number[:-1]) + 1])
    return number[begin], begin, held
