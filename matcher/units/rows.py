"""Rows of a table as units: typed columns are read as their kind, everything else as free text row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.processes.patterns import later
from fingerprints.text import nfkc
from matcher.compare.romaji import begun_kana, beside_initial
from matcher.find.candidates import canonical_forms, found_in, found_within
from matcher.find.date_spans import NEWEST
from matcher.find.masked import is_masked, may_be_masked, readable_part
from matcher.find.names import PAIRED, names_in, readings_of
from matcher.units.columns import Field, type_columns
from matcher.units.units import LATEST_BIRTH, PERSONAL, Text, TextColumns, Units, as_compared

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from fingerprints.identifiers import IdentifierKind
    from matcher.readers.interface import Rows

_NUMERAL = later(r"\d")
_LATIN = later("[A-Za-z]")
_KANA_OR_LATIN = later("[ぁ-ゖァ-ヺｦ-ﾟA-Za-zＡ-Ｚａ-ｚ]")
_NAMES = ("name", "kana")
_WORDS = later(r"[一-鿿]{2}|[ァ-ヺｦ-ﾟ]{3}|[A-Z][A-Za-z]{1,20}[ ,|]{1,4}[A-Z][A-Za-z]")
HEAD = 50  # rows by which a table is judged
_NEVER_WORDS = frozenset({"phone", "phone.last4", "email", "postal_code", "birth_date"})


class RowUnits(Units):
    """Every row of a batch of a table."""

    def __init__(self, rows: Rows, kinds: Mapping[str, IdentifierKind], fields: Sequence[Field] | None = None) -> None:
        places = np.asarray(rows.places, np.int64)
        super().__init__(kinds, np.zeros(places.size, np.bool_), places, rows.place)
        self.rows = rows
        self.fields = tuple(type_columns(rows, kinds) if fields is None else fields)
        self._cells = {f: f.joined(rows.columns) for f in self.fields}
        self._forms = {
            f: canonical_forms(kinds[f.kind], cells, labelled=f.labelled or f.kind == "phone")  # its column says it
            for f, cells in self._cells.items()
            if f.kind in kinds
        }
        elsewhere = {c for f in self.fields if f.kind in _NEVER_WORDS for c in f.columns}
        self._words = [column for number, column in enumerate(rows.columns) if number not in elsewhere]
        addresses = {c for f in self.fields if f.kind.partition(".")[0] == "address" for c in f.columns}
        self._but_addresses = [
            column for number, column in enumerate(rows.columns) if number not in elsewhere | addresses
        ]
        typed = {column for f in self.fields for column in f.columns}
        self._loose = [column for number, column in enumerate(rows.columns) if number not in typed]
        self._cells_of: dict[str, list[list[str]]] = {}
        for known in self.fields:
            self._cells_of.setdefault(known.kind, []).append(self._cells[known])
            self._collect(known)
        self._collect_rest()

    def text(self, kind: str, unit: int) -> Text:
        """The cell of that kind; the whole row when no column is of that kind or the cell is empty."""
        cell = self._cell(kind, unit)
        if kind in _NAMES:
            name = cell if kind == "name" else self._cell("name", unit)
            surname = beside_initial(name) if name.isascii() else ""
            if surname and kind == "name":
                return Text(self.kinds[kind].canonical(cell) or cell, cut=True)
            if surname and not cell:
                return Text(begun_kana(surname), cut=True)
        if cell:
            part = readable_part(cell)
            shown = cell if part is None else part
            # Latin names are kept with their words in an order of their own.
            in_order = kind == "name" and shown.isascii()
            read = self._canonical(kind, shown) if part is None or in_order else None
            text = read or self.kinds[kind].comparable(shown)
            cut = part is not None or (kind == "address" and _NUMERAL.search(text) is None)
            sure = self._is_sure(kind) and not (kind == "name" and text.isascii())
            return Text(text, alone=True, cut=cut, turned=self._turned(kind, shown), sure=sure)
        words = self._row(unit, named=kind in _NAMES)
        if kind == "kana" and not _KANA_OR_LATIN.search(words):
            return Text("")
        return Text(as_compared(self.kinds[kind], words))

    def written(self, kind: str, unit: int) -> str:
        """The cell of that kind as it stands there; empty where there is none."""
        return self._cell(kind, unit).strip()

    def _canonical(self, kind: str, cell: str) -> str | None:
        labelled = any(known.labelled for known in self.fields if known.kind == kind)
        return self.kinds[kind].under_label(cell) if labelled else self.kinds[kind].canonical(cell)

    def texts(self, kind: str, units: Sequence[int]) -> TextColumns:
        """The texts of many units; a column with nothing masked and no Latin names in it is gone through at once."""
        fields = [known for known in self.fields if known.kind == kind]
        if len(fields) != 1 or not self._is_plain(kind):
            return super().texts(kind, units)
        forms, count = self._forms[fields[0]], len(units)
        read = [forms[unit] for unit in units]
        given = TextColumns(
            [some[0] if some else "" for some in read],
            [True] * count,
            [_NUMERAL.search(some[0]) is None if some else False for some in read]
            if kind == "address"
            else [False] * count,
            [some[-1] if some[1:] else "" for some in read],
            [self._is_sure(kind)] * count,
        )
        for place in [n for n, some in enumerate(read) if not some]:
            given.put(place, self.text(kind, units[place]))
        return given

    def _is_sure(self, kind: str) -> bool:
        return all(known.sure for known in self.fields if known.kind == kind)

    def _turned(self, kind: str, cell: str) -> str:
        """A name's parts in the other order."""
        readings = self.kinds[kind].readings(cell) if kind in _NAMES else ()
        return readings[-1] if readings[1:] else ""

    def _is_plain(self, kind: str) -> bool:
        """Whether the readings of the kind's cells are all that `text` would find in them."""
        if may_be_masked(self._together(kind)):
            return False
        return kind not in _NAMES or _LATIN.search(self._together("name")) is None

    def _together(self, kind: str) -> str:
        """All cells of the kind."""
        return "\n".join(map("\n".join, self._cells_of.get(kind, ())))

    def _cell(self, kind: str, unit: int) -> str:
        """The first cell of that kind that is not empty."""
        for cells in self._cells_of.get(kind, ()):
            if cells[unit].strip():
                return cells[unit]
        return ""

    def has_field(self, kind: str) -> bool:
        """Whether a column holds it."""
        return kind in self._cells_of

    @property
    def has_loose(self) -> bool:
        """Whether there are columns of no kind."""
        return bool(self._loose)

    def masked(self, asked: NDArray[np.integer]) -> NDArray[np.int64]:
        """Rows with a cell of a kind that is masked, among those in which nothing was looked up."""
        unasked = np.ones(self.count, np.bool_)
        unasked[asked] = False
        rows = np.flatnonzero(unasked).tolist()
        found = set()
        for known in self.fields:
            cells = self._cells[known]
            if may_be_masked("\n".join(cells[n] for n in rows)):
                found |= {n for n in rows if cells[n] and is_masked(known.kind, cells[n])}
        return np.array(sorted(found), np.int64)

    def words(self, unit: int) -> str:
        """The row."""
        return " ".join(column[unit] for column in self.rows.columns if column[unit])

    def pieces(self) -> Iterator[str]:
        """The columns."""
        yield from map("\n".join, self.rows.columns)

    def _row(self, unit: int, *, named: bool = False) -> str:
        """The row but for cells that hold no words, to look for a name or an address in.

        Where names have a column, no other one is in the addresses'.
        """
        columns = self._but_addresses if named and any(kind in self._cells_of for kind in _NAMES) else self._words
        return " ".join(column[unit] for column in columns if column[unit])

    def _collect(self, known: Field) -> None:
        add = self.collected.add
        if known.kind not in self.kinds:
            for unit, cell in enumerate(self._cells[known]):
                if is_masked(known.kind, cell):
                    add(unit, known.kind, nfkc(cell.strip()))
            return
        personal = known.kind in PERSONAL or known.kind in {"name", "kana"}
        self.collected.add_many(known.kind, self._forms[known])
        if personal:
            there = self._forms[known]
            self.people |= True if all(there) else np.fromiter(map(bool, there), np.bool_, self.count)
        if known.kind not in _NAMES:
            return
        for unit, forms in enumerate(self._forms[known]):
            if not forms and known.kind == "kana":  # customers without kana have their name there
                for form in self.kinds["name"].readings(self._cells[known][unit]):
                    add(unit, "name", form)
        if known.kind == "name":
            self._collect_readings(known)

    def _collect_readings(self, names: Field) -> None:
        """The kana of names in Latin letters."""
        for unit, forms in enumerate(self._forms[names]):
            if forms and forms[0].isascii():
                for kind, form in readings_of(self._cells[names][unit], self.kinds):
                    self.collected.add(unit, kind, form)

    def _collect_rest(self) -> None:
        """Cells of no kind, and cells that do not fit their column's kind: as free text, row by row."""
        misfits = [
            [cell if cell and not forms else "" for cell, forms in zip(cells, self._forms[f], strict=True)]
            for f, cells in self._cells.items()
            if f.kind in self.kinds and self.kinds[f.kind].posted and not all(self._forms[f])
        ]
        filled = [column for column in (*self._loose, *misfits) if any(column)]
        if not filled:
            return
        lines = list(map(" | ".join, zip(*filled, strict=True)))
        text = "\n".join(lines)
        if text.count("\n") >= len(lines):
            lines = [line.replace("\n", " ") for line in lines]
            text = "\n".join(lines)
        named = any(kind in self._cells_of for kind in _NAMES)
        worded = not named and "name" in self.kinds and _is_worded(lines)
        ends = np.cumsum(np.fromiter(map(len, lines), np.int64, len(lines)) + 1)
        found = found_in(text, self.kinds, weak=named or worded, newest=LATEST_BIRTH if worded else NEWEST)
        units = np.searchsorted(ends, [start for start, *_ in found], "right")
        if not named:  # a birth date or a postal code says something only beside something else
            for unit in np.unique(units).tolist():
                for _, _, kind, canonical in found_within(lines[unit], [(0, len(lines[unit]))], self.kinds):
                    self._take(unit, kind, canonical)
            if worded:
                self._collect_names(lines)
            return
        for unit, (_, _, kind, canonical) in zip(units.tolist(), found, strict=True):
            self._take(unit, kind, canonical)

    def _collect_names(self, lines: Sequence[str]) -> None:
        """Where no column holds names: what may be one, beside what says more with a name."""
        beside = {unit for term, (units, _) in self.collected.values.items() if term in PAIRED for unit in units}
        for unit in sorted(beside):
            for kind, canonical in names_in(lines[unit].replace(" | ", " "), self.kinds):
                self.collected.add(unit, kind, canonical)


def _is_worded(lines: Sequence[str]) -> bool:
    """Whether most rows hold words that could be a name."""
    head = lines[:HEAD]
    return sum(_WORDS.search(line) is not None for line in head) >= len(head) / 2
