"""What was understood of a file's columns, as it is shown to a person and followed by the reading of rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from core.texts import load_texts
from fingerprints.columns.parts import Field

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from custody.enrolment.table_format import TableFormat

SERIAL: Final = "serial"
"""Dates written as a spreadsheet counts days."""
FLOAT: Final = "float"
"""Whole numbers written as a program prints them that takes them for measurements: 20260001.0."""


@dataclass(frozen=True, slots=True)
class Column:
    """What one kind is read from.

    Attributes:
        places: Column numbers from 0, joined in this order.
        headers: Their headers.
        why: ``header``, ``content`` or ``map``.
        fit: Share of sampled values that read as the kind; None when all were empty.
        form: `SERIAL`, `FLOAT`, or nothing for values as people write them.
    """

    places: tuple[int, ...]
    headers: tuple[str, ...]
    why: str
    fit: float | None
    form: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something a person should know before the enrolment starts.

    Attributes:
        code: The key of its sentence in ``texts``, after ``warning.`` or ``note.``.
        values: What fills its placeholders: headers and counts, never a customer's value.
        warns: Whether it stands against starting at once.
    """

    code: str
    values: Mapping[str, Any]
    warns: bool = True

    def said(self, language: str = "en") -> str:
        """The sentence in that language."""
        return load_texts("custody", language)(f"{'warning' if self.warns else 'note'}.{self.code}", **self.values)


@dataclass(frozen=True, slots=True)
class ShownColumn:
    """One column of the file as it is shown.

    Attributes:
        place: Its number from 0.
        letter: Its letter, as spreadsheets have it.
        header: What names it; empty where nothing does.
        group: What the rows above its header say of it.
        samples: A few of its values, masked.
        kind: What is read from it; empty when it is not used.
        reads_as: What an unused column looks like; empty when it looks like nothing we know.
    """

    place: int
    letter: str
    header: str
    group: str
    samples: tuple[str, ...]
    kind: str = ""
    reads_as: str = ""


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """What was understood of a file, shown before anything is done.

    Attributes:
        table: How the file is written.
        has_header: Whether something names the columns.
        width: How many columns it has.
        columns: By kind.
        ignored: Headers of columns that are not used.
        further: More columns of a kind, such as a second phone.
        first_line: The line on which the customers begin.
        guarded: Whether cells are guarded against spreadsheets, as in ="090…".
        above: The rows before that one, which are no customers where they come again.
        remarks: What a person should know.
        seen: All columns, as they are shown.
        missing: Kinds that were looked for and not found.
    """

    table: TableFormat
    has_header: bool
    width: int
    columns: dict[str, Column]
    ignored: tuple[str, ...]
    further: tuple[tuple[str, Column], ...] = ()
    first_line: int = 1
    guarded: bool = False
    above: frozenset[tuple[str, ...]] = frozenset()
    remarks: tuple[Remark, ...] = ()
    seen: tuple[ShownColumn, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def warnings(self) -> tuple[Remark, ...]:
        """What stands against starting at once."""
        return tuple(remark for remark in self.remarks if remark.warns)

    def with_remarks(self, *more: Remark) -> ColumnPlan:
        """The same plan with more that a person should know."""
        return replace(self, remarks=(*self.remarks, *more))

    def all_columns(self) -> list[tuple[str, Column]]:
        """Every column that is used, with its kind."""
        return [*self.columns.items(), *self.further]


def join_columns(kind: str, columns: Sequence[Sequence[str]]) -> list[str]:
    """Values that stand in several columns, with what belongs between their parts."""
    return columns[0] if len(columns) == 1 else Field(kind, tuple(range(len(columns)))).joined(columns)  # type: ignore[return-value]
