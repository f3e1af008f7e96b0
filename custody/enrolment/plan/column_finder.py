"""Gives the columns of a table to kinds of identifiers: as mapped, by header, by content."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from custody.enrolment.column_plan import Column, Remark, join_columns
from custody.enrolment.plan.column_names import letter_of
from custody.enrolment.plan.number_column import is_counter, is_opaque, rank_of
from custody.enrolment.plan.sampled import CLEARLY, DIFFERENT, TELLING, SampledColumns
from custody.errors import ColumnError, HalfNamesError
from fingerprints.columns.halves import find_whole_names, is_order_known, kind_of_halves
from fingerprints.columns.parts import (
    Field,
    in_order,
    is_building,
    part_of_header,
    split_by_header,
    split_by_shape,
)
from fingerprints.identifiers.customer_number import NUMBER_KIND
from fingerprints.identifiers.interface import header_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from custody.enrolment.plan.column_names import ColumnNames
    from fingerprints.columns.halves import Halves
    from fingerprints.identifiers import IdentifierKind

FITS: Final = 0.5
"""Share of a column's values that must read as its kind before a header is believed."""
SEVERAL: Final = ("phone", "email", "address")
"""Kinds of which a customer may have several, each to be found in a leak."""
NAMES: Final = ("name", "kana")
_MOBILE: Final = ("携帯", "mobile", "cell")
"""The phone that is a person's own, and so the first of several."""
_SHAPE_SAMPLE: Final = 60
_SAID: Final = {
    "phone": re.compile("電話|局番|携帯|tel|phone|fax|mobile", re.IGNORECASE),
    "birth_date": re.compile("生年|誕生|生まれ|birth|born|dob", re.IGNORECASE),
    "postal_code": re.compile("郵便|〒|zip|post", re.IGNORECASE),
}
"""What headers over the parts of a value say of the whole."""
_OTHER_DAY: Final = re.compile(
    "契約|加入|登録|開始|更新|解約|利用|支払|受付|contract|regist|start|update", re.IGNORECASE
)
_GROWN_UP: Final = "1998"
"""Half of a carrier's customers are older; half of its contracts are not."""
_MANY: Final = 8
_LEANS: Final = 0.5
"""How far the letters of a column lean before a person should say what half of a name is in it."""


class ColumnFinder:
    """Gives columns to kinds, each column once."""

    def __init__(self, kinds: Mapping[str, IdentifierKind], table: SampledColumns) -> None:
        self.columns: dict[str, Column] = {}
        self.further: list[tuple[str, Column]] = []
        self.remarks: list[Remark] = []
        self._kinds = kinds
        self._table = table
        self._taken: set[int] = set()
        self._doubts: dict[tuple[tuple[int, ...], str], float] = {}
        self._closed: set[str] = set()

    def used(self) -> list[tuple[str, Column]]:
        """Every column that is used, with its kind."""
        return [*self.columns.items(), *self.further]

    def take_mapping(self, pairs: Iterable[tuple[str, str]], names: ColumnNames) -> None:
        """Columns as the person named them; of kinds that a customer may have several of, each one."""
        for kind, named in pairs:
            if kind not in self._kinds:
                raise ColumnError(f"there is no field {kind!r}", hint=f"Fields are: {', '.join(self._kinds)}.")
            self._closed.add(kind)
            places = names.find(named) if named else ()
            if self._taken.intersection(places):
                said = " + ".join(self._table.headers[place] for place in places)
                raise ColumnError(f"column {said} is named twice", hint="A column holds one field.")
            if places and kind in self.columns:
                self._map_further(kind, places)
            elif places:
                self._give(kind, places, "map")
                self._look_at_mapped(kind)

    def _map_further(self, kind: str, places: tuple[int, ...]) -> None:
        if kind not in SEVERAL:
            raise ColumnError(
                f"a customer has one {kind}, and two columns are named for it",
                hint=f"Join the parts of a value with a plus: --map {kind}=A+B. Several columns: {', '.join(SEVERAL)}.",
            )
        self.further.append((kind, self._column(kind, places, "map")))
        self._taken.update(places)

    def take_whole_names(self) -> None:
        """Names and readings whose halves stand in columns of their own, however those are headed."""
        wanted = [kind for kind in NAMES if kind not in self._closed and not self._has_whole(kind)]
        free = [n for n in self._free() if not self._table.found or self._table.own_kind(n) in {None, *NAMES}]
        found = find_whole_names(self._table.full_headers(), self._table.values, free)
        for kind in (kind for kind in wanted if kind in found):
            places = found[kind]
            self._give(kind, places, "header" if all(self._table.own_kind(n) in NAMES for n in places) else "content")
            one, other = (self._table.half(place) for place in places[:2])
            if not is_order_known(one, other):
                self._warn("name_order", columns=self._table.said(places), kind=kind)

    def by_header(self) -> None:
        """Columns whose header says what they hold, when the values bear it out; then values in several columns."""
        self._take_number()
        self._take_address()
        places = range(len(self._table.headers))
        ordered = sorted(
            places, key=lambda n: not any(word in header_words(self._table.headers[n]) for word in _MOBILE)
        )
        for exact in (True, False):
            for place in ordered:
                kind = self._table.named(place) if exact else self._table.named(place) or self._table.longest(place)
                if kind and not part_of_header(self._table.headers[place]):
                    self._try(kind, (place,), "header")

    def by_shape(self, *, said: bool) -> None:
        """Phones, dates, codes and addresses whose parts stand beside each other and read as a whole.

        Args:
            said: Take those alone that a header speaks for: they come before columns that are named like another kind.
        """
        for field in split_by_shape(self._table.headers, self._table.values, self._kinds, _SHAPE_SAMPLE):
            if self._taken.intersection(field.columns) or (said and field.kind == "address"):
                continue
            if self._is_said(field) if said else self._may_be(field):
                self._try(field.kind, field.columns, "content")

    def _is_said(self, field: Field) -> bool:
        """Whether a header over some of the parts names the whole."""
        word = _SAID.get(field.kind)
        named = [f"{self._table.groups[n]} {self._table.headers[n]}" for n in field.columns]
        return word is not None and any(map(word.search, named))

    def _may_be(self, field: Field) -> bool:
        """Whether parts that no header speaks for are a customer's: a day of birth, a number with its zero."""
        values = join_columns(field.kind, [self._table.values[n] for n in field.columns])
        if field.kind == "birth_date":
            named = " ".join(f"{self._table.groups[n]} {self._table.headers[n]}" for n in field.columns)
            years = sorted(day[:4] for value in values if (day := self._kinds["birth_date"].under_label(value)))
            return not _OTHER_DAY.search(named) and bool(years) and years[len(years) // 2] < _GROWN_UP
        first = [value for value in self._table.values[field.columns[0]] if value]
        return field.kind != "phone" or sum(value.startswith("0") for value in first) >= CLEARLY * len(first)

    def by_content(self) -> None:
        """Columns whose values leave no doubt; without a header that we know also names and numbers, by elimination."""
        for kind in TELLING:
            places = [place for place in self._free() if kind in self._table.believed(place)]
            best = max(places, key=lambda place: self._table.fit(kind, (place,)) or 0.0, default=None)
            if (
                best is not None
                and (self._table.fit(kind, (best,)) or 0.0) >= CLEARLY
                and self._table.is_borne_out(kind, best)
            ):
                self._try(kind, (best,), "content")
        unnamed = [place for place in self._free() if not (self._table.found and self._table.own_kind(place))]
        numbers = [place for place in unnamed if self._table.is_number(place)]
        for place in sorted(numbers, key=lambda place: self._rank(place, {})):
            self._try(NUMBER_KIND, (place,), "content")
        names = [place for place in unnamed if place not in self._taken and self._table.is_name(place)]
        for place in sorted(names, key=self._table.different, reverse=True):
            self._try("name", (place,), "content")

    def take_further(self) -> None:
        """More columns of the kinds that a customer may have several of."""
        for kind in SEVERAL:
            if kind not in self.columns or kind in self._closed:
                continue
            for place in self._free():
                named = self._table.found and self._table.kind_of_header(place) == kind
                fit = self._table.fit(kind, (place,), labelled=named) or 0.0
                if fit < (FITS if named else CLEARLY) or (not named and kind not in self._table.believed(place)):
                    continue
                if self._table.different(place) < DIFFERENT:
                    self._note("shared", column=self._table.headers[place], kind=kind)
                    continue
                self.further.append((kind, self._column(kind, (place,), "header" if named else "content")))
                self._taken.add(place)

    def refuse_halves(self) -> None:
        """Stop where half of a name would be enrolled as a whole one, or halves were seen and not put together.

        Raises:
            ColumnError: It is so; the message names the columns.
        """
        for kind in NAMES:
            column = self.columns.get(kind)
            if kind in self._closed or (column is not None and len(column.places) > 1):
                continue
            if column is not None and self._table.is_half(column.places[0]):
                raise HalfNamesError(column.headers[0], kind, several=False)
            halves = [one for n in self._free() if (one := self._table.half(n)).kind == kind]
            likely = [one for one in halves if one.varies and (_leans(one) or _has_twin(one, halves))]
            likely = [
                one for one in likely if not self._table.found or self._table.own_kind(one.place) in {None, *NAMES}
            ]
            if column is None and likely:
                raise HalfNamesError(self._listed(likely), kind, several=len(likely) > 1)

    def reads_as(self, place: int) -> str:
        """What an unused column looks like, as far as it looks important; empty for others."""
        kind = self._table.own_kind(place) if self._table.found else None
        for one in (kind, *TELLING):
            if one is None or one == NUMBER_KIND:
                continue
            if (self._table.fit(one, (place,)) or 0.0) >= CLEARLY and self._table.is_borne_out(one, place):
                return "" if one in TELLING and one != kind and self._table.different(place) < DIFFERENT else one
        if kind == NUMBER_KIND and (self._table.fit(kind, (place,)) or 0.0) >= CLEARLY:
            return NUMBER_KIND
        half = self._table.half(place)
        return "half_name" if half.kind and half.role else ""

    def _take_number(self) -> None:
        """The best of the columns that are named like customers' numbers, and of numbers that nothing names."""
        named = {n: self._table.named(n) == NUMBER_KIND for n in self._free() if self._table.own_kind(n) == NUMBER_KIND}
        fitting = [n for n in named if (self._table.fit(NUMBER_KIND, (n,), labelled=True) or 0.0) >= FITS]
        others = (
            [n for n in self._free() if not self._table.own_kind(n) and self._table.is_number(n)] if fitting else []
        )
        for place in sorted((*fitting, *others), key=lambda n: (self._rank(n, named), n)):
            self._try(NUMBER_KIND, (place,), "header" if place in named else "content")
        for place in named:
            self._try(NUMBER_KIND, (place,), "header")

    def _rank(self, place: int, named: Mapping[int, bool]) -> tuple[bool, ...]:
        opaque, any_record, inexact, shared = rank_of(
            self._table.headers[place], self._table.values[place], is_exact=named.get(place, False)
        )
        return opaque, any_record, place not in named, inexact, shared

    def conclude(self) -> None:
        """Say what was named like a kind and is not read, and what is to be known of the customers' numbers."""
        for (places, kind), fit in self._doubts.items():
            if not self._taken.issuperset(places):
                self._warn("doubt", column=self._table.said(places), kind=kind, share=f"{fit:.0%}")
        if not self._closed.issuperset(NAMES) and not set(NAMES) & set(self.columns):
            self._warn("no_name")
        self._look_at_number()

    def _look_at_number(self) -> None:
        """Say so where no customer's number is enrolled, or what stands in for it is a record's."""
        column = self.columns.get(NUMBER_KIND)
        if column is None:
            self._warn("no_number")
        elif column.why != "map" and len(column.places) == 1:
            values = self._table.values[column.places[0]]
            if is_opaque(values) or is_counter(values):
                self._warn("record_id", column=column.headers[0])

    def _take_address(self) -> None:
        """An address whose parts stand in columns of their own, by their headers; one named like a whole may be one."""
        if "address" in self.columns or "address" in self._closed:
            return
        for field in split_by_header(self._table.headers):
            if field.kind != "address" or self._taken.intersection(field.columns):
                continue
            rest = [n for n in self._free() if self._table.named(n) == "address" and n not in field.columns]
            whole = [n for n in rest if (self._table.fit("address", (n,)) or 0.0) >= FITS]
            if not whole:
                self._try(
                    "address",
                    in_order(replace(field, columns=(*field.columns, *rest[:1])), self._table.values).columns,
                    "header",
                )

    def take_buildings(self) -> None:
        """What belongs at the end of an address that stands in one column: a building's name, a room."""
        column = self.columns.get("address")
        if column is None or column.why == "map" or len(column.places) > 1:
            return
        rooms = [n for n in self._free() if is_building(self._table.headers[n])][:1]
        if rooms:
            self._give("address", (*column.places, *rooms), column.why)

    def _has_whole(self, kind: str) -> bool:
        """Whether a column that is named so holds whole names."""
        named = [n for n in self._free() if (self._table.named(n) or self._table.longest(n)) == kind]
        return any(
            (self._table.fit(kind, (n,)) or 0.0) >= FITS and not kind_of_halves(self._table.values[n]) for n in named
        )

    def _look_at_mapped(self, kind: str) -> None:
        """What a person should know of a column that they named themselves."""
        column = self.columns[kind]
        if kind in NAMES and len(column.places) == 1 and self._table.is_half(column.places[0]):
            self._warn("half_mapped", column=column.headers[0], kind=kind)

    def _try(self, kind: str, places: tuple[int, ...], why: str) -> None:
        if kind in self.columns or kind in self._closed or self._taken.intersection(places):
            return
        fit = self._table.fit(kind, places, labelled=why == "header")
        if fit is not None and fit < FITS:
            self._doubts[places, kind] = fit
            return
        self._give(kind, places, why)

    def _give(self, kind: str, places: tuple[int, ...], why: str) -> None:
        self.columns[kind] = self._column(kind, places, why)
        self._taken.update(places)

    def _column(self, kind: str, places: tuple[int, ...], why: str) -> Column:
        form = self._table.form(kind, places)
        headers = tuple(self._table.headers[place] for place in places)
        return Column(places, headers, why, self._table.fit(kind, places, labelled=why != "content"), form)

    def _free(self) -> list[int]:
        return [place for place in range(len(self._table.headers)) if place not in self._taken]

    def _listed(self, halves: Iterable[Halves]) -> str:
        """Columns by what names them; by their letters where nothing does."""
        return ", ".join(self._table.headers[one.place] or letter_of(one.place) for one in halves)

    def _warn(self, code: str, **values: object) -> None:
        self.remarks.append(Remark(code, values))

    def _note(self, code: str, **values: object) -> None:
        self.remarks.append(Remark(code, values, warns=False))


def _leans(half: Halves) -> bool:
    """Whether a column is half of a name for sure: its letters say so or, of Latin ones, its header."""
    return bool(half.role) if half.is_latin else abs(half.lean) >= _LEANS


def _has_twin(half: Halves, halves: Sequence[Halves]) -> bool:
    """Whether two columns of Latin words stand side by side, as family and given names do; each has many."""
    beside = [one for one in halves if abs(one.place - half.place) == 1]
    return all(one.is_latin and one.different >= min(_MANY, len(one.values) - 1) for one in (half, *beside)) and bool(
        beside
    )
