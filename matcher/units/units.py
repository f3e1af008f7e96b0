"""A passage cut into units, each of which may speak of one person, and what is asked of units whatever they are."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np

from core.processes.patterns import later
from matcher.compare.romaji import readings_in
from matcher.find.candidates import Collected
from matcher.find.names import LATIN_RUN, two_parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from fingerprints.identifiers import IdentifierKind

PERSONAL = frozenset({"phone", "email", "customer_number", "card_number"})
TELLING = frozenset({"name", "kana", "email", "customer_number", "card_number", "address", "birth_date"})
"""Kinds that say, or contradict, who somebody is."""
LATEST_BIRTH = 2021  # in free text: dates in news and logs are mostly later
MOST_OF_ONE = 4  # values of a kind that one person has beside each other: a phone, one at home, at work, a fax
LABELS = later(
    r"tel|fax|phone|mobile|home|mail|携帯|自宅|電話|会社|勤務先|番号|メール|アドレス|または|及び", re.IGNORECASE
)
MOST_TURNED = 40  # of a passage
JAPANESE = later("[一-鿿々ぁ-んァ-ヺ]")


class Text(NamedTuple):
    """What a sketch is compared with.

    Attributes:
        text: As the kind compares it.
        alone: It is a field of that kind and nothing else, so that disagreeing means something.
        cut: Only the beginning of the field is there: the rest is masked, or an address ends at its town.
        sure: Another value speaks against somebody: false of a name in other letters than his, and of what only looks
            like a field of that kind.
        turned: Of a name, its parts in the other order; which one is the family's nobody can tell.
    """

    text: str
    alone: bool = False
    cut: bool = False
    turned: str = ""
    sure: bool = True


@dataclass(frozen=True, slots=True)
class TextColumns:
    """The texts of many units, each part of all of them by itself: as `Text` has it."""

    text: list[str]
    alone: list[bool]
    cut: list[bool]
    turned: list[str]
    sure: list[bool]

    @classmethod
    def of(cls, texts: Iterable[Text]) -> Self:
        """Text by text."""
        given = cls([], [], [], [], [])
        for text in texts:
            given.put(len(given.text), text)
        return given

    def put(self, place: int, text: Text) -> None:
        """Set one of them, or the next."""
        for part, value in zip((self.text, self.alone, self.cut, self.turned, self.sure), text, strict=True):
            part[place : place + 1] = [value]  # type: ignore[index]


def as_compared(kind: IdentifierKind, passage: str) -> str:
    """A passage as sketches of the kind are compared with it; names in Latin letters in more than one way."""
    if kind.name == "kana":
        passage += " " + readings_in(passage)
        return " ".join([kind.comparable(passage), *map(kind.comparable, turned_names(passage))])
    if kind.name == "name":
        latin = (kind.canonical(run.group()) for run in LATIN_RUN.finditer(passage))
        # Latin names are kept with their words in an order of their own.
        turned = map(kind.comparable, turned_names(passage))
        return " ".join([kind.comparable(passage), *filter(None, latin), *turned])
    return kind.comparable(passage)


def turned_names(passage: str) -> Iterator[str]:
    """Whatever could be two parts of a name in Japanese, in the other order."""
    for one, other in islice(two_parts(passage), MOST_TURNED):
        yield other + one


class Units(ABC):
    """The units of one passage.

    Attributes:
        kinds: The identifier kinds.
        collected: The units' candidates.
        people: Whether each unit looks like a person, ours or not.
        places: The number of each unit's place, as a person would count it.
        place: What ``places`` count: ``row`` or ``line``.
    """

    def __init__(
        self, kinds: Mapping[str, IdentifierKind], people: NDArray[np.bool_], places: NDArray[np.int64], place: str
    ) -> None:
        self.kinds = kinds
        self.collected = Collected()
        self.people = people
        self.places = places
        self.place = place

    @property
    def count(self) -> int:
        """How many there are."""
        return self.places.size

    def is_posted(self, term: str) -> bool:
        """Whether the index answers who carries a term's digest."""
        return term in self.kinds and self.kinds[term].posted

    def has_field(self, kind: str) -> bool:
        """Whether the kind has a place of its own in each unit, so that another value there means disagreement."""
        del kind
        return False

    @property
    def hideable(self) -> int:
        """How many rows or lines it has, each of which could hide somebody."""
        return self.count

    def masked(self, asked: NDArray[np.integer]) -> NDArray[np.int64]:
        """The units, or what lines are no unit by numbers of their own, in which letters or digits are masked.

        Args:
            asked: Units in which something was looked up all the same: whether they are named makes no difference.
        """
        del asked
        return np.zeros(0, np.int64)

    @abstractmethod
    def words(self, unit: int) -> str:
        """All that a unit holds, as it was read."""

    @abstractmethod
    def pieces(self) -> Iterator[str]:
        """Texts that hold every word of every unit, to ask of all at once whether one is there."""

    @abstractmethod
    def text(self, kind: str, unit: int) -> Text:
        """Text to compare with a sketch of the kind."""

    def texts(self, kind: str, units: Sequence[int]) -> TextColumns:
        """The texts of many units."""
        return TextColumns.of(self.text(kind, unit) for unit in units)

    def _take(self, unit: int, kind: str, canonical: str) -> None:
        """A candidate found in free text."""
        self.collected.add(unit, kind, canonical)
        if kind.partition(".")[0] in PERSONAL:
            self.people[unit] = True
