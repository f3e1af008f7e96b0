"""Lists of phone numbers: one number proves nothing, more hits than chance explains do, whatever stands beside them.

How much a hit says is read off the index: numbers beside those of the list (the same block of ten thousand, other last
digits) are looked up as well. A directory of consecutive numbers hits no more often than its neighbourhood; a list of
our customers hits far more often, wherever its neighbours belong. What stands beside a number can take it out of the
count in two ways only: it says that somebody else has it, or the text is about calls that came from it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from core.processes.patterns import later
from fingerprints.index.sorted_search import distinct

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from fingerprints.index.generation import Index
    from fingerprints.secrets.digests import Digester
    from matcher.find.candidates import Terms
    from matcher.units.units import Units

FEWEST: Final = 3  # different customers from whose numbers on a list is one
SURPRISE: Final = 20.0  # bits by which the hits exceed what the neighbourhood makes likely
PROBES: Final = 512  # numbers beside those of a batch
BLOCK: Final = 4  # last digits that a block's numbers differ in
_SUFFIXES: Final = 10**BLOCK
_OF_CALLS_LATIN: Final = (b"spam", b"scam", b"telemarket", b"robocall")
_OF_CALLS_JAPANESE: Final = (
    "着信", "迷惑", "勧誘", "口コミ", "クチコミ", "名乗", "営業電話", "セールス", "ワン切り", "詐欺", "折り返し",
    "しつこ",
)  # fmt: skip
"""What collections of nuisance calls say of a number; they list whoever called, customers or not."""
_ABOUT_CALLS: Final = later("|".join([*_OF_CALLS_JAPANESE, *map(bytes.decode, _OF_CALLS_LATIN)]), re.IGNORECASE)
_FOLDED_TO_LATIN: Final = "ſ\u212a"
"""Letters beyond ASCII whose small form is one of it: a long s, the sign of Kelvin."""


@dataclass(frozen=True, slots=True)
class PhonePart:
    """The phones of one passage, in arrays alone.

    Attributes:
        told_of: Units with a number of ours, in which words tell of calls from it.
        listed: The digests of all phones, each once.
        probes: How many numbers beside the listed ones were looked up; none where no number is ours.
        hits: How many of those the index knows.
    """

    told_of: NDArray[np.int64]
    listed: NDArray[np.uint64]
    probes: int = 0
    hits: int = 0


def look_at_phones(
    units: Units, phones: Terms | None, ours: NDArray[np.integer], index: Index, digester: Digester
) -> PhonePart | None:
    """The phones of a passage; None when there are none.

    Args:
        units: Of the passage.
        phones: What was found in them.
        ours: The units with a number that a customer has.
        index: Whom to look for.
        digester: Digests under the index's key.
    """
    if phones is None or not phones.units.size:
        return None
    listed = distinct(phones.digests)
    if not ours.size:
        return PhonePart(np.zeros(0, np.int64), listed)
    strange = _beside(phones.values)
    hits = int(distinct(index.lookup(digester.digest_many("phone", strange)).query).size)
    about = any(map(_may_be_about_calls, units.pieces()))  # most passages are not, and are asked at once
    told = [unit for unit in distinct(ours).tolist() if _ABOUT_CALLS.search(units.words(unit))] if about else []
    return PhonePart(np.array(told, np.int64), listed, len(strange), hits)


def _may_be_about_calls(text: str) -> bool:
    """Whether `_ABOUT_CALLS` may find something in it: a text whose case is folded whole takes five times as long."""
    if any(sign in text for sign in _FOLDED_TO_LATIN):
        return True
    latin = text.encode("ascii", "ignore").lower()
    in_latin = any(word in latin for word in _OF_CALLS_LATIN)
    return in_latin or (not text.isascii() and any(word in text for word in _OF_CALLS_JAPANESE))


def _beside(numbers: Sequence[str]) -> list[str]:
    """Other numbers of the same blocks."""
    random = np.random.default_rng(len(numbers))
    chosen = [numbers[n] for n in random.integers(0, len(numbers), PROBES).tolist()]
    shifts = random.integers(1, _SUFFIXES, PROBES).tolist()
    beside = {
        n[:-BLOCK] + f"{(int(n[-BLOCK:]) + s) % _SUFFIXES:0{BLOCK}d}" for n, s in zip(chosen, shifts, strict=True)
    }
    return sorted(beside - set(numbers))


class PhoneLists:
    """Collects a document's phones, and how often their neighbours are ours."""

    def __init__(self) -> None:
        self._units = 0
        self._parts: list[PhonePart] = []
        self._told_of: list[NDArray[np.int64]] = []
        self._listed = 0

    def take(self, part: PhonePart | None, units: int) -> None:
        """The next passage, and how many units it has."""
        if part is not None:
            self._parts.append(part)
            self._told_of.append(part.told_of + self._units)
        self._units += units

    @property
    def told_of(self) -> NDArray[np.int64]:
        """The units in which words tell of calls."""
        return np.concatenate([np.zeros(0, np.int64), *self._told_of])

    def count(self) -> None:
        """Count how many different numbers there are, once all passages are taken."""
        self._listed = distinct(np.concatenate([part.listed for part in self._parts])).size if self._parts else 0

    def sureness(self, ours: int) -> float:
        """The probability that a counted number that is a customer's means that customer; 0 where chance explains it.

        Args:
            ours: How many different customers' numbers are listed.
        """
        listed = self._listed
        probes = sum(part.probes for part in self._parts)
        by_chance = (sum(part.hits for part in self._parts) + 0.5) / (probes + 1)
        rate = min(ours / max(listed, 1), 1 - 0.5 / max(listed, 1))
        if ours < FEWEST or rate <= by_chance or listed * _divergence(rate, by_chance) < SURPRISE:
            return 0.0
        share = (rate - by_chance) / (1 - by_chance)
        return share / (share + (1 - share) * by_chance)


def _divergence(rate: float, other: float) -> float:
    """Bits a draw by which draws at one rate tell themselves from draws at another (Kullback and Leibler, 1951)."""
    return float(rate * np.log2(rate / other) + (1 - rate) * np.log2((1 - rate) / (1 - other)))
