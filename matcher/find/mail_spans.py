"""Where mail addresses could stand: at signs, and the words that are written for them, between parts of an address."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np

from core.processes.patterns import later
from matcher.find import character_classes
from matcher.find.character_classes import PAD, places_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from matcher.find.character_classes import Signs

_BEFORE_AT: Final = later(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\-０-９Ａ-Ｚａ-ｚ．＿－\])）]\s?\Z")
_AFTER_AT: Final = later(
    r"[A-Za-z0-9\-０-９Ａ-Ｚａ-ｚ－]{1,63}(?:[.．。][A-Za-z0-9\-０-９Ａ-Ｚａ-ｚ－]|\s?[\[({<【(]|\s?ドット|\s?どっと|\s+dot\s)",
    re.IGNORECASE,
)
_WORDED: Final = later(
    r"(?:[\[({<【(（]\s{0,9}(?:at|アット(?:マーク)?|あっと(?:まーく)?|@)\s{0,9}[\])}>】)）]|\s{1,9}at\s{1,9})\s?",
    re.IGNORECASE,
)
_SPACED: Final = later(rf" at(?= \s{{0,9}}+(?:{_AFTER_AT.pattern}))", re.IGNORECASE)
"""The word between blanks, as `_WORDED` and `_AFTER_AT` want it."""
_SPACED_REACH: Final = 3 + 10 + 63 + 2
"""From the blank before that word to what ends the first part of an address after it."""
_MANY: Final = 512
"""Characters to one of those words, up to which looking at what follows each takes longer than telling them apart."""
_TO_LOWER: Final = 0x20
"""The bit that small letters of ASCII have and large ones have not."""


def mails(found: Signs) -> NDArray[np.intp]:
    """At signs, or what is written for them, between what can be the parts of an address."""
    text = found.text
    signs = (found.where(character_classes.AT) - PAD).tolist()
    hot = [at for at in signs if _BEFORE_AT.search(text, max(at - 2, 0), at) and _AFTER_AT.match(text, at + 1)]
    openers = found.where(character_classes.OPENER)
    for at in (_enclosing(found, openers) - PAD).tolist():
        sign = _WORDED.match(text, at)
        if sign and _AFTER_AT.match(text, sign.end()):
            hot.append(at)
    hot += [at for at in (_blanks(found, openers) - PAD).tolist() if _SPACED.match(text, at)]
    return np.concatenate([np.array(hot, np.intp) + PAD, *_words(found)])


def _enclosing(found: Signs, openers: NDArray[np.intp]) -> NDArray[np.intp]:
    """Brackets that may enclose a word for the sign, or the sign."""
    after = openers + 1
    begins = found.told(_first_inside(), after)  # asked once, since most brackets enclose something else
    openers, after = openers[begins], after[begins]
    return openers[~found.is_code(after, "aA") | found.is_code(after + 1, "tT")]


@cache
def _first_inside() -> NDArray[np.bool_]:
    """By code point, whether the word for the sign, or the sign, may begin with it."""
    begins = character_classes.is_of(character_classes.SPACE)
    begins[[ord(sign) for sign in "aA@アあ"]] = True
    return begins


def _blanks(found: Signs, openers: NDArray[np.intp]) -> NDArray[np.intp]:
    """Blanks before the word "at", of which prose is full, where something follows soon that mail addresses have."""
    blank, small = found.equal(" "), found.codes | _TO_LOWER
    worded = blank[:-3] & (small[1:-2] == ord("a")) & (small[2:-1] == ord("t")) & blank[3:]
    places = places_of(worded)
    if places.size * _MANY < worded.size:
        return places
    dots = places_of(_any_of(found, ".．。"))
    dots = dots[~found.at(dots + 1, character_classes.SPACE)]
    words = places_of(_any_of(found, "ドど")) if not found.is_ascii else dots[:0]
    soon = np.sort(np.concatenate([dots, words, openers]))
    dotted = places_of((small[:-2] == ord("d")) & (small[1:-1] == ord("o")) & (small[2:] == ord("t")))
    if not (soon.size or dotted.size):
        return soon
    last = dotted[-1] if dotted.size else -1  # any number of blanks may stand before that word
    following = np.append(soon, np.iinfo(np.intp).max)[np.searchsorted(soon, places)]
    return places[(following - places <= _SPACED_REACH) | (places < last)]


def _any_of(found: Signs, signs: str) -> NDArray[np.bool_]:
    there = found.equal(signs[0])
    for sign in signs[1:] if not found.is_ascii else "":
        there |= found.equal(sign)
    return there


def _words(found: Signs) -> list[NDArray[np.intp]]:
    """Where the sign is written as %40, アット or あっと."""
    escaped = places_of(found.equal("%"))
    hot = [escaped[found.is_code(escaped + 1, "4") & found.is_code(escaped + 2, "0")]]
    for first, middle, last in () if found.is_ascii else ("アット", "あっと"):
        middles = places_of(found.equal(middle))
        hot.append(middles[found.is_code(middles - 1, first) & found.is_code(middles + 1, last)] - 1)
    return hot
