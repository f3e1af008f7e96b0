"""Where in a text an identifier could stand at all: everything else is passed over without looking closer.

For each kind a few rules over arrays (see `Signs`) that nothing the kind's own pattern finds can break: a phone number
begins with one of a few prefixes and ends where a group of digits does, a date has three groups and a year that people
are born in. A property test holds that what is found in the hot spans is what is found in the whole text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from core.processes.patterns import later
from fingerprints.index.sorted_search import distinct
from matcher.find import character_classes
from matcher.find.character_classes import PAD, POINTS, Signs
from matcher.find.date_spans import NEWEST, dates, eras, years
from matcher.find.digit_runs import LOST_DIGITS, Runs, among_japanese, cards, kanji_phones, lost_zeros, phones
from matcher.find.mail_spans import mails

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

MASKED: Final = "masked"
"""Halves of phone numbers whose other half is masked."""
REACH: Final = 48
"""Characters kept on either side of a hot place: the widest identifier is not cut."""
_FIRST_KANA, _FIRST_KATAKANA = 0x3040, 0x30A0
_FIRST_LETTER: Final = 0x3005  # 々; what comes before it is no letter of Japanese, but for the ideographic space
_TO_LOWER: Final = 0x20
"""The bit that small letters of ASCII have and large ones have not."""
_BLANKS: Final = (0x20, 0x3000)
_FIRST_WIDE: Final = 0xF000  # beyond the ideographs: signs in full width
_POSTAL_LABEL: Final = later("zip|post|郵便", re.IGNORECASE)
LABEL_SPAN: Final = 16
"""From the beginning of a label to the code that it names."""
_LONGEST_HOUSE: Final = 5
PLACE_SPAN: Final = 46
"""From 市 or 区 to the first digit of the house number, the number itself included."""
_STEPS: Final = 8
"""Times that a character looked up among others takes as long as one in a row."""
POSTAL_DIGITS = 7
_PIECE: Final = later(r"\[0-9０-９\]\{(\d+)\}|\[(A-ZＡ-Ｚ)\]\{\d+\}|\\?([^\[\]{}\\])")
_TO_WIDE: Final = 0xFEE0
"""From a character of ASCII to the same one in full width."""
_LETTERS: Final = "".join(chr(start + n) for start in (0x41, 0x61, 0xFF21, 0xFF41) for n in range(26))


@dataclass(frozen=True, slots=True)
class Stretches:
    """Stretches of a text in which something could be found, in order, not touching one another.

    Attributes:
        spans: Where each begins and ends.
        kinds: By kind, which of them could hold one. What is masked has a name of its own, `MASKED`.
        phones: Phone numbers as (start, end, canonical), which are known already; `kinds` says where there could be
            others, which are not written as ten digits or more.
    """

    spans: list[tuple[int, int]]
    kinds: dict[str, list[int]]
    phones: list[tuple[int, int, str]]


def hot_spans(
    text: str | Signs, number_patterns: Collection[str] = (), *, newest: int = NEWEST, weak: bool = True
) -> list[tuple[int, int]]:
    """The spans of the `hot_stretches` alone."""
    return hot_stretches(text, number_patterns, newest=newest, weak=weak).spans


def hot_stretches(
    text: str | Signs, number_patterns: Collection[str] = (), *, newest: int = NEWEST, weak: bool = True
) -> Stretches:
    """Where in the text something could be found.

    Args:
        text: Free text, or cells joined; or its signs, where they are at hand.
        number_patterns: How customer numbers look.
        newest: The last year that a birth date may have; later ones are seen in what is looked at for something else.
        weak: Whether birth dates and postal codes are wanted, which prove nothing without a name.
    """
    found = Signs(text) if isinstance(text, str) else text
    text, runs = found.text, Runs(found)
    numbers = phones(runs)
    called = np.array(list(numbers), np.intp)
    hot = {
        "phone": [lost_zeros(found), kanji_phones(found)],
        MASKED: [_masked(found)],
        "card_number": [cards(found, runs)],
        "address": [_addresses(found)],
        "email": [mails(found)],
        "customer_number": [_numbers(found, text, tuple(number_patterns))],
    }
    if weak:
        born, is_late = years(found, newest)
        hot["birth_date"] = [dates(found, born[~is_late]), eras(found)]
        hot["postal_code"] = [_postal_codes(found), _labelled_codes(found, text)]
    places = np.sort(np.concatenate([called, *(some for of in hot.values() for some in of)])) - PAD
    if not places.size:
        return Stretches([], {}, [])
    spans = _spans(places, text)
    bounds, known = np.array(spans) + PAD, [number for number in numbers.values() if number]
    if weak:  # these make nothing hot, and are seen where something is
        late = born[is_late]
        hot["birth_date"].append(dates(found, late[_within(bounds, found.start[late])]))
        hot["phone"].append(found.start[found.length == LOST_DIGITS])
    return Stretches(spans, {kind: _holding(bounds, np.concatenate(of)) for kind, of in hot.items()}, known)


def _holding(bounds: NDArray[np.intp], places: NDArray[np.intp]) -> list[int]:
    """Which of the spans hold a place."""
    within = places[_within(bounds, places)]
    held: list[int] = distinct(np.searchsorted(bounds[:, 0], within, "right") - 1).tolist()
    return held


def _within(bounds: NDArray[np.intp], places: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Whether each place lies in one of the spans."""
    at = np.searchsorted(bounds[:, 0], places, "right") - 1
    within: NDArray[np.bool_] = (at >= 0) & (places < bounds[at, 1])
    return within


def _masked(found: Signs) -> NDArray[np.intp]:
    """Where four signs that mask follow digits, and the last of two or more that four digits follow.

    Either may have a sign between it and the digits.
    """
    mask, gap = character_classes.MASK, character_classes.GAP
    ends: NDArray[np.intp] = found.start[found.length == 4] - 1  # noqa: PLR2004  # the last digits
    ends = ends - found.at(ends, gap)
    ends = ends[_in_a_row(found, mask, 2, ends - 1)]
    if not (found.has_few_groups or found.in_a_row(mask, 4).any()):
        return ends
    begins: NDArray[np.intp] = found.end + 1
    begins = begins + found.at(begins, gap)
    begins = begins[_in_a_row(found, mask, 4, begins)]
    return np.concatenate([begins, ends])


def _in_a_row(found: Signs, bits: int, count: int, places: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Whether so many characters of the classes stand in a row from each place on."""
    if not found.has_few_groups:
        return found.in_a_row(bits, count)[places]
    there = np.ones(places.size, np.bool_)
    for step in range(count):
        there[there] = found.at(places[there] + step, bits)
    return there


def _postal_codes(found: Signs) -> NDArray[np.intp]:
    """Three digits, a hyphen and four; seven of them among Japanese; and the sign 〒."""
    group = np.flatnonzero((found.length[:-1] == 3) & (found.length[1:] == 4))  # noqa: PLR2004
    end = found.end[group]
    group = group[(found.start[group + 1] - end == 2) & found.at(end + 1, character_classes.HYPHEN)]  # noqa: PLR2004
    plain = among_japanese(found, found.length == POSTAL_DIGITS)
    signs = found.start[:0] if found.is_ascii else found.where(character_classes.POST)
    return np.concatenate([found.start[group], plain, signs])


def _labelled_codes(found: Signs, text: str) -> NDArray[np.intp]:
    """Seven digits that a label before them says are a postal code."""
    groups = found.start[found.length == POSTAL_DIGITS]
    if found.is_ascii and groups.size:
        before = found.codes[groups[:, None] + np.arange(-LABEL_SPAN, 0)] | _TO_LOWER
        groups = groups[_hold(before, "zip") | _hold(before, "post")]
    told = [_POSTAL_LABEL.search(text, max(at - PAD - LABEL_SPAN, 0), at - PAD) is not None for at in groups.tolist()]
    begins: NDArray[np.intp] = groups[np.array(told, np.bool_)]
    return begins


def _hold(rows: NDArray[np.unsignedinteger], word: str) -> NDArray[np.bool_]:
    """Whether the word stands anywhere in each of some rows of characters."""
    ends = rows.shape[1] - len(word) + 1
    there = [rows[:, n : ends + n] == ord(sign) for n, sign in enumerate(word)]
    held: NDArray[np.bool_] = np.logical_and.reduce(there).any(axis=1)
    return held


def _addresses(found: Signs) -> NDArray[np.intp]:
    """House numbers that have 市, 区, 町 or the like shortly before them."""
    if found.is_ascii:
        return found.start[:0]
    places, numeral = found.where(character_classes.PLACE), character_classes.DECIMAL | character_classes.KANJI_DIGIT
    anchors = found.where(character_classes.HOUSE | character_classes.DASH)
    anchors = anchors[found.at(anchors - 1, numeral)]
    anchors = anchors[found.at(anchors, character_classes.HOUSE) | found.at(anchors + 1, character_classes.DECIMAL)]
    if not places.size:
        return anchors[:0]
    near = _near_place(anchors, places)
    lone = _near_place(_lone_numbers(found), places)
    if lone.size:
        lone = lone[_only_letters(found, places[np.searchsorted(places, lone) - 1], lone)]
    return np.sort(np.concatenate([near, lone]))


def _only_letters(found: Signs, places: NDArray[np.intp], lone: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Whether nothing but letters, digits and blanks stands between each number and its place."""
    if lone.size * PLACE_SPAN * _STEPS > found.codes.size:
        others = np.flatnonzero(~found.told(_letters()))
        alone: NDArray[np.bool_] = np.searchsorted(others, lone) == np.searchsorted(others, places, "right")
    else:
        between = lone[:, None] + np.arange(-PLACE_SPAN, 0)
        alone = np.asarray((found.told(_letters(), between) | (between <= places[:, None])).all(axis=1))
    return alone


@cache
def _letters() -> NDArray[np.bool_]:
    """By code point, whether it may stand between a place and its house number."""
    points = np.arange(POINTS)
    letters: NDArray[np.bool_] = (points >= _FIRST_LETTER) | np.isin(points, _BLANKS)
    return letters | character_classes.is_of(character_classes.DECIMAL)


def _near_place(anchors: NDArray[np.intp], places: NDArray[np.intp]) -> NDArray[np.intp]:
    before = np.searchsorted(places, anchors) - 1
    return anchors[(before >= 0) & (anchors - places[np.maximum(before, 0)] <= PLACE_SPAN)]


def _lone_numbers(found: Signs) -> NDArray[np.intp]:
    """A few digits after a letter of Japanese and before no katakana or kanji: a house number of one part."""
    fits = found.length <= _LONGEST_HOUSE
    begins, ends = found.start[fits], found.end[fits]
    return begins[found.told(_before_houses(), begins - 1) & found.told(_after_houses(), ends + 1)]


@cache
def _before_houses() -> NDArray[np.bool_]:
    """By code point, whether it is a letter of Japanese."""
    return np.arange(POINTS) >= _FIRST_KANA


@cache
def _after_houses() -> NDArray[np.bool_]:
    """By code point, whether it is neither katakana nor kanji, nor a letter of ASCII."""
    points = np.arange(POINTS)
    small = points | _TO_LOWER
    letter = (small >= ord("a")) & (small <= ord("z"))
    after: NDArray[np.bool_] = ((points < _FIRST_KATAKANA) & ~letter) | (points >= _FIRST_WIDE) | (points == ord("・"))
    return after


def _numbers(found: Signs, text: str, patterns: tuple[str, ...]) -> NDArray[np.intp]:
    """Groups of as many digits as customer numbers have in a row, between what stands there in a customer number."""
    hot = [found.start[:0]]
    for pattern in patterns:
        run = _longest_run(pattern)
        if run is None:
            hot.append(np.array([match.start() for match in re.finditer(pattern, text, re.IGNORECASE)], np.intp) + PAD)
            continue
        group = np.flatnonzero(found.length == run.length)
        group = group[_is_beside(found, found.start[group] - 1, run.before)]
        group = group[_is_beside(found, found.end[group] + 1, run.after)]
        hot.append(found.start[group])
    return np.concatenate(hot)


def _is_beside(found: Signs, positions: NDArray[np.intp], wanted: str) -> NDArray[np.bool_]:
    return found.is_code(positions, wanted) if wanted else np.ones(positions.size, np.bool_)


@dataclass(frozen=True, slots=True)
class _Run:
    """The longest run of digits in a customer number's pattern; what may stand on either side, empty for an end."""

    length: int
    before: str
    after: str


@lru_cache(64)
def _longest_run(pattern: str) -> _Run | None:
    """Of a pattern as `learn_patterns` makes them; None for any other, and for one without digits."""
    pieces = [match.groups() for match in _PIECE.finditer(pattern)]
    runs = [(int(digits), at) for at, (digits, _letters, _literal) in enumerate(pieces) if digits]
    if not runs or _PIECE.sub("", pattern):
        return None
    length, at = max(runs)
    sides = ["", *(_signs_of(letters, literal) for _digits, letters, literal in pieces), ""]
    return _Run(length, sides[at], sides[at + 2])


def _signs_of(letters: str | None, literal: str | None) -> str:
    if letters:
        return _LETTERS
    plain = (literal or "").lower() + (literal or "").upper()
    return plain + "".join(chr(ord(sign) + _TO_WIDE) for sign in plain if "!" <= sign <= "~")


def _spans(places: NDArray[np.intp], text: str) -> list[tuple[int, int]]:
    """Hot places widened by `REACH` and joined where they overlap."""
    breaks = np.flatnonzero(np.diff(places) > 2 * REACH)
    starts = np.concatenate([places[:1], places[breaks + 1]]) - REACH
    ends = np.concatenate([places[breaks], places[-1:]]) + REACH
    return [
        _whole_words(text, max(0, int(start)), min(len(text), int(end)))
        for start, end in zip(starts, ends, strict=True)
    ]


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch, cut where no number is: half a number is another number."""
    least, most = max(0, start - REACH), min(len(text), end + REACH)
    while start > least and text[start - 1].isalnum():
        start -= 1
    while end < most and text[end].isalnum():
        end += 1
    return start, end
