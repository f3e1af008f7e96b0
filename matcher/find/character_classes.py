"""A text as arrays: the class of each of its characters, and its groups of digits, found by table lookup.

What could be a phone number, a date or a postal code is told from these by arithmetic over whole arrays: a few
nanoseconds a character, where patterns take microseconds a number.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np

from fingerprints.text import DASHES, nfkc
from fingerprints.variants import VARIANTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

DECIMAL, KANJI_DIGIT, AT, PLACE, ERA, POST, MASK, SEPARATOR = (1 << bit for bit in range(8))
YEAR, HOUSE, DASH, DATE_SIGN, SPACE, HYPHEN, GAP, OPENER = (1 << bit for bit in range(8, 16))
PAD: Final = 8
"""Characters of no class that are put on either side, so that neighbours can be looked at without asking for ends."""
WIDEST_GAP: Final = 3
"""Separators between two digits of one phone number."""
_BMP: Final = 0x10000
_ALL: Final = 0x110000
_ASCII: Final = 0x80
_COMPATIBLE: Final = range(0xF900, 0xFB00)
_PLACES: Final = "都道府県市区町村郡"
_MEMBERS: Final = (
    ("0123456789０１２３４５６７８９", DECIMAL),
    ("〇零一二三四五六七八九十百", KANJI_DIGIT),
    ("@＠", AT),
    (_PLACES + "".join(chr(code) for code, form in VARIANTS.items() if form and form in _PLACES), PLACE),
    ("".join(c for c in map(chr, _COMPATIBLE) if nfkc(c) in _PLACES), PLACE),
    ("治正和成", ERA),
    ("〒", POST),
    ("*＊×✕✖╳xXｘＸ●○◯〇■□▲△◆◇#＃_＿?？•…", MASK),
    ("-‐‑‒–—―−－ー()（）.．・/／_*〜~ 　の", SEPARATOR),
    ("年", YEAR),
    ("丁番", HOUSE),
    (DASHES + "ー", DASH),
    ("-/.．／－‐−年月", DATE_SIGN),
    (" \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2028\u2029\u202f\u205f　", SPACE),
    ("".join(map(chr, range(0x2000, 0x200B))), SPACE),
    ("-‐‑–—―−－ー", HYPHEN),
    ("-ー‐−－ ()（）", GAP),
    ("[({<【(（", OPENER),
)


@cache
def _table(size: int) -> NDArray[np.uint16]:
    table = np.zeros(size, np.uint16)
    for signs, bit in _MEMBERS:
        table[[ord(sign) for sign in signs if ord(sign) < size]] |= bit
    return table


class Signs:
    """The arrays of one text; positions count from the start of the padded text, `PAD` before the text's own.

    Attributes:
        codes: The characters, as numbers.
        classes: What each character may be, as bits.
        digits: Positions of the decimal digits, ASCII and full width.
        values: Their values.
        first: Of each group of digits (digits beside one another), the number of its first digit.
        start: The position of each group's first digit, and `end` of its last.
        length: How many digits each group has.
        linked: Whether nothing but a few separators stands between each group and the next.
    """

    def __init__(self, text: str) -> None:
        self.codes: NDArray[np.unsignedinteger]
        self.classes: NDArray[np.uint16]
        self.is_ascii = text.isascii()
        self.codes, self.classes = _classed("\0" * PAD + text + "\0" * PAD, is_ascii=self.is_ascii)
        self.digits: NDArray[np.intp] = np.flatnonzero(self.classes & DECIMAL)
        self.values: NDArray[np.uint8] = (self.codes[self.digits] & 0xF).astype(
            np.uint8
        )  # so in ASCII and in full width
        breaks = np.flatnonzero(np.diff(self.digits) != 1) + 1
        self.first: NDArray[np.intp] = np.concatenate([np.zeros(min(1, self.digits.size), np.intp), breaks])
        last = np.concatenate([breaks, np.full(min(1, self.digits.size), self.digits.size, np.intp)]) - 1
        self.start: NDArray[np.intp] = self.digits[self.first]
        self.end: NDArray[np.intp] = self.digits[last]
        self.length: NDArray[np.intp] = last - self.first + 1
        self.linked = self._links()

    def _links(self) -> NDArray[np.bool_]:
        gap = self.start[1:] - self.end[:-1] - 1
        linked: NDArray[np.bool_] = gap <= WIDEST_GAP
        for offset in range(1, WIDEST_GAP + 1):
            linked &= (gap < offset) | self.at(self.end[:-1] + offset, SEPARATOR)
        return linked

    def at(self, positions: NDArray[np.intp], bits: int) -> NDArray[np.bool_]:
        """Whether the characters at the positions are of any of the classes."""
        there: NDArray[np.bool_] = (self.classes[positions] & bits) != 0
        return there

    def where(self, bits: int) -> NDArray[np.intp]:
        """Positions of all characters of any of the classes."""
        return np.flatnonzero(self.classes & bits)

    def is_code(self, positions: NDArray[np.intp], signs: str) -> NDArray[np.bool_]:
        """Whether the characters at the positions are among ``signs``."""
        most = np.iinfo(self.codes.dtype).max
        wanted = np.array([ord(sign) for sign in signs if ord(sign) <= most], self.codes.dtype)
        return np.isin(self.codes[positions], wanted)


def _classed(text: str, *, is_ascii: bool) -> tuple[NDArray[np.unsignedinteger], NDArray[np.uint16]]:
    """Code points and classes, in the narrowest arrays that hold them."""
    if is_ascii:
        narrow = np.frombuffer(text.encode("ascii"), np.uint8)
        return narrow, _table(_ASCII)[narrow]
    wide = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), "<u2")
    if wide.size == len(text):
        return wide, _table(_BMP)[wide]
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    return codes, _table(_ALL)[codes]
