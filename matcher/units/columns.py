"""Which column of a table holds which kind of identifier: by its header, and by what a sample of it looks like.

Columns are typed once a table. Parts that people keep in columns of their own (姓 and 名, 都道府県 … 番地, 090 | 0012 |
3400) become one field: `fingerprints.columns.parts` finds them.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from core.processes.patterns import later
from fingerprints.columns.halves import find_whole_names
from fingerprints.columns.parts import (
    Field,
    from_serials,
    in_order,
    part_of_header,
    split_by_header,
    split_by_shape,
    together,
)
from fingerprints.identifiers import kind_classes
from fingerprints.identifiers.interface import header_words
from matcher.find.masked import is_masked
from matcher.find.names import LATIN_GAPS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fingerprints.identifiers import IdentifierKind
    from matcher.readers.interface import Rows

__all__ = ["Field", "kind_of_header", "type_columns"]

SAMPLE = 60
# From the most telling shape to the least: the first that fits well enough has the column.
_BY_SHAPE = (
    ("email", 0.5),
    ("card_number", 0.9),
    ("phone", 0.6),
    ("birth_date", 0.6),
    ("postal_code", 0.6),
    ("address", 0.5),
    ("kana", 0.7),
    ("name", 0.7),
)
# Almost any words read as a name: without a header to say so, only short ones are taken for names.
_SHORT_NAME = later(
    r"[^\W\d_a-zA-Z]{1,5}[\s・]?[^\W\d_a-zA-Z]{1,6}(?:\s{0,2}(?:様|さま|さん|殿|氏))?"
    rf"|[A-Za-z'.-]{{1,20}}(?:[{LATIN_GAPS}]{{1,2}}[A-Za-z'.-]{{1,20}}){{1,4}}"
)
_DIFFERENT = 0.4  # share of different values in a column that is taken for names, or kana, without a header to say so
_HEADER_SHARE = 0.25  # of a column's cells that must fit the kind its header names
# Words that mean a person's name where they stand alone, and nothing as a part of another word (契約者住所).
_ALONE = {
    header_words(word): kind
    for kind, words in {
        "name": "契約者 契約者様 ご契約者 ご契約者様 契約者さま ご契約者さま 顧客 顧客様 お客様 お客さま 会員 利用者 "
        "利用者様 加入者 名義 名義人 宛先 宛名様 受取人 届先 お届け先 本人 使用者 "
        "client customer subscriber person holder who",
        "kana": "ふりがな よみがな よみかた 読み 読み方 ナマエ シメイ ナマエカナ reading yomi",
        "phone": "番号携帯 でんわ でんわばんごう デンワ ケータイ けいたい ph contact call cell",
        "birth_date": "たんじょうび 生まれ 生年 born 誕生 出生日",
        "postal_code": "postal zipno ゆうびん",
        "address": "じゅうしょ ジユウシヨ 住まい 居所 location 設置場所 居住地 送付先 residence",
        "email": "eメアド メアド めーる eml",
    }.items()
    for word in words.split()
}
_PLAINLY_PHONES, _FREELY = 0.25, 0.85
"""Shares of a column's cells: whole numbers, and those with or without their zero."""
_NAMES = frozenset({"name", "kana"})
_HALF_OF = frozenset({None, *_NAMES})
"""What the headers of halves of names may seem to name."""
_FOUR = later("[0-9０-９]{4}")
FEWEST_NAMES = 12  # cells without a header from which a column of names is told from one of remarks
MOSTLY_DIFFERENT = 0.8  # of a column's cells, where they are the ends of numbers
_LAST_FOUR = ("下4", "下四", "末尾4", "末尾四", "last4", "lastfour", "下桁")


@cache
def _headers() -> dict[str, str]:
    return {word: name for name, kind in kind_classes().items() for word in kind.headers}


@cache
def kind_of_header(header: str) -> str | None:
    """The kind (or part of one) that a header names: whole, or by the longest header word it ends or begins with."""
    words = header_words(header.rsplit(".", 1)[-1])
    if any(sign in words for sign in _LAST_FOUR):
        return "phone.last4"
    part = part_of_header(header)
    if part:
        return part
    if words in _headers() or words in _ALONE:
        return _headers().get(words) or _ALONE[words]
    shortest = 2
    inside = [
        w
        for w in _headers()
        if len(w) >= shortest and (words.startswith(w) or words.endswith(w)) and w not in {"id", "name"}
    ]
    return _headers()[max(inside, key=len)] if inside else None


def type_columns(rows: Rows, kinds: Mapping[str, IdentifierKind]) -> tuple[Field, ...]:
    """The fields of a table; a column of no kind belongs to none."""
    samples = [_sample(column) for column in rows.columns]
    fields = _whole_names(rows.header, samples)
    kinds_found = {field.kind for field in fields}
    taken = {column for field in fields for column in field.columns}
    fields += [
        in_order(field, samples)
        for field in split_by_header(rows.header)
        if field.kind not in kinds_found and not taken & set(field.columns)
    ]
    taken = {column for field in fields for column in field.columns}
    for field in split_by_shape(rows.header, rows.columns, kinds, SAMPLE):
        if not taken & set(field.columns):
            fields.append(field)
            taken |= set(field.columns)
    shaped: list[Field] = []
    for number, sample in enumerate(samples):
        if number in taken:
            continue
        named = kind_of_header(rows.header[number]) if rows.header and rows.header[number] else None
        kind = _type_column(sample, named, kinds, rows.header[number] if rows.header else "")
        if kind:
            sure = named == kind or kind not in _NAMES or _are_different(sample)
            (fields if named == kind else shaped).append(Field(kind, (number,), sure, named == kind))
    return (*fields, *together(shaped, samples, taken | {c for f in fields for c in f.columns}))


def _whole_names(header: Sequence[str], samples: Sequence[Sequence[str]]) -> list[Field]:
    """Names and readings whose halves stand in columns of their own, however those are headed."""
    named = [kind_of_header(word) if word else None for word in header]
    free = [n for n in range(len(samples)) if not header or n >= len(header) or named[n] in _HALF_OF]
    found = find_whole_names(header or [""] * len(samples), samples, free)
    return [Field(kind, places, labelled=bool(header)) for kind, places in found.items()]


def _sample(column: Sequence[str]) -> list[str]:
    """Cells that are not empty, from the whole length of the column."""
    step = max(1, len(column) // (4 * SAMPLE))
    return [cell for cell in column[::step] if cell.strip()][:SAMPLE]


def _type_column(
    sample: Sequence[str], named: str | None, kinds: Mapping[str, IdentifierKind], header: str
) -> str | None:
    if not sample:
        return None
    dates = from_serials(sample) if named == "birth_date" else sample
    if named and _fits(named, dates, kinds, _HEADER_SHARE, labelled=True):
        return named
    for name, enough in _BY_SHAPE:
        shaped = [cell for cell in sample if name != "name" or _is_short_name(cell)]
        if name in _NAMES and len(set(shaped)) < _DIFFERENT * len(shaped):
            continue
        if len(shaped) >= enough * len(sample) and _fits(name, sample, kinds, enough):
            return name
        if name == "phone" and _are_phones(sample, kinds):
            return name
    return "phone.last4" if not header and _are_last_four(sample) else None


def _are_phones(sample: Sequence[str], kinds: Mapping[str, IdentifierKind]) -> bool:
    """Whether many cells are phone numbers, and nearly all others may be some that lost their zero."""
    plainly = _fits("phone", sample, kinds, _PLAINLY_PHONES)
    return plainly and _fits("phone", sample, kinds, _FREELY, labelled=True)


def _are_different(sample: Sequence[str]) -> bool:
    """Whether short words are names rather than remarks, which come again and again."""
    return len(sample) >= FEWEST_NAMES and len(set(sample)) >= MOSTLY_DIFFERENT * len(sample)


def _are_last_four(sample: Sequence[str]) -> bool:
    """Whether cells of four digits end phone numbers: all different, and some begin with 0, as no year does."""
    if not all(_FOUR.fullmatch(cell.strip()) for cell in sample):
        return False
    return len(set(sample)) >= MOSTLY_DIFFERENT * len(sample) and any(cell.strip()[0] in "0０" for cell in sample)


def _is_short_name(cell: str) -> bool:
    return bool(_SHORT_NAME.fullmatch(cell.strip())) or is_masked("name", cell)


def _fits(
    name: str, sample: Sequence[str], kinds: Mapping[str, IdentifierKind], share: float, *, labelled: bool = False
) -> bool:
    """Whether such a share of cells reads as the kind, or as the kind with characters masked.

    Most columns are of another kind, which their first cells show: no more of them are read than it takes to tell.
    """
    kind = kinds.get(name)
    read = kind.under_label if kind and labelled else kind.readings if kind else lambda _cell: None
    misses = 0
    for cell in sample:
        if not (read(cell) or is_masked(name, cell)):
            misses += 1
            if (len(sample) - misses) / len(sample) < share:
                return False
    return True
