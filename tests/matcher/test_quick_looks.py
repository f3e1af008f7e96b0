"""What is looked at first, because it is quick, passes nothing over that a closer look would see."""

from __future__ import annotations

import tracemalloc
from itertools import groupby
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fingerprints.identifiers import kind_classes
from matcher.document import Cuts, Document, Limits
from matcher.find import names
from matcher.find.character_classes import DECIMAL, MASK, MEMBERS, PAD, SEPARATOR, Signs
from matcher.readers import load_readers, open_document
from matcher.readers.interface import Prose, Rows
from matcher.readers.records import ldif, sql_dump, vcard
from matcher.readers.tables import _run_together
from matcher.readers.texts import _stretches
from tests.matcher.reading import passages

WORDS = [
    *"\n \t(),;'`[]:={}", "İ", "dn", "DN: ", "Dn:: ", "uid=a", "BEGIN:VCARD", "begin:VCard", "insert",
    "INTO", "Replace", "copy", "t", "values", "VALUES (1)", "FROM stdin", "架空", "K", "ſ", "or ignore",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(WORDS), max_size=30).map("".join)
PATTERNS = {"ldif": ldif._DN, "vcard": vcard._BEGIN, "sql": sql_dump._HEAD}  # noqa: SLF001


def _stretches_line_by_line(text: str) -> list[tuple[int, int, int]]:
    """Stretches of lines with equally many of one delimiter, the longest first, by what is written of them."""
    lines, found = text.split("\n"), []
    for sign in _stretches.SIGNS:
        counts = [line.count(sign) or (line.count("+") if sign == "|" and sign in text else 0) for line in lines]
        first = 0
        for count, same in groupby(counts):
            size = len(list(same))
            if count and size >= _stretches.FEWEST_LINES:
                found.append((first, first + size))
            first += size
    taken: set[int] = set()
    kept = []
    for first, end in sorted(found, key=lambda run: run[0] - run[1]):
        if taken.isdisjoint(range(first, end)):
            taken |= set(range(first, end))
            start = sum(len(line) + 1 for line in lines[:first])
            kept.append((start, start + len("\n".join(lines[first:end])), first))
    return sorted(kept)


BYTES_A_SIGN = 10
LINES = st.sampled_from([*",;|+/\t／é𠮷", "", ",;", ",a,b", ";|", "+-+", "氏名／住所"])


@settings(max_examples=500, deadline=None)
@given(st.lists(LINES, max_size=14).map("\n".join))
@example("a|b\n-+-\nc|d\n")
@example("+\n+\n+")
def test_lines_counted_all_at_once_are_those_counted_one_by_one(text: str) -> None:
    assert list(_stretches._runs(text)) == _stretches_line_by_line(text)  # noqa: SLF001
    for size in (1, 2, 7):
        with patch.object(_stretches, "_PART", size):
            assert list(_stretches._runs(text)) == _stretches_line_by_line(text)  # noqa: SLF001


def test_a_long_page_of_nothing_but_delimiters_takes_a_few_bytes_a_sign() -> None:
    text = (",;|/+\t" * 13 + "x\n") * 100_000
    tracemalloc.start()
    try:
        assert len(_stretches._runs(text)) == 1  # noqa: SLF001
        assert tracemalloc.get_traced_memory()[1] < BYTES_A_SIGN * len(text)
    finally:
        tracemalloc.stop()


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.sampled_from(sorted(PATTERNS)))
@example("İnsert INTO t values (1)\nINSERT t VALUES (1)", "sql")
@example("x\nDN:a", "ldif")
@example("\nBegin:vCard\n", "vcard")
def test_a_reader_that_looks_for_words_knows_what_its_pattern_knows(text: str, name: str) -> None:
    source = open_document(Document("x", text.encode()), Limits(), Cuts())
    (reader,) = (reader for reader in load_readers() if reader.name == name)
    assert (reader.recognises(source) > 0) == (
        not source.is_binary and PATTERNS[name].search(source.head_text) is not None
    )


@settings(deadline=None)
@given(st.text(alphabet=[*"0123*xX#_ -.年＊●〇架", "𠮷"], max_size=60), st.sampled_from([DECIMAL | SEPARATOR, MASK]))
def test_signs_in_a_row_are_counted(text: str, bits: int) -> None:
    signs, of = "".join(some for some, bit in MEMBERS if bit & bits), Signs(text)
    for count in range(1, 12):
        rows = of.in_a_row(bits, count)[PAD : PAD + len(text)].tolist()
        plain = [at + count <= len(text) and all(c in signs for c in text[at : at + count]) for at in range(len(text))]
        assert rows == plain
    assert [of.holds(sign) for sign in "*●x年"] == [sign in text for sign in "*●x年"]


def _label_texts() -> st.SearchStrategy[str]:
    labels = [word for word in names._label_words(*kind_classes()) if word.isascii()]  # noqa: SLF001
    signs = st.sampled_from([*" \n\t:=|/>,)]_1x$", "\x1c"])
    return st.lists(st.one_of(st.sampled_from(labels), st.sampled_from(labels).map(str.upper), signs), max_size=20).map(
        "".join
    )


@settings(max_examples=300, deadline=None)
@given(_label_texts())
def test_labels_in_ascii_are_those_that_all_labels_find_there(text: str) -> None:
    every, plain = names._labels(), names._ascii_labels()  # noqa: SLF001
    assert plain.sub("、", text) == every.sub("、", text)


@settings(deadline=None)
@given(st.integers(1, 6), st.integers(1, 9), st.integers(1, 12), st.randoms(use_true_random=False))
def test_places_that_hold_in_a_row_are_counted_at_once(rows: int, columns: int, width: int, draw: object) -> None:
    holds = np.random.default_rng(draw.getrandbits(32)).random((rows, columns)) < 0.8  # type: ignore[attr-defined]
    told = _run_together._all_of(holds, width)  # noqa: SLF001
    assert told.tolist() == [[bool(row[at : at + width].all()) for at in range(columns - width + 1)] for row in holds]


CALLS = [
    "a = read(row, 'name', None)\nb = read(row, 'tel', None)\nc = read(row, 'mail', None)\n",
    "    email(to, name, text)\n    email(to, name, text)\n    email(to, name, text)\n",
]


@pytest.mark.parametrize("code", CALLS)
def test_arguments_of_a_call_name_no_columns(code: str) -> None:
    text = "A program, as it stands.\n\n" + code + "\nThat was all of it.\n"
    assert all(isinstance(passage, Prose) for passage in passages(text.encode())[0])


@pytest.mark.parametrize(
    "header", ["氏名,電話(自宅),メール", "name,tel (home),mail [1]", "(name,tel,mail)", "[氏名,電話,備考]"]
)
def test_columns_may_have_remarks_in_brackets_and_rows_stand_in_them(header: str) -> None:
    rows = f"{header}\n(架空一郎,x,a)\n(仮名二葉,y,b)\n(架空三郎,z,c)\n"
    rows = rows if header[0] in "([" else rows.replace("\n(", "\n").replace(")\n", "\n")
    text = "お世話になっております。名簿を貼ります。\n\n" + rows + "\n以上です。よろしくお願いします。\n"
    tables = [passage for passage in passages(text.encode())[0] if isinstance(passage, Rows)]
    assert [table.header for table in tables] == [tuple(header.split(","))]


@pytest.mark.parametrize("count", [3, 60])
@pytest.mark.parametrize(("header", "cells"), [
    ("氏名,電話(市外局番,市内局番,番号)", "{name},090,0012,34{n:02}"),
    ("name,phone(area,local,number)", "{name},090,0012,34{n:02}"),
    ("氏名,生年月日(年,月,日)", "{name},1985,4,{n}"), ("1) 氏名,フリガナ,電話下4桁", "{name},カクウ,34{n:02}"),
    ("氏名(漢字,カナ),電話下4桁", "{name},カクウ,34{n:02}"), ("氏名（笑,住所,電話下4桁", "{name},東京都,34{n:02}"),
])  # fmt: skip
def test_a_remark_that_goes_over_columns_leaves_a_header_what_it_is(header: str, cells: str, count: int) -> None:
    rows = "\n".join(cells.format(name=f"架空{chr(0x4E00 + n)}", n=n % 28 + 1) for n in range(count))
    text = (
        "メモ\nこれは昨日の集まりの一覧です。\n"
        + "今日は晴れでした。\n" * count
        + f"\n{header}\n{rows}\n\nよろしく。\n"
    )
    tables = [passage for passage in passages(text.encode())[0] if isinstance(passage, Rows)]
    assert [len(table.places) for table in tables] == [count]
    assert tables[0].header == tuple(header.split(","))
