"""Gives the columns of a table to kinds of identifiers: as mapped, by header, by content."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from custody.enrolment.column_plan import FLOAT, SERIAL, Column, Remark, join_columns
from custody.enrolment.plan.column_names import letter_of
from custody.enrolment.plan.number_column import is_counter, is_opaque, rank_of
from custody.errors import ColumnError, HalfNamesError
from fingerprints.columns.halves import column_at, find_whole_names, is_order_known, kind_of_halves
from fingerprints.columns.parts import (
    Field,
    as_day,
    in_order,
    is_building,
    part_of_header,
    split_by_header,
    split_by_shape,
)
from fingerprints.identifiers.customer_number import NUMBER_KIND
from fingerprints.identifiers.interface import header_words
from fingerprints.postal_codes import are_known_codes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from custody.enrolment.plan.column_names import ColumnNames
    from fingerprints.columns.halves import Halves
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
SEVERAL: Final = ("phone", "email", "address")
"""Kinds of which a customer may have several, each to be found in a leak."""
NAMES: Final = ("name", "kana")
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
_PLAIN_SEVEN: Final = re.compile("[0-9]{5,7}")
_FLOAT: Final = re.compile(r"[0-9]+\.0")
_SIX_DIGITS: Final = re.compile("[0-9]{6}")
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

    def __init__(
        self,
        kinds: Mapping[str, IdentifierKind],
        headers: Sequence[str],
        values: list[list[str]],
        groups: Sequence[str] = (),
    ) -> None:
        self.columns: dict[str, Column] = {}
        self.further: list[tuple[str, Column]] = []
        self.remarks: list[Remark] = []
        self._kinds = kinds
        self._headers = headers
        self._groups = groups or [""] * len(headers)
        self._values = values
        self._taken: set[int] = set()
        self._doubts: dict[tuple[tuple[int, ...], str], float] = {}
        self._closed: set[str] = set()
        self._words = [header_words(header) for header in headers]
        self._aliases = {header_words(alias): kind.name for kind in kinds.values() for alias in kind.headers}

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
                said = " + ".join(self._headers[place] for place in places)
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

    def take_whole_names(self, *, has_header: bool) -> None:
        """Names and readings whose halves stand in columns of their own, however those are headed."""
        wanted = [kind for kind in NAMES if kind not in self._closed and not self._has_whole(kind)]
        free = [n for n in self._free() if not has_header or self._own_kind(n) in {None, *NAMES}]
        found = find_whole_names(self._full_headers(has_header=has_header), self._values, free)
        for kind in (kind for kind in wanted if kind in found):
            places = found[kind]
            self._give(kind, places, "header" if all(self._own_kind(n) in NAMES for n in places) else "content")
            one, other = (self._half(place, has_header=has_header) for place in places[:2])
            if not is_order_known(one, other):
                self._warn("name_order", columns=self._said(places), kind=kind)

    def by_header(self) -> None:
        """Columns whose header says what they hold, when the values bear it out; then values in several columns."""
        self._take_number()
        self._take_address()
        words = list(enumerate(self._words))
        words.sort(key=lambda one: not any(word in one[1] for word in _MOBILE))
        for exact in (True, False):
            for place, word in words:
                kind = self._named(place) if exact else self._named(place) or self._longest(word)
                if kind and not part_of_header(self._headers[place]):
                    self._try(kind, (place,), "header")

    def by_shape(self, *, said: bool) -> None:
        """Phones, dates, codes and addresses whose parts stand beside each other and read as a whole.

        Args:
            said: Take those alone that a header speaks for: they come before columns that are named like another kind.
        """
        for field in split_by_shape(self._headers, self._values, self._kinds, _SHAPE_SAMPLE):
            if self._taken.intersection(field.columns) or (said and field.kind == "address"):
                continue
            if self._is_said(field) if said else self._may_be(field):
                self._try(field.kind, field.columns, "content")

    def _is_said(self, field: Field) -> bool:
        """Whether a header over some of the parts names the whole."""
        word = _SAID.get(field.kind)
        named = [f"{self._groups[n]} {self._headers[n]}" for n in field.columns]
        return word is not None and any(map(word.search, named))

    def _may_be(self, field: Field) -> bool:
        """Whether parts that no header speaks for are a customer's: a day of birth, a number with its zero."""
        values = join_columns(field.kind, [self._values[n] for n in field.columns])
        if field.kind == "birth_date":
            named = " ".join(f"{self._groups[n]} {self._headers[n]}" for n in field.columns)
            years = sorted(day[:4] for value in values if (day := self._kinds["birth_date"].under_label(value)))
            return not _OTHER_DAY.search(named) and bool(years) and years[len(years) // 2] < _GROWN_UP
        first = [value for value in self._values[field.columns[0]] if value]
        return field.kind != "phone" or sum(value.startswith("0") for value in first) >= CLEARLY * len(first)

    def by_content(self, *, has_header: bool) -> None:
        """Columns whose values leave no doubt; without a header that we know also names and numbers, by elimination."""
        for kind in _TELLING:
            places = [place for place in self._free() if kind in self._believed(place, has_header=has_header)]
            best = max(places, key=lambda place: self._fit(kind, (place,)) or 0.0, default=None)
            if best is not None and (self._fit(kind, (best,)) or 0.0) >= CLEARLY and self._is_borne_out(kind, best):
                self._try(kind, (best,), "content")
        unnamed = [place for place in self._free() if not (has_header and self._own_kind(place))]
        numbers = [place for place in unnamed if self._is_number(place)]
        for place in sorted(numbers, key=lambda place: self._rank(place, {})):
            self._try(NUMBER_KIND, (place,), "content")
        names = [place for place in unnamed if place not in self._taken and self._is_name(place, has_header=has_header)]
        for place in sorted(names, key=self._different, reverse=True):
            self._try("name", (place,), "content")

    def take_further(self, *, has_header: bool) -> None:
        """More columns of the kinds that a customer may have several of."""
        for kind in SEVERAL:
            if kind not in self.columns or kind in self._closed:
                continue
            for place in self._free():
                named = has_header and self._kind_of_header(place) == kind
                fit = self._fit(kind, (place,), labelled=named) or 0.0
                if fit < (FITS if named else CLEARLY) or (
                    not named and kind not in self._believed(place, has_header=has_header)
                ):
                    continue
                if self._different(place) < _DIFFERENT:
                    self._note("shared", column=self._headers[place], kind=kind)
                    continue
                self.further.append((kind, self._column(kind, (place,), "header" if named else "content")))
                self._taken.add(place)

    def refuse_halves(self, *, has_header: bool) -> None:
        """Stop where half of a name would be enrolled as a whole one, or halves were seen and not put together.

        Raises:
            ColumnError: It is so; the message names the columns.
        """
        for kind in NAMES:
            column = self.columns.get(kind)
            if kind in self._closed or (column is not None and len(column.places) > 1):
                continue
            if column is not None and self._is_half(column.places[0]):
                raise HalfNamesError(column.headers[0], kind, several=False)
            halves = [one for n in self._free() if (one := self._half(n, has_header=has_header)).kind == kind]
            likely = [one for one in halves if one.varies and (_leans(one) or _has_twin(one, halves))]
            likely = [one for one in likely if not has_header or self._own_kind(one.place) in {None, *NAMES}]
            if column is None and likely:
                raise HalfNamesError(self._listed(likely), kind, several=len(likely) > 1)

    def reads_as(self, place: int, *, has_header: bool) -> str:
        """What an unused column looks like, as far as it looks important; empty for others."""
        kind = self._own_kind(place) if has_header else None
        for one in (kind, *_TELLING):
            if one is None or one == NUMBER_KIND:
                continue
            if (self._fit(one, (place,)) or 0.0) >= CLEARLY and self._is_borne_out(one, place):
                return "" if one in _TELLING and one != kind and self._different(place) < _DIFFERENT else one
        if kind == NUMBER_KIND and (self._fit(kind, (place,)) or 0.0) >= CLEARLY:
            return NUMBER_KIND
        half = self._half(place, has_header=has_header)
        return "half_name" if half.kind and half.role else ""

    def _take_number(self) -> None:
        """The best of the columns that are named like customers' numbers, and of numbers that nothing names."""
        named = {n: self._named(n) == NUMBER_KIND for n in self._free() if self._own_kind(n) == NUMBER_KIND}
        fitting = [n for n in named if (self._fit(NUMBER_KIND, (n,), labelled=True) or 0.0) >= FITS]
        others = [n for n in self._free() if not self._own_kind(n) and self._is_number(n)] if fitting else []
        for place in sorted((*fitting, *others), key=lambda n: (self._rank(n, named), n)):
            self._try(NUMBER_KIND, (place,), "header" if place in named else "content")
        for place in named:
            self._try(NUMBER_KIND, (place,), "header")

    def _rank(self, place: int, named: Mapping[int, bool]) -> tuple[bool, ...]:
        opaque, any_record, inexact, shared = rank_of(
            self._headers[place], self._values[place], is_exact=named.get(place, False)
        )
        return opaque, any_record, place not in named, inexact, shared

    def conclude(self) -> None:
        """Say what was named like a kind and is not read, and what is to be known of the customers' numbers."""
        for (places, kind), fit in self._doubts.items():
            if not self._taken.issuperset(places):
                self._warn("doubt", column=self._said(places), kind=kind, share=f"{fit:.0%}")
        if not self._closed.issuperset(NAMES) and not set(NAMES) & set(self.columns):
            self._warn("no_name")
        self._look_at_number()

    def _look_at_number(self) -> None:
        """Say so where no customer's number is enrolled, or what stands in for it is a record's."""
        column = self.columns.get(NUMBER_KIND)
        if column is None:
            self._warn("no_number")
        elif column.why != "map" and len(column.places) == 1:
            values = self._values[column.places[0]]
            if is_opaque(values) or is_counter(values):
                self._warn("record_id", column=column.headers[0])

    def _take_address(self) -> None:
        """An address whose parts stand in columns of their own, by their headers; one named like a whole may be one."""
        if "address" in self.columns or "address" in self._closed:
            return
        for field in split_by_header(self._headers):
            if field.kind != "address" or self._taken.intersection(field.columns):
                continue
            rest = [n for n in self._free() if self._named(n) == "address" and n not in field.columns]
            whole = [n for n in rest if (self._fit("address", (n,)) or 0.0) >= FITS]
            if not whole:
                self._try(
                    "address",
                    in_order(replace(field, columns=(*field.columns, *rest[:1])), self._values).columns,
                    "header",
                )

    def take_buildings(self) -> None:
        """What belongs at the end of an address that stands in one column: a building's name, a room."""
        column = self.columns.get("address")
        if column is None or column.why == "map" or len(column.places) > 1:
            return
        rooms = [n for n in self._free() if is_building(self._headers[n])][:1]
        if rooms:
            self._give("address", (*column.places, *rooms), column.why)

    def _has_whole(self, kind: str) -> bool:
        """Whether a column that is named so holds whole names."""
        named = [n for n in self._free() if (self._named(n) or self._longest(self._words[n])) == kind]
        return any((self._fit(kind, (n,)) or 0.0) >= FITS and not kind_of_halves(self._values[n]) for n in named)

    def _half(self, place: int, *, has_header: bool) -> Halves:
        return column_at(self._full_headers(has_header=has_header), self._values, place)

    def _is_half(self, place: int) -> bool:
        """Whether a column that was taken for names holds halves of them."""
        half = column_at((), self._values, place)
        return half.varies and bool(half.kind)

    def _full_headers(self, *, has_header: bool) -> list[str]:
        if not has_header:
            return [""] * len(self._headers)
        return [f"{group}{header}" for group, header in zip(self._groups, self._headers, strict=True)]

    def _look_at_mapped(self, kind: str) -> None:
        """What a person should know of a column that they named themselves."""
        column = self.columns[kind]
        if kind in NAMES and len(column.places) == 1 and self._is_half(column.places[0]):
            self._warn("half_mapped", column=column.headers[0], kind=kind)

    def _believed(self, place: int, *, has_header: bool) -> tuple[str, ...]:
        """The kinds that the content of a column alone may speak for, by what its header says."""
        if not has_header or not self._headers[place].strip():
            return _TELLING
        if self._own_kind(place):
            return _TELLING_UNDER_HEADER
        return _TELLING_UNDER_UNKNOWN if self._different(place) >= _DIFFERENT else _TELLING_UNDER_HEADER

    def _is_borne_out(self, kind: str, place: int) -> bool:
        """Whether bare digits are postal codes indeed, and a reading is a whole one."""
        filled = [value for value in self._values[place] if value]
        if kind == "postal_code" and all(map(_PLAIN_SEVEN.fullmatch, filled)):
            return are_known_codes(filled)
        return kind != "kana" or not kind_of_halves(filled)

    def _kind_of_header(self, place: int) -> str | None:
        return self._own_kind(place) or self._kind_of_group(place)

    def _own_kind(self, place: int) -> str | None:
        """What a header means by itself."""
        return part_of_header(self._headers[place]) or self._named(place) or self._longest(self._words[place])

    def _kind_of_group(self, place: int) -> str | None:
        """What a header means under the words above it, where it means nothing alone: 自宅 under 電話番号."""
        group = self._groups[place]
        return self._aliases.get(header_words(group)) if group else None

    def _named(self, place: int) -> str | None:
        return self._aliases.get(self._words[place]) if self._headers[place].strip() else None

    def _is_number(self, place: int) -> bool:
        """Whether a column without a known header holds customer numbers: all different, and nothing else."""
        filled = [value for value in self._values[place] if value]
        return (
            len(set(filled)) == len(filled) >= 1
            and min(map(len, filled)) >= _MIN_NUMBER
            and (self._fit(NUMBER_KIND, (place,)) or 0.0) >= CLEARLY
            and not any(
                (self._fit(kind, (place,)) or 0.0) >= CLEARLY and self._is_borne_out(kind, place) for kind in _TELLING
            )
        )

    def _is_name(self, place: int, *, has_header: bool) -> bool:
        values = [value for value in self._values[place] if value]
        if (self._fit("name", (place,)) or 0.0) < CLEARLY or kind_of_halves(values):
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
            self._doubts[places, kind] = fit
            return
        self._give(kind, places, why)

    def _give(self, kind: str, places: tuple[int, ...], why: str) -> None:
        self.columns[kind] = self._column(kind, places, why)
        self._taken.update(places)

    def _column(self, kind: str, places: tuple[int, ...], why: str) -> Column:
        form = self._form(kind, places)
        headers = tuple(self._headers[place] for place in places)
        return Column(places, headers, why, self._fit(kind, places, labelled=why != "content"), form)

    def _form(self, kind: str, places: tuple[int, ...]) -> str:
        """How the values of a column are written, where that is not as people write them."""
        values = [value for value in self._values[places[0]] if value]
        if len(places) == 1 and kind == "birth_date" and are_serials(values):
            return SERIAL
        floats = len(places) == 1 and kind == NUMBER_KIND and values and all(map(_FLOAT.fullmatch, values))
        return FLOAT if floats else ""

    def _fit(self, kind: str, places: tuple[int, ...], *, labelled: bool = False) -> float | None:
        columns = [self._values[place] for place in places]
        values = join_columns(kind, columns)
        if not any(value.strip() for value in values):
            return None
        if kind == "birth_date" and labelled and are_serials(values):
            values = list(map(as_day, values))
        return self._kinds[kind].looks_like(values, labelled=labelled)

    def _free(self) -> list[int]:
        return [place for place in range(len(self._headers)) if place not in self._taken]

    def _longest(self, word: str) -> str | None:
        inside = [alias for alias in self._aliases if len(alias) > 1 and alias in word and alias != "id"]
        return self._aliases[max(inside, key=len)] if inside else None

    def _listed(self, halves: Iterable[Halves]) -> str:
        """Columns by what names them; by their letters where nothing does."""
        return ", ".join(self._headers[one.place] or letter_of(one.place) for one in halves)

    def _said(self, places: Iterable[int]) -> str:
        return " + ".join(self._headers[place] for place in places)

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


def are_serials(values: Sequence[str]) -> bool:
    """Whether a column of birth dates holds days as a spreadsheet counts them; six digits would be 850403."""
    filled = [value.strip() for value in values if value.strip()]
    days = sum(as_day(value) != value for value in filled)
    return 2 * days >= len(filled) > 0 and not any(map(_SIX_DIGITS.fullmatch, filled))
