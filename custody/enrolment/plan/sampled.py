"""The columns of a table as they are sampled: what their headers say, and what their values look like."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from custody.enrolment.column_plan import FLOAT, SERIAL, join_columns
from fingerprints.columns.halves import column_at, kind_of_halves
from fingerprints.columns.parts import as_day, part_of_header
from fingerprints.identifiers.customer_number import NUMBER_KIND
from fingerprints.identifiers.interface import header_words
from fingerprints.postal_codes import are_known_codes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from custody.enrolment.plan.header_rows import Headers
    from fingerprints.columns.halves import Halves
    from fingerprints.identifiers import IdentifierKind

CLEARLY: Final = 0.8
"""Share of values that must fit where only the content speaks."""
TELLING: Final = ("email", "phone", "postal_code", "birth_date", "address", "kana")
"""Kinds that content alone tells apart, most telling first."""
TELLING_UNDER_HEADER: Final = ("email", "phone", "postal_code")
"""With a header that names another kind, only these are still believed."""
TELLING_UNDER_UNKNOWN: Final = (*TELLING_UNDER_HEADER, "address", "kana")
"""With a header that we do not know, a date may be any date."""
DIFFERENT: Final = 0.5
"""Share of different values below which a column is about something that customers share: a shop, a plan."""
_MIN_NUMBER: Final = 5
"""Characters of a number that is taken for a customer's without being named so; a count of the rows has fewer."""
_PERSON: Final = re.compile(
    r"[一-鿿々ヶぁ-んァ-ヺー]{1,5}[ \u3000]?[一-鿿々ぁ-んァ-ヺー]{1,5}|[A-Za-z'-]+(?: [A-Za-z'.-]+){1,2}"
)
"""A person's name as lists write it; a company, a plan or a note is longer or has more in it."""
_PLAIN_SEVEN: Final = re.compile("[0-9]{5,7}")
_FLOAT: Final = re.compile(r"[0-9]+\.0")
_SIX_DIGITS: Final = re.compile("[0-9]{6}")


class SampledColumns:
    """Headers and sampled values of a table.

    Attributes:
        headers: What names each column; numbers where nothing does.
        groups: What stands above that.
        found: Whether anything names them.
        values: Of each column, row by row.
    """

    def __init__(self, kinds: Mapping[str, IdentifierKind], headers: Headers, values: list[list[str]]) -> None:
        self.headers, self.groups, self.found = headers.names, headers.groups, headers.found
        self.values = values
        self._kinds = kinds
        self._words = [header_words(header) for header in headers.names]
        self._aliases = {header_words(alias): kind.name for kind in kinds.values() for alias in kind.headers}
        self._fits: dict[tuple[str, tuple[int, ...], bool], float | None] = {}
        self._halves: dict[int, Halves] = {}

    def own_kind(self, place: int) -> str | None:
        """What a header means by itself."""
        return part_of_header(self.headers[place]) or self.named(place) or self.longest(place)

    def kind_of_header(self, place: int) -> str | None:
        """The kind that a header names, alone or under the words above it."""
        return self.own_kind(place) or self.kind_of_group(place)

    def kind_of_group(self, place: int) -> str | None:
        """What a header means under the words above it, where it means nothing alone: 自宅 under 電話番号."""
        group = self.groups[place]
        return self._aliases.get(header_words(group)) if group else None

    def named(self, place: int) -> str | None:
        """The kind that a header names word for word."""
        return self._aliases.get(self._words[place]) if self.headers[place].strip() else None

    def longest(self, place: int) -> str | None:
        """The kind whose name is the longest inside of a header."""
        inside = [alias for alias in self._aliases if len(alias) > 1 and alias in self._words[place] and alias != "id"]
        return self._aliases[max(inside, key=len)] if inside else None

    def fit(self, kind: str, places: tuple[int, ...], *, labelled: bool = False) -> float | None:
        """Share of values that read as a kind; None when all are empty. Several columns are joined."""
        asked = (kind, places, labelled)
        if asked not in self._fits:
            self._fits[asked] = self._measure(kind, places, labelled=labelled)
        return self._fits[asked]

    def _measure(self, kind: str, places: tuple[int, ...], *, labelled: bool) -> float | None:
        columns = [self.values[place] for place in places]
        values = join_columns(kind, columns)
        if not any(value.strip() for value in values):
            return None
        if kind == "birth_date" and labelled and are_serials(values):
            values = list(map(as_day, values))
        return self._kinds[kind].looks_like(values, labelled=labelled)

    def form(self, kind: str, places: tuple[int, ...]) -> str:
        """How the values of a column are written, where that is not as people write them."""
        values = [value for value in self.values[places[0]] if value]
        if len(places) == 1 and kind == "birth_date" and are_serials(values):
            return SERIAL
        floats = len(places) == 1 and kind == NUMBER_KIND and values and all(map(_FLOAT.fullmatch, values))
        return FLOAT if floats else ""

    def different(self, place: int) -> float:
        """Share of a column's values that differ."""
        filled = [value for value in self.values[place] if value]
        return len(set(filled)) / len(filled) if filled else 0.0

    def believed(self, place: int) -> tuple[str, ...]:
        """The kinds that the content of a column alone may speak for, by what its header says."""
        if not self.found or not self.headers[place].strip():
            return TELLING
        if self.own_kind(place):
            return TELLING_UNDER_HEADER
        return TELLING_UNDER_UNKNOWN if self.different(place) >= DIFFERENT else TELLING_UNDER_HEADER

    def is_borne_out(self, kind: str, place: int) -> bool:
        """Whether bare digits are postal codes indeed, and a reading is a whole one."""
        filled = [value for value in self.values[place] if value]
        if kind == "postal_code" and all(map(_PLAIN_SEVEN.fullmatch, filled)):
            return are_known_codes(filled)
        return kind != "kana" or not kind_of_halves(filled)

    def is_number(self, place: int) -> bool:
        """Whether a column without a known header holds customer numbers: all different, and nothing else."""
        filled = [value for value in self.values[place] if value]
        return (
            len(set(filled)) == len(filled) >= 1
            and min(map(len, filled)) >= _MIN_NUMBER
            and (self.fit(NUMBER_KIND, (place,)) or 0.0) >= CLEARLY
            and not any(
                (self.fit(kind, (place,)) or 0.0) >= CLEARLY and self.is_borne_out(kind, place) for kind in TELLING
            )
        )

    def is_name(self, place: int) -> bool:
        """Whether a column without a known header holds whole names of people."""
        values = [value for value in self.values[place] if value]
        if (self.fit("name", (place,)) or 0.0) < CLEARLY or kind_of_halves(values):
            return False
        if not self.found:
            return True
        short = sum(bool(_PERSON.fullmatch(value.strip())) for value in values)
        return short >= CLEARLY * len(values) and self.different(place) >= DIFFERENT

    def half(self, place: int) -> Halves:
        """A column as it may hold halves of names."""
        if place not in self._halves:
            self._halves[place] = column_at(self.full_headers(), self.values, place)
        return self._halves[place]

    def is_half(self, place: int) -> bool:
        """Whether a column that was taken for names holds halves of them."""
        half = column_at((), self.values, place)
        return half.varies and bool(half.kind)

    def full_headers(self) -> list[str]:
        """Headers with the words above them; empty texts where nothing names the columns."""
        if not self.found:
            return [""] * len(self.headers)
        return [f"{group}{header}" for group, header in zip(self.groups, self.headers, strict=True)]

    def said(self, places: Iterable[int]) -> str:
        """Some columns by their headers."""
        return " + ".join(self.headers[place] for place in places)


def are_serials(values: Sequence[str]) -> bool:
    """Whether a column of birth dates holds days as a spreadsheet counts them; six digits would be 850403."""
    filled = [value.strip() for value in values if value.strip()]
    days = sum(as_day(value) != value for value in filled)
    return 2 * days >= len(filled) > 0 and not any(map(_SIX_DIGITS.fullmatch, filled))
