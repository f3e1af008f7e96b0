"""Which column of a table holds what: by header, by content, or as the person says with ``--map``."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from custody.errors import ColumnError
from custody.tables import TableFormat, detect_format, read_sample
from fingerprints.identifiers import load_kinds
from fingerprints.identifiers.interface import header_words
from fingerprints.prints import is_usable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from fingerprints.identifiers import IdentifierKind

SAMPLE_ROWS: Final = 500
FITS: Final = 0.5
"""Share of a column's values that must read as its kind before a header is believed."""
CLEARLY: Final = 0.8
"""Share of values that must fit where only the content speaks."""
_TELLING: Final = ("email", "phone", "postal_code", "birth_date", "address", "kana")
"""Kinds that content alone tells apart, most telling first."""
_TELLING_UNDER_HEADER: Final = ("email", "phone", "postal_code")
"""With a header that names something else, a date may be any date: only these are still believed."""

PARTS: Final[Mapping[str, tuple[str, int]]] = {
    **dict.fromkeys(("姓", "氏", "名字", "苗字", "姓漢字", "lastname", "familyname", "surname"), ("name", 0)),
    **dict.fromkeys(("名", "名漢字", "firstname", "givenname"), ("name", 1)),
    **dict.fromkeys(
        ("セイ", "姓カナ", "姓フリガナ", "カナ姓", "氏カナ", "lastnamekana", "familynamekana"), ("kana", 0)
    ),
    **dict.fromkeys(("メイ", "名カナ", "名フリガナ", "カナ名", "firstnamekana", "givennamekana"), ("kana", 1)),
    **dict.fromkeys(("都道府県", "都道府県名", "prefecture", "state"), ("address", 0)),
    **dict.fromkeys(("市区町村", "市区町村名", "市区郡", "city", "住所1", "address1"), ("address", 1)),
    **dict.fromkeys(("町名", "町域", "町名番地", "番地", "住所2", "address2", "street", "丁目番地"), ("address", 2)),
    **dict.fromkeys(("住所3", "address3", "建物", "建物名", "方書", "マンション名", "building"), ("address", 3)),
}
"""Headers of parts of a value, and in which order the parts are joined."""


@dataclass(frozen=True, slots=True)
class Column:
    """What one kind is read from.

    Attributes:
        places: Column numbers from 0, joined in this order.
        headers: Their headers.
        why: ``header``, ``content`` or ``map``.
        fit: Share of sampled values that read as the kind; None when all were empty.
    """

    places: tuple[int, ...]
    headers: tuple[str, ...]
    why: str
    fit: float | None


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """What was understood of a file, shown before anything is done.

    Attributes:
        table: How the file is written.
        has_header: Whether its first row names the columns.
        width: How many columns it has.
        columns: By kind.
        ignored: Headers of columns that are not used.
        doubts: What looked like a kind but was not believed, in words.
    """

    table: TableFormat
    has_header: bool
    width: int
    columns: dict[str, Column]
    ignored: tuple[str, ...]
    doubts: tuple[str, ...]


def understand(path: Path, mapping: Mapping[str, str] | None = None) -> ColumnPlan:
    """Work out what the columns of a file hold.

    Args:
        path: The file.
        mapping: Kind to column, by header or number from 1, several joined with ``+``; empty means "not this kind". It
            wins.

    Raises:
        ColumnError: The mapping names what is not there, or what was found cannot tell one customer from another.
    """
    table = detect_format(path)
    rows = read_sample(path, table, SAMPLE_ROWS + 1)
    if not rows:
        raise ColumnError(f"{path} has no rows")
    kinds = load_kinds()
    has_header = _is_header(rows[0], kinds)
    width = len(rows[0]) if has_header else Counter(map(len, rows)).most_common(1)[0][0]
    headers = rows[0] if has_header else [str(n + 1) for n in range(width)]
    sample = rows[1:] if has_header else rows
    finder = _Finder(kinds, headers, [[row[n] if n < len(row) else "" for row in sample] for n in range(width)])
    finder.take_mapping(mapping or {})
    if has_header:
        finder.by_header()
    finder.by_content(has_header=has_header)
    if not is_usable(frozenset(finder.columns)):
        found = ", ".join(finder.columns) or "nothing"
        raise ColumnError(
            f"{path}: the columns found ({found}) cannot tell one customer from another",
            hint="Say which column is which: --map phone=電話番号,email=3 (a header, or a number from 1).",
        )
    used = {place for column in finder.columns.values() for place in column.places}
    ignored = tuple(header for number, header in enumerate(headers) if number not in used)
    return ColumnPlan(table, has_header, width, finder.columns, ignored, tuple(finder.doubts))


class _Finder:
    """Gives columns to kinds, each column once."""

    def __init__(self, kinds: Mapping[str, IdentifierKind], headers: list[str], values: list[list[str]]) -> None:
        self.columns: dict[str, Column] = {}
        self.doubts: list[str] = []
        self._kinds = kinds
        self._headers = headers
        self._values = values
        self._taken: set[int] = set()
        self._closed: set[str] = set()

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
        words = [header_words(header) for header in self._headers]
        aliases = {alias: kind.name for kind in self._kinds.values() for alias in map(header_words, kind.headers)}
        for exact in (True, False):
            for place, word in enumerate(words):
                kind = aliases.get(word) if exact else self._longest(word, aliases)
                if kind and word not in PARTS:
                    self._try(kind, (place,), "header")
        parts: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for place, word in enumerate(words):
            if word in PARTS and place not in self._taken:
                kind, order = PARTS[word]
                parts[kind].append((order, place))
        for kind, places in parts.items():
            self._try(kind, tuple(place for _order, place in sorted(places)), "header")

    def by_content(self, *, has_header: bool) -> None:
        """Columns whose values leave no doubt; without a header also names and numbers, by elimination."""
        for kind in _TELLING_UNDER_HEADER if has_header else _TELLING:
            best = max(self._free(), key=lambda place: self._fit(kind, (place,)) or 0.0, default=None)
            if best is not None and (self._fit(kind, (best,)) or 0.0) >= CLEARLY:
                self._try(kind, (best,), "content")
        if not has_header:
            for place in self._free():
                if _is_unique(self._values[place]) and (self._fit("customer_number", (place,)) or 0.0) >= CLEARLY:
                    self._try("customer_number", (place,), "content")
            for place in self._free():
                if (self._fit("name", (place,)) or 0.0) >= CLEARLY:
                    self._try("name", (place,), "content")

    def _try(self, kind: str, places: tuple[int, ...], why: str) -> None:
        if kind in self.columns or kind in self._closed or self._taken.intersection(places):
            return
        fit = self._fit(kind, places)
        if fit is not None and fit < FITS:
            named = " + ".join(self._headers[place] for place in places)
            self.doubts.append(f"{named}: named like {kind}, but only {fit:.0%} of its values read as one")
            return
        self._give(kind, places, why)

    def _give(self, kind: str, places: tuple[int, ...], why: str) -> None:
        headers = tuple(self._headers[place] for place in places)
        self.columns[kind] = Column(places, headers, why, self._fit(kind, places))
        self._taken.update(places)

    def _fit(self, kind: str, places: tuple[int, ...]) -> float | None:
        values = [join_cells(cells) for cells in zip(*(self._values[place] for place in places), strict=True)]
        if not any(value.strip() for value in values):
            return None
        return self._kinds[kind].looks_like(values)

    def _free(self) -> list[int]:
        return [place for place in range(len(self._headers)) if place not in self._taken]

    def _place(self, name: str) -> int:
        if name in self._headers:
            return self._headers.index(name)
        words = [header_words(header) for header in self._headers]
        if header_words(name) in words:
            return words.index(header_words(name))
        if name.isdecimal() and 1 <= int(name) <= len(self._headers):
            return int(name) - 1
        raise ColumnError(f"there is no column {name!r}", hint=f"Columns are: {', '.join(self._headers)}.")

    @staticmethod
    def _longest(word: str, aliases: Mapping[str, str]) -> str | None:
        inside = [alias for alias in aliases if len(alias) > 1 and alias in word and alias != "id"]
        return aliases[max(inside, key=len)] if inside else None


def join_cells(cells: Sequence[str]) -> str:
    """Cells of one value as one text; a space marks where they join, which names need and addresses ignore."""
    return cells[0] if len(cells) == 1 else " ".join(filter(None, cells))


def _is_header(row: list[str], kinds: Mapping[str, IdentifierKind]) -> bool:
    words = {header_words(cell) for cell in row}
    known = {header_words(alias) for kind in kinds.values() for alias in kind.headers} | set(PARTS)
    if words & known:
        return True
    telling = [kinds[kind] for kind in ("email", "phone", "postal_code", "birth_date")]
    return not any(kind.canonical(cell) for kind in telling for cell in row)


def _is_unique(values: list[str]) -> bool:
    filled = [value for value in values if value]
    return bool(filled) and len(set(filled)) == len(filled)
