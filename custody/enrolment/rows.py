"""Rows of a table read as customers: a batch of cells becomes fingerprints, and reasons for what could not be used.

A batch is worked on in a child process when the file is large; everything here is a function of its arguments.
"""

from __future__ import annotations

import operator
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from custody.enrolment.column_plan import FLOAT, SERIAL, join_columns
from custody.enrolment.plan.asides import bare_cell, is_aside
from fingerprints.building.prints import Printer, Prints, is_usable
from fingerprints.columns.parts import as_day
from fingerprints.identifiers import load_kinds
from fingerprints.identifiers.customer_number import NUMBER_KIND

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from custody.enrolment.column_plan import ColumnPlan
    from custody.enrolment.line_blocks import LineBlock
    from custody.enrolment.tables import Row
    from fingerprints.building.row_digests import SeenRows
    from fingerprints.index.generation import Index
    from fingerprints.secrets.keys import Key

_REPEATED: Final = frozenset({"birth_date"})
"""Kinds whose values come up again and again in a list: worth remembering."""
_REMEMBERED: Final = 1 << 15
_SAMPLED_NUMBERS: Final = 50
_NO_CUSTOMER: Final = "no customer: a note or a total"


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that could not be used, and why; never what stood in it."""

    row: int
    reason: str
    is_aside: bool = False
    """No customer at all: a total, a note, a page's foot. Such rows say nothing of the columns."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows as they were read: the line each begins on, its cells, and by position what is wrong with it."""

    lines: list[int]
    cells: list[list[str]]
    faults: dict[int, str] = field(default_factory=dict)

    @property
    def first(self) -> int:
        """The first row's line."""
        return self.lines[0]


def batch_of(rows: Iterable[Row], plan: ColumnPlan) -> Batch:
    """Rows that may be customers: below the title and the header, and none of those that come again."""
    begins = {cells[0] for cells in plan.above}
    batch = Batch([], [])
    for row in rows:
        if row.line < plan.first_line or (row.cells[0] in begins and tuple(row.cells) in plan.above):
            continue
        if row.fault:
            batch.faults[len(batch.lines)] = row.fault
        batch.lines.append(row.line)
        batch.cells.append(row.cells)
    return batch


@dataclass(frozen=True, slots=True)
class Work:
    """What became of a batch.

    Attributes:
        prints: Fingerprints of the usable rows; None when there was none.
        rows: How many rows the batch had.
        rejected: Rows that could not be used.
        unread: By kind, values that are not empty and yet not of the kind.
        filled: By kind, values that are not empty.
        numbers: Some of the customer numbers, to learn their form from.
    """

    prints: Prints | None
    rows: int
    rejected: list[Rejected]
    unread: dict[str, int] = field(default_factory=dict)
    filled: dict[str, int] = field(default_factory=dict)
    numbers: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Source:
    """Where the values of a kind stand in a row, and what gives them their canonical form."""

    kind: str
    places: tuple[int, ...]
    read: Callable[[Sequence[str]], list[str | None]]


class RowReader:
    """Turns batches into fingerprints by one plan, under one key."""

    def __init__(self, plan: ColumnPlan, key: Key, index: Index | None, as_of: int | None = None) -> None:
        self._plan = plan
        self._width = plan.width
        self._guarded = plan.guarded
        self._kinds = sorted(plan.columns)
        read = {kind: _reading(kind, column.form) for kind, column in plan.columns.items()}
        columns = [*((kind, plan.columns[kind]) for kind in self._kinds), *plan.further]
        self._columns = [_Source(kind, column.places, read[kind]) for kind, column in columns]
        self._form = repr([(kind, plan.columns[kind].form) for kind, _column in columns])
        self._printer = Printer(key, index, as_of)

    def read(self, part: Batch | LineBlock) -> Work:
        """Fingerprints of some rows, and what could not be used of them."""
        batch = part if isinstance(part, Batch) else batch_of(part.rows(), self._plan)
        rejected: list[Rejected] = []
        whole = self._whole_rows(batch, rejected)
        cells = self._by_column(batch, whole)
        texts = [self._texts(cells, source.kind, source.places) for source in self._columns]
        filled: Counter[str] = Counter()
        for source, column in zip(self._columns, texts, strict=True):
            filled[source.kind] += len(column) - column.count("")
        numbers = self._some_numbers(texts)
        seen = self._printer.look_up(self._form, texts)
        if seen.places.size < len(whole):
            places = seen.places.tolist()
            whole = [whole[n] for n in places]
            texts = [[column[n] for n in places] for column in texts]
        prints, unread = self._print(batch, whole, texts, seen, rejected)
        rejected.sort(key=lambda r: r.row)
        return Work(prints, len(batch.lines), rejected, unread, dict(filled), numbers)

    def _print(
        self, batch: Batch, whole: list[int], texts: list[list[str]], seen: SeenRows, rejected: list[Rejected]
    ) -> tuple[Prints | None, dict[str, int]]:
        """The fingerprints of rows that the index does not have as they are; by kind how many values are not read."""
        values: list[list[str | None]] = []
        unread = dict.fromkeys(self._kinds, 0)
        is_read = np.ones(len(whole), np.bool_)
        for source, column in zip(self._columns, texts, strict=True):
            values.append(source.read(column))
            lost = np.fromiter(map(operator.ne, map(bool, column), map(bool, values[-1])), np.bool_, len(whole))
            unread[source.kind] += int(lost.sum())
            is_read &= ~lost
        main = len(self._kinds)
        usable = self._usable(
            batch, whole, dict(zip(self._kinds, texts[:main], strict=True)),
            dict(zip(self._kinds, values[:main], strict=True)), rejected,
        )  # fmt: skip
        if not (usable or seen.unchanged.size):
            return None, unread
        if len(usable) < len(whole):
            values = [[column[n] for n in usable] for column in values]
        more = [(source.kind, column) for source, column in zip(self._columns[main:], values[main:], strict=True)]
        columns = dict(zip(self._kinds, values[:main], strict=True))
        return self._printer.print_rows(columns, more, seen.of(np.array(usable, np.intp), is_read)), unread

    def _some_numbers(self, texts: list[list[str]]) -> list[str]:
        """Customer numbers of the first rows, also of those that did not change."""
        if NUMBER_KIND not in self._kinds:
            return []
        place = self._kinds.index(NUMBER_KIND)
        read = self._columns[place].read
        return list(filter(None, read(texts[place][:_SAMPLED_NUMBERS])))

    def _whole_rows(self, batch: Batch, rejected: list[Rejected]) -> list[int]:
        whole = []
        for number, cells in enumerate(batch.cells):
            if number in batch.faults:
                rejected.append(Rejected(batch.lines[number], batch.faults[number]))
            elif len(cells) == self._width or not any(cells[self._width :]):
                whole.append(number)
            elif is_aside(cells, self._width):
                rejected.append(Rejected(batch.lines[number], _NO_CUSTOMER, is_aside=True))
            else:
                rejected.append(Rejected(batch.lines[number], f"{len(cells)} cells where {self._width} were expected"))
        return whole

    def _by_column(self, batch: Batch, whole: list[int]) -> list[Sequence[str]]:
        """The cells of some rows, column by column; those that a row lacks are empty."""
        rows = [batch.cells[n] for n in whole] if len(whole) < len(batch.cells) else batch.cells
        if set(map(len, rows)) <= {self._width}:
            return list(zip(*rows, strict=True)) or [()] * self._width
        return list(zip(*((row + [""] * self._width)[: self._width] for row in rows), strict=True))

    def _texts(self, cells: Sequence[Sequence[str]], kind: str, places: tuple[int, ...]) -> list[str]:
        if len(places) > 1:
            return join_columns(kind, [self._texts(cells, kind, (place,)) for place in places])
        texts = list(map(str.strip, cells[places[0]]))
        return list(map(bare_cell, texts)) if self._guarded else texts

    def _usable(
        self,
        batch: Batch,
        whole: list[int],
        texts: Mapping[str, Sequence[str]],
        values: Mapping[str, Sequence[str | None]],
        rejected: list[Rejected],
    ) -> list[int]:
        """The rows that can be told from others; most have a number, and are not looked at further."""
        numbers = values.get(NUMBER_KIND) or [None] * len(whole)
        usable = []
        for n, number in enumerate(numbers):
            if number:
                usable.append(n)
                continue
            has = frozenset(kind for kind, column in values.items() if column[n])
            if is_usable(has):
                usable.append(n)
            else:
                unread = sorted(kind for kind, column in texts.items() if column[n] and kind not in has)
                aside = not has and is_aside(batch.cells[whole[n]], self._width)
                rejected.append(Rejected(batch.lines[whole[n]], _NO_CUSTOMER if aside else _reason(has, unread), aside))
        return usable


def _reading(kind: str, form: str) -> Callable[[Sequence[str]], list[str | None]]:
    """What gives the values of a column their canonical forms, None for empty ones."""
    one = load_kinds()[kind].under_label
    if form == SERIAL:
        return _each(lru_cache(_REMEMBERED)(lambda text: one(as_day(text))))
    if form == FLOAT:
        return _each(lambda text: one(text.removesuffix(".0")))
    return _each(lru_cache(_REMEMBERED)(one)) if kind in _REPEATED else load_kinds()[kind].under_label_many


def _each(read: Callable[[str], str | None]) -> Callable[[Sequence[str]], list[str | None]]:
    return lambda texts: [read(text) if text else None for text in texts]


def _reason(has: frozenset[str], unread: list[str]) -> str:
    reason = f"only {', '.join(sorted(has))}: cannot be told from others" if has else "nothing to tell a customer by"
    return f"{reason}; not read: {', '.join(unread)}" if unread else reason
