"""Where long numbers could stand: phone numbers and cards, in runs of digit groups with a few separators between them.

Most groups begin no run that is long enough, which a few steps over all groups tell.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from fingerprints.identifiers.interface import NEAR
from fingerprints.identifiers.phone import national_number
from matcher.find import character_classes
from matcher.find.character_classes import PAD

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from matcher.find.character_classes import Signs

SHORTEST, KANJI_SPAN = 10, 40  # digits of the shortest phone number; characters of the widest one in kanji
LOST_DIGITS: Final = 9
"""Of a number of a line at home whose leading zero was lost."""
CARD_DIGITS, CARD_GROUP = 13, 4  # of the shortest number, and of each group but the last
_ASCII_LAST: Final = 0x7F
_MOBILE: Final = np.isin(np.arange(16), (2, 5, 6, 7, 8, 9))
"""By digit, whether it stands between the zeros of a mobile number."""
_OF_PHONES: Final = "056789０５６７８９"
_OF_CARDS: Final = "23456２３４５６"


class Runs:
    """The runs of digits in a text: groups that nothing but three separators or fewer part.

    All their digits in a row are numbered, so that the one so many after another is told by a sum.

    Attributes:
        start: Where each of the groups begins, and `length` how many digits it has; where a text is full of groups,
            only those among as many digits and separators as the shortest number has: of others there is no run.
    """

    def __init__(self, found: Signs) -> None:
        self._found = found
        self.start, self._end_of, self.length = found.start, found.end, found.length
        if not found.has_few_groups:
            among = np.flatnonzero(_in_long_stretches(found).take(found.start))
            self.start, self._end_of, self.length = (of.take(among) for of in (found.start, found.end, found.length))

    @cached_property
    def _before(self) -> NDArray[np.intp]:
        """How many digits stand before each group, and in all of them."""
        return np.concatenate([[0], np.cumsum(self.length)])

    @cached_property
    def _end(self) -> NDArray[np.intp]:
        """How many digits stand before the end of each group's run."""
        parted = self._parted()
        ends = self._before.take(np.flatnonzero(parted) + 1)
        of_each: NDArray[np.intp] = np.asarray(ends.take(np.cumsum(parted) - parted))
        return of_each

    def long_ones(self, digits: int, firsts: str) -> NDArray[np.intp]:
        """The groups from which on a run has so many digits, that begin with one of ``firsts``."""
        group = np.flatnonzero(self._end - self._before[:-1] >= digits)
        return group[self._found.is_code(self.start.take(group), firsts)]

    def values(self, group: NDArray[np.intp], nth: int) -> NDArray[np.uint8]:
        """The value of the digit so many after the first one of each group, which its run has."""
        return self._read(self._before.take(group) + nth)

    def digits(self, group: NDArray[np.intp], count: int) -> list[str]:
        """So many digits from the beginning of each group on, which its run has, in ASCII."""
        values = self._read((self._before.take(group)[:, None] + np.arange(count)).ravel()) | ord("0")
        text = values.tobytes().decode("ascii")
        return [text[at : at + count] for at in range(0, len(text), count)]

    def end_of(self, group: NDArray[np.intp], count: int) -> NDArray[np.intp]:
        """Where the last of so many digits from the beginning of each group on stands, if a group ends with it."""
        last = np.searchsorted(self._before, self._before.take(group) + count) - 1
        return self._end_of.take(last)

    def ends_after(self, group: NDArray[np.intp], digits: int) -> NDArray[np.bool_]:
        """Whether a group of the same run ends with so many digits from the beginning of each group on."""
        end = self._before.take(group) + digits
        ends: NDArray[np.bool_] = end <= self._end.take(group)
        ends[ends] = self._before[np.searchsorted(self._before, end[ends])] == end[ends]
        return ends

    def _read(self, numbered: NDArray[np.intp]) -> NDArray[np.uint8]:
        """The values of the digits so numbered."""
        group = np.searchsorted(self._before, numbered, "right") - 1
        return self._found.values(self.start.take(group) + numbered - self._before.take(group))

    def _parted(self) -> NDArray[np.bool_]:
        """Whether each group is the last one of its run."""
        gap = self.start[1:] - self._end_of[:-1] - 1
        linked = gap <= character_classes.WIDEST_GAP
        for offset in range(1, character_classes.WIDEST_GAP + 1):
            some = np.flatnonzero(linked & (gap >= offset))
            linked[some] = self._found.at(self._end_of.take(some) + offset, character_classes.SEPARATOR)
        return np.append(~linked, np.ones(min(self.start.size, 1), np.bool_))


def _in_long_stretches(found: Signs) -> NDArray[np.bool_]:
    """Whether each character is one of as many digits and separators in a row as the shortest number has digits."""
    long = found.in_a_row(character_classes.DECIMAL | character_classes.SEPARATOR, SHORTEST)
    for step in (1, 2, 4, SHORTEST - 8):  # all of those that begin one
        wider = np.zeros(long.size + step, np.bool_)
        wider[: long.size] = long
        wider[step:] |= long
        long = wider
    return long


def phones(runs: Runs) -> dict[int, tuple[int, int, str] | None]:
    """Where a prefix of the numbering plan stands with as many digits as it takes, and their (start, end, canonical).

    They begin and end where groups do. From each group on there is one at most: the longest, as `Phone.find` has it.
    None stands for digits that are no number after all.
    """
    group = runs.long_ones(SHORTEST, _OF_PHONES)
    v0, v1, v2 = (runs.values(group, nth) for nth in range(3))
    international = (v0 == 0) & (v1 == 0) & (v2 == 8)  # noqa: PLR2004  # 0081
    domestic = (v0 == 8) & (v1 == 1)  # noqa: PLR2004  # 81
    numbers: dict[int, tuple[int, int, str] | None] = {}
    for fits, length in (
        ((v0 == 0) & _MOBILE[v1] & (v2 == 0), 11),
        ((v0 == 0) & (v1 != 0), 10),
        (international, 13),
        (international, 14),
        (domestic, 12),
        (domestic, 11),
        ((v0 != 0) & (v1 == 0), 10),
    ):
        some = group[fits]
        some = some[runs.ends_after(some, length)]
        begins, ends = runs.start.take(some).tolist(), (runs.end_of(some, length) + 1).tolist()
        for begin, end, digits in zip(begins, ends, runs.digits(some, length), strict=True):
            if numbers.get(begin) is None:
                canonical = national_number(digits)
                numbers[begin] = (begin - PAD, end - PAD, canonical) if canonical else None
    return numbers


def lost_zeros(found: Signs) -> NDArray[np.intp]:
    """Groups of nine digits that could be a number without its zero: among Japanese, or standing alone."""
    nine = found.length == LOST_DIGITS
    return np.concatenate([among_japanese(found, nine), _standing_alone(found, nine)])


def _standing_alone(found: Signs, groups: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Where those of the groups begin that have blanks, line ends or the text's own ends beside them, nothing else."""
    begins, ends = found.start[groups], found.end[groups]
    before, after = ((found.codes[at] == 0) | found.is_code(at, " \t\r\n") for at in (begins - 1, ends + 1))
    alone: NDArray[np.intp] = begins[before & after]
    return alone


def among_japanese(found: Signs, groups: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Where those of the groups begin that have anything but ASCII near them."""
    if found.is_ascii or not groups.any():
        return found.start[:0]
    others = np.flatnonzero(found.codes > _ASCII_LAST)
    begin, end = found.start[groups], found.end[groups] + 1
    there = np.searchsorted(others, end + NEAR) > np.searchsorted(others, begin - NEAR)
    begins: NDArray[np.intp] = begin[there]
    return begins


def cards(found: Signs, runs: Runs) -> NDArray[np.intp]:
    """Groups that begin a card's number: enough digits in a row, in groups of four at least."""
    group = runs.long_ones(CARD_DIGITS, _OF_CARDS)
    group = group[~found.is_code(runs.start[group] - 1, ".-")]  # the rest of a fraction is none
    length, following = runs.length[group], runs.length[np.minimum(group + 1, runs.length.size - 1)]
    group = group[(length >= CARD_DIGITS - 1) | ((length >= CARD_GROUP) & (following >= CARD_GROUP))]
    return runs.start[group]


def kanji_phones(found: Signs) -> NDArray[np.intp]:
    """A zero in kanji that nine more numerals follow soon."""
    if found.is_ascii:
        return found.start[:0]
    numerals = found.where(character_classes.KANJI_DIGIT)
    begin = np.flatnonzero(found.is_code(numerals, "〇零"))
    begin = begin[begin + SHORTEST - 1 < numerals.size]
    return numerals[begin[numerals[begin + SHORTEST - 1] - numerals[begin] <= KANJI_SPAN]]
