"""Which column of a table holds which kind of identifier: by its header, and by what a sample of it looks like.

Columns are typed once a table. Parts that people keep in columns of their own (姓 and 名, 都道府県 … 番地)
become one field.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from fingerprints.identifiers import kind_classes
from fingerprints.identifiers.interface import header_words
from matcher.masked import is_masked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fingerprints.identifiers import IdentifierKind
    from matcher.readers.interface import Rows

SAMPLE = 60
# From the most telling shape to the least: the first that fits well enough has the column.
_BY_SHAPE = (
    ("email", 0.5),
    ("phone", 0.6),
    ("birth_date", 0.6),
    ("postal_code", 0.6),
    ("address", 0.5),
    ("kana", 0.7),
    ("name", 0.7),
)
# Almost any words read as a name: without a header to say so, only short ones are taken for names.
_SHORT_NAME = re.compile(
    r"[^\W\d_a-zA-Z]{1,5}[\s・]?[^\W\d_a-zA-Z]{1,6}|[A-Za-z'.-]{1,20}(?:,?[ 　][A-Za-z'.-]{1,20}){1,4}"
)
_HEADER_SHARE = 0.25  # of a column's cells that must fit the kind its header names
# Headers of columns that hold a part of a field, in the order in which the parts are joined.
_SPLIT = {
    "name": ("姓 氏 苗字 漢字姓 姓漢字 lastname familyname surname", "名 漢字名 名漢字 firstname givenname"),
    "kana": (
        "セイ 姓カナ 氏カナ カナ姓 姓フリガナ フリガナ姓 lastnamekana",
        "メイ 名カナ カナ名 名フリガナ フリガナ名 firstnamekana",
    ),
    "address": (
        "都道府県 都道府県名 prefecture pref state",
        "市区町村 市町村 市区町村名 city 住所1",
        "町域 町名 住所2 street town address1",
        "番地 丁目番地 番地等 住所3 address2",
        "建物名 建物 マンション名 建物名等 住所4 building",
    ),
}
_PARTS = {
    word: (kind, order) for kind, parts in _SPLIT.items() for order, words in enumerate(parts) for word in words.split()
}


@dataclass(frozen=True, slots=True)
class Field:
    """One identifier kind (or part of one, as pairs name it) and the columns, in order, that hold it together."""

    kind: str
    columns: tuple[int, ...]


@cache
def _headers() -> dict[str, str]:
    return {word: name for name, kind in kind_classes().items() for word in kind.headers}


@cache
def kind_of_header(header: str) -> str | None:
    """The kind that a header names: whole, or by the longest header word it ends or begins with."""
    words = header_words(header.rsplit(".", 1)[-1])
    if words in _PARTS:
        return _PARTS[words][0]
    if words in _headers():
        return _headers()[words]
    shortest = 2
    inside = [
        w
        for w in _headers()
        if len(w) >= shortest and (words.startswith(w) or words.endswith(w)) and w not in {"id", "name"}
    ]
    return _headers()[max(inside, key=len)] if inside else None


_LAST_FOUR = ("下4", "下四", "末尾4", "末尾四", "last4", "lastfour")


def type_columns(rows: Rows, kinds: Mapping[str, IdentifierKind]) -> tuple[Field, ...]:
    """The fields of a table; a column of no kind belongs to none."""
    fields = _split_fields(rows.header)
    taken = {column for field in fields for column in field.columns}
    for number, column in enumerate(rows.columns):
        if number in taken:
            continue
        named = _named(rows.header[number]) if rows.header else None
        kind = _type_column(_sample(column), named, kinds)
        if kind:
            fields.append(Field(kind, (number,)))
    return tuple(fields)


def _named(header: str) -> str | None:
    if any(sign in header_words(header) for sign in _LAST_FOUR):
        return "phone.last4"
    return kind_of_header(header) if header else None


def _sample(column: Sequence[str]) -> list[str]:
    """Cells that are not empty, from the whole length of the column."""
    step = max(1, len(column) // (4 * SAMPLE))
    return [cell for cell in column[::step] if cell.strip()][:SAMPLE]


def _type_column(sample: Sequence[str], named: str | None, kinds: Mapping[str, IdentifierKind]) -> str | None:
    if not sample:
        return None
    if named and _fit(named, sample, kinds) >= _HEADER_SHARE:
        return named
    for name, enough in _BY_SHAPE:
        shaped = [cell for cell in sample if name != "name" or _SHORT_NAME.fullmatch(cell.strip())]
        if len(shaped) >= enough * len(sample) and _fit(name, sample, kinds) >= enough:
            return name
    return None


def _fit(name: str, sample: Sequence[str], kinds: Mapping[str, IdentifierKind]) -> float:
    """Share of cells that read as the kind, or as the kind with characters masked."""
    kind = kinds.get(name)
    fits = (bool(kind and kind.readings(cell)) or is_masked(name, cell) for cell in sample)
    return sum(fits) / len(sample)


def _split_fields(header: Sequence[str]) -> list[Field]:
    """Fields whose parts stand in columns of their own; one part alone is none."""
    parts: dict[str, list[tuple[int, int]]] = {}
    for number, word in enumerate(header):
        kind, order = _PARTS.get(header_words(word.rsplit(".", 1)[-1]), ("", 0))
        if kind and order not in {o for o, _ in parts.get(kind, [])}:
            parts.setdefault(kind, []).append((order, number))
    return [Field(kind, tuple(n for _, n in sorted(found))) for kind, found in parts.items() if len(found) > 1]
