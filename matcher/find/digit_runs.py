"""Where long numbers could stand: phone numbers and cards, in runs of digit groups with a few separators between them.

Most groups begin no run that is long enough, which a few steps over the whole text tell.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from fingerprints.identifiers.interface import NEAR
from matcher.find import character_classes

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
    """The runs of digits in a text: groups that nothing but three separators or fewer part."""

    def __init__(self, found: Signs) -> None:
        self._found = found

    @cached_property
    def _linked(self) -> NDArray[np.bool_]:
        return _linked_digits(self._found)

    @cached_property
    def _digits(self) -> NDArray[np.intp]:
        """How many digits stand before each group, and in all of them."""
        return np.concatenate([[0], np.cumsum(self._found.length)])

    @cached_property
    def _number(self) -> NDArray[np.intp]:
        """The number of each group's run."""
        parted = _parted(self._found) if self._found.has_few_groups else ~self._linked[self._found.end + 1]
        return np.cumsum(parted) - parted

    def long_ones(self, size: int, firsts: str) -> NDArray[np.intp]:
        """The groups from which on a run goes on for so many characters, eight to sixteen; few groups are not asked.

        They begin with one of ``firsts``.
        """
        if self._found.has_few_groups:
            return np.flatnonzero(self._found.is_code(self._found.start, firsts))
        mask = self._linked
        for by in (1, 2, 4):
            mask = mask[:-by] & mask[by:]
        mask = mask[: 8 - size] & mask[size - 8 :]
        begin = np.flatnonzero(mask & self._found.begins[: mask.size])
        return np.searchsorted(self._found.start, begin[self._found.is_code(begin, firsts)])

    def values(self, group: NDArray[np.intp], nth: int) -> NDArray[np.uint8]:
        """The value of the digit so many after the first one of each group, the digits of later groups counted."""
        within = self._found.start[group] + nth
        if not (inside := self._found.length[group] > nth).all():
            later, place = self._digit(group[~inside], nth)
            within[~inside] = self._found.start[later] + place
        return self._found.values(within)

    def ends_after(self, group: NDArray[np.intp], digits: int) -> NDArray[np.bool_]:
        """Whether a group of the same run ends with so many digits from the beginning of each group on."""
        later, within = self._digit(group, digits - 1)
        ends: NDArray[np.bool_] = within == self._found.length[later] - 1
        ends &= self._number[later] == self._number[group]
        return ends

    def goes_on(self, group: NDArray[np.intp], digits: int) -> NDArray[np.bool_]:
        """Whether the run has so many digits from the beginning of each group on."""
        later, within = self._digit(group, digits - 1)
        reaches: NDArray[np.bool_] = within < self._found.length[later]
        reaches &= self._number[later] == self._number[group]
        return reaches

    def _digit(self, group: NDArray[np.intp], nth: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """The group in which that digit stands, and its place there: beyond the last one's end where there is none."""
        wanted = self._digits[group] + nth
        later = np.minimum(np.searchsorted(self._digits, wanted, "right"), self._found.length.size) - 1
        return later, wanted - self._digits[later]


def _linked_digits(found: Signs) -> NDArray[np.bool_]:
    """The digits, and what stands between those of one run: one separator, two or three."""
    sign, linked = found.mask(character_classes.SEPARATOR), found.is_digit.copy()
    gap, size = character_classes.WIDEST_GAP, linked.size
    near = range(-gap, gap + 1)
    s, d = ({by: mask[gap + by : size - gap + by] for by in near} for mask in (sign, found.is_digit))
    between = d[-1] & (d[1] | s[1] & (d[2] | s[2] & d[3]))
    between |= s[-1] & d[-2] & (d[1] | s[1] & d[2])
    between |= s[-1] & s[-2] & d[-3] & d[1]
    linked[gap : size - gap] |= between & s[0]
    return linked


def _parted(found: Signs) -> NDArray[np.bool_]:
    """Whether each group is the last one of its run, asked group by group."""
    gap = found.start[1:] - found.end[:-1] - 1
    linked = gap <= character_classes.WIDEST_GAP
    for offset in range(1, character_classes.WIDEST_GAP + 1):
        linked &= (gap < offset) | found.at(found.end[:-1] + offset, character_classes.SEPARATOR)
    return np.append(~linked, np.ones(min(found.start.size, 1), np.bool_))


def phones(found: Signs, runs: Runs) -> NDArray[np.intp]:
    """Groups that begin a number: a prefix of the numbering plan, and as many digits as it takes, to a group's end."""
    nine = found.length == LOST_DIGITS
    hot = [among_japanese(found, nine), _standing_alone(found, nine)]
    group = runs.long_ones(SHORTEST, _OF_PHONES)
    v0, v1 = (runs.values(group, nth) for nth in range(2))
    v2 = np.full(group.size, 10, np.uint8)
    asked = (v0 == 0) & (_MOBILE[v1] | (v1 == 0))
    v2[asked] = runs.values(group[asked], 2)
    for fits, lengths in (
        (_MOBILE[v1] & (v2 == 0), (11,)),
        ((v0 == 0) & (v1 != 0), (10,)),
        ((v1 == 0) & (v2 == 8), (13, 14)),  # noqa: PLR2004  # 0081
        ((v0 == 8) & (v1 == 1), (11, 12)),  # noqa: PLR2004  # 81
        ((v0 != 0) & (v1 == 0), (10,)),
    ):
        some = group[fits]
        hot += [found.start[some[runs.ends_after(some, length)]] for length in lengths]
    return np.concatenate(hot)


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
    group = group[~found.is_code(found.start[group] - 1, ".-")]  # the rest of a fraction is none
    length, following = found.length[group], found.length[np.minimum(group + 1, found.length.size - 1)]
    group = group[(length >= CARD_DIGITS - 1) | ((length >= CARD_GROUP) & (following >= CARD_GROUP))]
    return found.start[group[runs.goes_on(group, CARD_DIGITS)]]


def kanji_phones(found: Signs) -> NDArray[np.intp]:
    """A zero in kanji that nine more numerals follow soon."""
    if found.is_ascii:
        return found.start[:0]
    numerals = found.where(character_classes.KANJI_DIGIT)
    begin = np.flatnonzero(found.is_code(numerals, "〇零"))
    begin = begin[begin + SHORTEST - 1 < numerals.size]
    return numerals[begin[numerals[begin + SHORTEST - 1] - numerals[begin] <= KANJI_SPAN]]
