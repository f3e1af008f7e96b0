"""Gives the columns of a table to kinds of identifiers: as mapped, by header, by content."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from custody.enrolment.column_plan import PARTS, Column, join_cells
from custody.errors import ColumnError
from fingerprints.identifiers.customer_number import NUMBER_KIND
from fingerprints.identifiers.interface import header_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fingerprints.identifiers import IdentifierKind

FITS: Final = 0.5
"""Share of a column's values that must read as its kind before a header is believed."""
CLEARLY: Final = 0.8
"""Share of values that must fit where only the content speaks."""
_TELLING: Final = ("email", "phone", "postal_code", "birth_date", "address", "kana")
"""Kinds that content alone tells apart, most telling first."""
_TELLING_UNDER_HEADER: Final = ("email", "phone", "postal_code")
"""With a header that names another kind, only these are still believed."""
_TELLING_UNDER_UNKNOWN: Final = (*_TELLING_UNDER_HEADER, "address", "kana")
"""With a header that we do not know, a date may be any date."""
_SEVERAL: Final = ("phone", "email", "address")
"""Kinds of which a customer may have several, each to be found in a leak."""
_MOBILE: Final = ("携帯", "mobile", "cell")
"""The phone that is a person's own, and so the first of several."""
_DIFFERENT: Final = 0.5
"""Share of different values below which a column is about something that customers share: a shop, a plan."""
_MIN_NUMBER: Final = 5
"""Characters of a number that is taken for a customer's without being named so; a count of the rows has fewer."""
_PERSON: Final = re.compile(
    r"[一-鿿々ヶぁ-んァ-ヺー]{1,5}[ \u3000]?[一-鿿々ぁ-んァ-ヺー]{1,5}|[A-Za-z'-]+(?: [A-Za-z'.-]+){1,2}"
)
"""A person's name as lists write it; a company, a plan or a note is longer or has more in it."""


class ColumnFinder:
    """Gives columns to kinds, each column once."""

    def __init__(self, kinds: Mapping[str, IdentifierKind], headers: list[str], values: list[list[str]]) -> None:
        self.columns: dict[str, Column] = {}
        self.further: list[tuple[str, Column]] = []
        self.doubts: list[str] = []
        self._kinds = kinds
        self._headers = headers
        self._values = values
        self._taken: set[int] = set()
        self._closed: set[str] = set()
        self._words = [header_words(header) for header in headers]
        self._aliases = {header_words(alias): kind.name for kind in kinds.values() for alias in kind.headers}

    def all_columns(self) -> list[Column]:
        """Every column that is used."""
        return [*self.columns.values(), *(column for _kind, column in self.further)]

    def take_mapping(self, mapping: Mapping[str, str]) -> None:
        """Columns as the person named them."""
        for kind, names in mapping.items():
            if kind not in self._kinds:
                raise ColumnError(f"there is no field {kind!r}", hint=f"Fields are: {', '.join(self._kinds)}.")
            self._closed.add(kind)
            if names:
                self._give(kind, tuple(self._place(name) for name in names.split("+")), "map")

    def by_header(self) -> None:
        """Columns whose header says what they hold, when the values bear it out; then values in several columns."""
        words = list(enumerate(self._words))
        words.sort(key=lambda one: not any(word in one[1] for word in _MOBILE))
        for exact in (True, False):
            for place, word in words:
                kind = self._named(place) if exact else self._named(place) or self._longest(word)
                if kind and word not in PARTS:
                    self._try(kind, (place,), "header")
        parts: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for place, word in enumerate(self._words):
            if word in PARTS and place not in self._taken:
                kind, order = PARTS[word]
                parts[kind].append((order, place))
        for kind, places in parts.items():
            self._try(kind, tuple(place for _order, place in sorted(places)), "header")

    def by_content(self, *, has_header: bool) -> None:
        """Columns whose values leave no doubt; without a header that we know also names and numbers, by elimination."""
        for kind in _TELLING:
            places = [place for place in self._free() if kind in self._believed(place, has_header=has_header)]
            best = max(places, key=lambda place: self._fit(kind, (place,)) or 0.0, default=None)
            if best is not None and (self._fit(kind, (best,)) or 0.0) >= CLEARLY:
                self._try(kind, (best,), "content")
        unnamed = [place for place in self._free() if not (has_header and self._kind_of_header(place))]
        for place in unnamed:
            if self._is_number(place):
                self._try(NUMBER_KIND, (place,), "content")
        names = [place for place in unnamed if place not in self._taken and self._is_name(place, has_header=has_header)]
        for place in sorted(names, key=self._different, reverse=True):
            self._try("name", (place,), "content")

    def take_further(self, *, has_header: bool) -> None:
        """More columns of the kinds that a customer may have several of."""
        for kind in _SEVERAL:
            if kind not in self.columns or kind in self._closed:
                continue
            for place in self._free():
                named = has_header and self._kind_of_header(place) == kind
                fit = self._fit(kind, (place,)) or 0.0
                if fit < (FITS if named else CLEARLY) or (
                    not named and kind not in self._believed(place, has_header=has_header)
                ):
                    continue
                if self._different(place) < _DIFFERENT:
                    self.doubts.append(f"{self._headers[place]}: reads as {kind}, but many rows share its values")
                    continue
                why = "header" if named else "content"
                self.further.append((kind, Column((place,), (self._headers[place],), why, fit)))
                self._taken.add(place)

    def _believed(self, place: int, *, has_header: bool) -> tuple[str, ...]:
        """The kinds that the content of a column alone may speak for, by what its header says."""
        if not has_header or not self._headers[place].strip():
            return _TELLING
        if self._kind_of_header(place):
            return _TELLING_UNDER_HEADER
        return _TELLING_UNDER_UNKNOWN if self._different(place) >= _DIFFERENT else _TELLING_UNDER_HEADER

    def _kind_of_header(self, place: int) -> str | None:
        word = self._words[place]
        return PARTS[word][0] if word in PARTS else self._named(place) or self._longest(word)

    def _named(self, place: int) -> str | None:
        return self._aliases.get(self._words[place]) if self._headers[place].strip() else None

    def _is_number(self, place: int) -> bool:
        """Whether a column without a known header holds customer numbers: all different, and nothing else."""
        filled = [value for value in self._values[place] if value]
        return (
            len(set(filled)) == len(filled) >= 1
            and min(map(len, filled)) >= _MIN_NUMBER
            and (self._fit(NUMBER_KIND, (place,)) or 0.0) >= CLEARLY
            and not any((self._fit(kind, (place,)) or 0.0) >= CLEARLY for kind in _TELLING)
        )

    def _is_name(self, place: int, *, has_header: bool) -> bool:
        values = [value for value in self._values[place] if value]
        if (self._fit("name", (place,)) or 0.0) < CLEARLY:
            return False
        if not has_header:
            return True
        short = sum(bool(_PERSON.fullmatch(value.strip())) for value in values)
        return short >= CLEARLY * len(values) and self._different(place) >= _DIFFERENT

    def _different(self, place: int) -> float:
        filled = [value for value in self._values[place] if value]
        return len(set(filled)) / len(filled) if filled else 0.0

    def _try(self, kind: str, places: tuple[int, ...], why: str) -> None:
        if kind in self.columns or kind in self._closed or self._taken.intersection(places):
            return
        fit = self._fit(kind, places, labelled=why == "header")
        if fit is not None and fit < FITS:
            named = " + ".join(self._headers[place] for place in places)
            self.doubts.append(f"{named}: named like {kind}, but only {fit:.0%} of its values read as one")
            return
        self._give(kind, places, why)

    def _give(self, kind: str, places: tuple[int, ...], why: str) -> None:
        headers = tuple(self._headers[place] for place in places)
        self.columns[kind] = Column(places, headers, why, self._fit(kind, places, labelled=why != "content"))
        self._taken.update(places)

    def _fit(self, kind: str, places: tuple[int, ...], *, labelled: bool = False) -> float | None:
        values = [join_cells(cells) for cells in zip(*(self._values[place] for place in places), strict=True)]
        if not any(value.strip() for value in values):
            return None
        return self._kinds[kind].looks_like(values, labelled=labelled)

    def _free(self) -> list[int]:
        return [place for place in range(len(self._headers)) if place not in self._taken]

    def _place(self, name: str) -> int:
        if name in self._headers:
            return self._headers.index(name)
        if header_words(name) in self._words:
            return self._words.index(header_words(name))
        if name.isdecimal() and 1 <= int(name) <= len(self._headers):
            return int(name) - 1
        raise ColumnError(f"there is no column {name!r}", hint=f"Columns are: {', '.join(self._headers)}.")

    def _longest(self, word: str) -> str | None:
        inside = [alias for alias in self._aliases if len(alias) > 1 and alias in word and alias != "id"]
        return self._aliases[max(inside, key=len)] if inside else None
