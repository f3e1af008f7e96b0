"""A text as arrays: the class of each of its characters, and its groups of digits, found by table lookup.

What could be a phone number, a date or a postal code is told from these by arithmetic over whole arrays. What concerns
every character is asked of arrays of bytes (30 picoseconds each), what concerns few of them by their positions (1 to 5
nanoseconds each, by `take` in a third of the time of an index), where patterns take microseconds a number.
"""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np

from fingerprints.index.sorted_search import distinct
from fingerprints.text import DASHES, nfkc
from fingerprints.variants import VARIANTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

T = TypeVar("T", bound=np.generic)
DECIMAL, KANJI_DIGIT, AT, PLACE, ERA, POST, MASK, SEPARATOR = (1 << bit for bit in range(8))
YEAR, HOUSE, DASH, DATE_SIGN, SPACE, HYPHEN, GAP, OPENER = (1 << bit for bit in range(8, 16))
PAD: Final = 8
"""Characters of no class that are put on either side, so that neighbours can be looked at without asking for ends."""
WIDEST_GAP: Final = 3
"""Separators between two digits of one phone number."""
ROOM: Final = 72
"""The same after the text: the widest phone number may be looked for from its last character on."""
MANY: Final = 32
"""Characters to a group of digits, up to which groups are many."""
POINTS: Final = 0x10000
"""Code points that are told apart."""
_NONE: Final = 0xFFFF
"""No character at all, which stands for those beyond the first 65,536: none of them is of any class."""
_BYTE: Final = 0xFF
_ASCII: Final = 0x80
_FEW_RANGES: Final = 4
"""Rows of characters that are quicker compared with than looked up: three steps each, of 30 picoseconds."""
_RARE: Final = 64
"""Characters to one beyond ASCII, from which on those are few."""
_COMPATIBLE: Final = range(0xF900, 0xFB00)
_PLACES: Final = "都道府県市区町村郡"
MEMBERS: Final = (
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
def _classes() -> NDArray[np.uint16]:
    """By code point, what each character may be, as bits."""
    table = np.zeros(POINTS, np.uint16)
    for signs, bit in MEMBERS:
        table[[ord(sign) for sign in signs if ord(sign) < POINTS]] |= bit
    return table


def is_of(bits: int) -> NDArray[np.bool_]:
    """By code point, whether it is of any of the classes."""
    of: NDArray[np.bool_] = (_classes() & bits) != 0
    return of


@cache
def _ranges(bits: int) -> tuple[tuple[int, int], ...]:
    """The classes' members in ASCII, as first ones and numbers of those in a row."""
    members = np.flatnonzero(_classes()[:_ASCII] & bits)
    rows = np.split(members, np.flatnonzero(np.diff(members) != 1) + 1) if members.size else []
    return tuple((int(row[0]), row.size) for row in rows)


@cache
def _among(signs: str) -> NDArray[np.bool_]:
    """By code point, whether it is one of the signs."""
    table = np.zeros(POINTS, np.bool_)
    table[[ord(sign) for sign in signs]] = True
    return table


def places_of(mask: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Where the mask holds; that it holds nowhere is found out several times quicker."""
    return np.flatnonzero(mask) if mask.any() else np.zeros(0, np.intp)


class Signs:
    """The arrays of one text; positions count from the start of the padded text, `PAD` before the text's own.

    Attributes:
        text: The text itself.
        is_ascii: Whether all of it is ASCII.
        codes: The characters, as numbers: ASCII's own for those of ASCII; others' are larger, and equal for equal ones.
        is_digit: Whether each is a decimal digit, ASCII or full width.
        start: The position of the first digit of each group (digits beside one another), and `end` of its last.
        length: How many digits each group has.
        has_few_groups: Whether groups are so few that asking each of them is quicker than steps over the whole text.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.is_ascii = text.isascii()
        self.codes, self._points = _coded("\0" * PAD + text + "\0" * ROOM, is_ascii=self.is_ascii)
        self._known: dict[int, NDArray[np.uint8]] = {}
        self._masks: dict[int, NDArray[np.bool_]] = {}
        self.is_digit = self.mask(DECIMAL)
        edges = np.flatnonzero(self.is_digit[1:] != self.is_digit[:-1])  # there is none in the padding
        self.start: NDArray[np.intp] = edges[::2] + 1
        self.end: NDArray[np.intp] = edges[1::2]
        self.length: NDArray[np.intp] = self.end - self.start + 1
        self.has_few_groups = self.start.size * MANY < self.codes.size

    def _by_code(self, every: NDArray[T]) -> NDArray[T]:
        """A table by code point as one by code."""
        return every if self._points is None else every.take(self._points)

    @cached_property
    def _class_of(self) -> NDArray[np.uint16]:
        return self._by_code(_classes())

    def _look_up(self, by_code: NDArray[T]) -> NDArray[T]:
        """What a table by code says of each character; of `bytes` quickest where that fits."""
        if self._points is None:
            return by_code.take(self.codes)
        table = by_code.tobytes().ljust(_BYTE + 1, b"\0")
        return np.frombuffer(self.codes.tobytes().translate(table), by_code.dtype)

    def _half(self, half: int) -> NDArray[np.uint8]:
        """The lower or the upper eight of the classes."""
        if half not in self._known:
            self._known[half] = self._look_up((self._class_of >> (8 * half) & _BYTE).astype(np.uint8))
        return self._known[half]

    def mask(self, bits: int) -> NDArray[np.bool_]:
        """Whether each character is of any of the classes."""
        if bits not in self._masks:
            self._masks[bits] = self._mask(bits)
        return self._masks[bits]

    def _mask(self, bits: int) -> NDArray[np.bool_]:
        low, high = bits & _BYTE, bits >> 8
        known = all(n in self._known for n, some in enumerate((low, high)) if some)
        if self._points is not None and not known:
            others = np.flatnonzero(self._class_of[_ASCII:] & bits) + _ASCII
            few = [*_ranges(bits), *((other, 1) for other in others.tolist())]
            if len(few) <= _FEW_RANGES:
                return self._in_ranges(few)
        halves = [(self._half(n) & bits) != 0 for n, bits in enumerate((low, high)) if bits]
        there: NDArray[np.bool_] = halves[0] | halves[-1]
        return there

    def _in_ranges(self, few: Sequence[tuple[int, int]]) -> NDArray[np.bool_]:
        found = np.zeros(self.codes.size, np.bool_)
        for first, size in few:
            found |= self.codes == first if size == 1 else (self.codes - np.uint8(first)) < size
        return found

    def those(self, signs: str) -> NDArray[np.bool_]:
        """Whether each character is among ``signs``."""
        return self.told(_among(signs))

    def told(self, table: NDArray[np.bool_], positions: NDArray[np.intp] | None = None) -> NDArray[np.bool_]:
        """What a table by code point says of each character, or of those at the positions."""
        by_code = self._by_code(table)
        return self._look_up(by_code) if positions is None else by_code.take(self.codes.take(positions))

    def at(self, positions: NDArray[np.intp], bits: int) -> NDArray[np.bool_]:
        """Whether the characters at the positions are of any of the classes."""
        there: NDArray[np.bool_] = (self._class_of.take(self.codes.take(positions)) & bits) != 0
        return there

    def where(self, bits: int) -> NDArray[np.intp]:
        """Positions of all characters of any of the classes."""
        return places_of(self.mask(bits))

    def is_code(self, positions: NDArray[np.intp], signs: str) -> NDArray[np.bool_]:
        """Whether the characters at the positions are among ``signs``."""
        return self.told(_among(signs), positions)

    def equal(self, sign: str) -> NDArray[np.bool_]:
        """Whether each character is that one."""
        code = ord(sign)
        if self._points is not None and code >= _ASCII:
            known = np.flatnonzero(self._points == code)
            code = int(known[0]) if known.size else _BYTE + 1
        return self.codes == code if code <= np.iinfo(self.codes.dtype).max else np.zeros(self.codes.size, np.bool_)

    def values(self, positions: NDArray[np.intp]) -> NDArray[np.uint8]:
        """The values of the digits at the positions; of anything else some number below 16."""
        return (self.codes.take(positions) & 0xF).astype(np.uint8)  # so in ASCII and in full width

    def holds(self, sign: str) -> bool:
        """Whether the text has that one character, which is one of the first 65,536."""
        if self._points is not None and not sign.isascii():
            return bool((self._points[_ASCII:] == ord(sign)).any())
        return sign in self.text

    def in_a_row(self, bits: int, count: int) -> NDArray[np.bool_]:
        """Whether as many characters of the classes stand in a row from each one on."""
        there, long = self.mask(bits), 1
        while long < count:
            step = min(long, count - long)
            there, long = there[:-step] & there[step:], long + step
        return there

    def doubled(self, sign: str) -> NDArray[np.intp]:
        """Positions of that one character that the same follows."""
        there = self.equal(sign)
        return places_of(there[:-1] & there[1:])


def _coded(text: str, *, is_ascii: bool) -> tuple[NDArray[np.unsignedinteger], NDArray[np.uint16] | None]:
    """The characters in the narrowest of arrays, and the code point of each code; None where they are the same.

    Where few characters are beyond ASCII they are numbered behind it, so that a dash does not make a megabyte wide.
    Digits in full width are left wide, where they have their value in their lower bits.
    """
    if is_ascii:
        return np.frombuffer(text.encode("ascii"), np.uint8), _ascii_points()
    codes: NDArray[np.uint16] = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), "<u2")
    if codes.size != len(text):
        wide = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
        codes = np.minimum(wide, _NONE).astype(np.uint16)
    beyond = np.flatnonzero(codes >= _ASCII)
    if beyond.size * _RARE <= codes.size:
        others = distinct(codes[beyond])
        if others.size <= _ASCII and not (_classes().take(others) & DECIMAL).any():
            narrow = codes.astype(np.uint8)
            narrow[beyond] = _ASCII + np.searchsorted(others, codes[beyond])
            return narrow, np.concatenate([_ascii_points(), others])
    return codes, None


@cache
def _ascii_points() -> NDArray[np.uint16]:
    return np.arange(_ASCII, dtype=np.uint16)
