"""Rows of a table read as customers: a batch of cells becomes fingerprints, and reasons for what could not be used.

A batch is worked on in a child process when the file is large; everything here is a function of its arguments.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from custody.enrolment.column_plan import FLOAT, SERIAL, join_columns
from custody.enrolment.plan.asides import bare_cell, is_aside
from fingerprints.building.prints import Printer, Prints, is_usable
from fingerprints.columns.parts import as_day
from fingerprints.identifiers import load_kinds
from fingerprints.identifiers.customer_number import NUMBER_KIND

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from custody.enrolment.column_plan import ColumnPlan
    from fingerprints.index.generation import Index
    from fingerprints.secrets.keys import Key

_REPEATED: Final = frozenset({"postal_code", "birth_date"})
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


class RowReader:
    """Turns batches into fingerprints by one plan, under one key."""

    def __init__(self, plan: ColumnPlan, key: Key, index: Index | None, as_of: int | None = None) -> None:
        self._width = plan.width
        self._guarded = plan.guarded
        self._places = {kind: column.places for kind, column in plan.columns.items()}
        self._further = plan.further
        self._canonical = {kind: _reading(kind, column.form) for kind, column in plan.columns.items()}
        self._printer = Printer(key, index, as_of)

    def read(self, batch: Batch) -> Work:
        """Fingerprints of one batch, and what could not be used of it."""
        rejected: list[Rejected] = []
        whole = self._whole_rows(batch, rejected)
        texts = {kind: self._texts(batch, whole, kind, places) for kind, places in self._places.items()}
        values = {kind: [read(text) if text else None for text in texts[kind]] for kind, read in self._read_items()}
        filled = {kind: len(column) - column.count("") for kind, column in texts.items()}
        unread = {kind: filled[kind] - sum(map(bool, column)) for kind, column in values.items()}
        usable = self._usable(batch, whole, texts, values, rejected)
        if len(usable) < len(whole):
            values = {kind: [column[n] for n in usable] for kind, column in values.items()}
        more = self._more(batch, [whole[n] for n in usable], filled, unread)
        rejected.sort(key=lambda r: r.row)
        return Work(
            prints=self._printer.print_rows(values, more) if usable else None,
            rows=len(batch.lines),
            rejected=rejected,
            unread=unread,
            filled=filled,
            numbers=[number for number in values.get(NUMBER_KIND, ())[:_SAMPLED_NUMBERS] if number],
        )

    def _read_items(self) -> list[tuple[str, Callable[[str], str | None]]]:
        return list(self._canonical.items())

    def _more(
        self, batch: Batch, rows: list[int], filled: dict[str, int], unread: dict[str, int]
    ) -> list[tuple[str, list[str | None]]]:
        """Further columns of the kinds, such as a second phone; what they hold is counted with the first."""
        more = []
        for kind, column in self._further:
            texts = self._texts(batch, rows, kind, column.places)
            values = [self._canonical[kind](text) if text else None for text in texts]
            filled[kind] += len(texts) - texts.count("")
            unread[kind] += len(texts) - texts.count("") - sum(map(bool, values))
            more.append((kind, values))
        return more

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

    def _texts(self, batch: Batch, whole: list[int], kind: str, places: tuple[int, ...]) -> list[str]:
        if len(places) == 1:
            place = places[0]
            cells = [batch.cells[n][place].strip() if place < len(batch.cells[n]) else "" for n in whole]
            return list(map(bare_cell, cells)) if self._guarded else cells
        return join_columns(kind, [self._texts(batch, whole, kind, (place,)) for place in places])

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


def _reading(kind: str, form: str) -> Callable[[str], str | None]:
    """What gives a value of a column its canonical form."""
    read = load_kinds()[kind].under_label
    if form == SERIAL:
        return lru_cache(_REMEMBERED)(lambda text: read(as_day(text)))
    if form == FLOAT:
        return lambda text: read(text.removesuffix(".0"))
    return lru_cache(_REMEMBERED)(read) if kind in _REPEATED else read


def _reason(has: frozenset[str], unread: list[str]) -> str:
    reason = f"only {', '.join(sorted(has))}: cannot be told from others" if has else "nothing to tell a customer by"
    return f"{reason}; not read: {', '.join(unread)}" if unread else reason
