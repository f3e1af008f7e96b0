"""What was understood of a file's columns, as it is shown to a person and followed by the reading of rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from custody.enrolment.table_format import TableFormat

PARTS: Final[Mapping[str, tuple[str, int]]] = {
    **dict.fromkeys(("姓", "氏", "名字", "苗字", "姓漢字", "lastname", "familyname", "surname"), ("name", 0)),
    **dict.fromkeys(("名", "名漢字", "firstname", "givenname"), ("name", 1)),
    **dict.fromkeys(
        ("セイ", "姓カナ", "姓フリガナ", "カナ姓", "氏カナ", "lastnamekana", "familynamekana"), ("kana", 0)
    ),
    **dict.fromkeys(("メイ", "名カナ", "名フリガナ", "カナ名", "firstnamekana", "givennamekana"), ("kana", 1)),
    **dict.fromkeys(("都道府県", "都道府県名", "prefecture"), ("address", 0)),
    **dict.fromkeys(("streetnumber", "housenumber"), ("address", 0)),
    **dict.fromkeys(("市区町村", "市区町村名", "市区郡", "city", "住所1", "address1", "addr1"), ("address", 1)),
    **dict.fromkeys(("suburb", "locality", "state"), ("address", 4)),
    **dict.fromkeys(
        ("町名", "町域", "町名番地", "番地", "住所2", "address2", "addr2", "street", "丁目番地"), ("address", 2)
    ),
    **dict.fromkeys(
        ("住所3", "address3", "addr3", "建物", "建物名", "方書", "マンション名", "building"), ("address", 3)
    ),
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
        further: More columns of a kind, such as a second phone.
        first_line: The line on which the customers begin.
    """

    table: TableFormat
    has_header: bool
    width: int
    columns: dict[str, Column]
    ignored: tuple[str, ...]
    doubts: tuple[str, ...]
    further: tuple[tuple[str, Column], ...] = ()
    first_line: int = 1


def join_cells(cells: Sequence[str]) -> str:
    """Cells of one value as one text; a space marks where they join, which names need and addresses ignore."""
    return cells[0] if len(cells) == 1 else " ".join(filter(None, cells))
