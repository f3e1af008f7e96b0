"""Every format reads its own examples, refuses its misses, and no other format claims them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trails.errors import UnknownFormatError
from trails.formats import find_format, format_called, load_formats
from trails.formats.interface import ApartReader

if TYPE_CHECKING:
    from trails.formats.interface import FormatExample, TrailFormat

TABLE = ["日時,操作,お客様番号", "2026/04/01 10:00:00,照会,K000001", "2026/04/01 10:00:01,照会,K000002"]
FORMATS = list(load_formats().values())
EXAMPLES = [(one, example) for one in FORMATS for example in one.examples]
MISSES = [(one, text) for one in FORMATS for text in one.misses]


def lines_of(text: str) -> list[str]:
    return text.rstrip("\n").split("\n")


def read(one: TrailFormat, text: str, columns: list[str] | None = None) -> list[dict[str, str]]:
    lines = lines_of(text)
    parsed = one.open(lines, columns).read(lines, 1, last=True)
    assert len(parsed.frame) == len(parsed.numbers) == len(parsed.raw)
    return [{key: value for key, value in row.items() if value is not None} for row in parsed.frame.to_dicts()]


@pytest.mark.parametrize(("one", "example"), EXAMPLES, ids=lambda v: getattr(v, "name", ""))
def test_a_format_reads_its_examples(one: TrailFormat, example: FormatExample) -> None:
    assert read(one, example.text) == list(example.records)


@pytest.mark.parametrize(("one", "example"), EXAMPLES, ids=lambda v: getattr(v, "name", ""))
def test_reading_some_columns_gives_the_same_values(one: TrailFormat, example: FormatExample) -> None:
    wanted = list(example.records[0])[-2:]
    found = read(one, example.text, wanted)
    assert [{k: row[k] for k in wanted if k in row} for row in found] == [
        {k: row[k] for k in wanted if k in row} for row in example.records
    ]


@pytest.mark.parametrize(("one", "example"), EXAMPLES, ids=lambda v: getattr(v, "name", ""))
def test_reading_in_pieces_gives_the_same_records(one: TrailFormat, example: FormatExample) -> None:
    lines = lines_of(example.text)
    reader = one.open(lines)
    rows = []
    for start, end in pairwise(range(len(lines) + 1)):
        parsed = reader.read(lines[start:end], start + 1, last=end == len(lines))
        rows += [{k: v for k, v in row.items() if v is not None} for row in parsed.frame.to_dicts()]
    wanted = [{key: row[key] for key in row} for row in example.records]
    assert [{k: row[k] for k in keys if k in row} for row, keys in zip(rows, wanted, strict=True)] == wanted


@pytest.mark.parametrize(("one", "example"), EXAMPLES, ids=lambda v: getattr(v, "name", ""))
def test_an_example_is_recognised_as_its_own_format(one: TrailFormat, example: FormatExample) -> None:
    assert find_format(lines_of(example.text)).name == one.name


@pytest.mark.parametrize(("one", "text"), MISSES, ids=lambda v: getattr(v, "name", ""))
def test_a_miss_is_not_claimed(one: TrailFormat, text: str) -> None:
    assert one.likeness(lines_of(text)) <= 0.5


def test_a_file_of_no_format_is_refused() -> None:
    with pytest.raises(UnknownFormatError, match="no format"):
        find_format(["dear all,", "please find nothing attached"])
    with pytest.raises(UnknownFormatError, match="empty"):
        find_format([])


def test_a_quoted_field_may_run_over_lines_and_blocks() -> None:
    lines = [
        "when,operator,note,customer",
        '2026-04-01,op-1,"first',
        'second ""quoted""",K000001',
        "2026-04-02,op-2,x,K000002",
    ]
    reader = load_formats()["csv"].open(lines)
    early = reader.read(lines[:2], 1, last=False)
    late = reader.read(lines[2:], 3, last=True)
    assert len(early.frame) == 0
    assert late.numbers == [2, 4]
    assert late.frame["note"].to_list() == ['first\nsecond "quoted"', "x"]


def test_a_stray_quotation_mark_costs_its_own_line_only() -> None:
    lines = ["when,operator,customer", '2026-04-01,"op-1,K000001', *(f"2026-04-02,op-2,K{i:06d}" for i in range(300))]
    parsed = load_formats()["csv"].open(lines).read(lines, 1, last=True)
    assert len(parsed.frame) == 300
    assert [one.line for one in parsed.dropped] == [2]
    closed = [*lines[:50], '2026-04-03,"op-3",K000001', *lines[50:]]
    parsed = load_formats()["csv"].open(closed).read(closed, 1, last=True)
    assert len(parsed.frame) == 301
    assert [one.line for one in parsed.dropped] == [2]


def test_a_header_may_hold_digits() -> None:
    lines = ["when,operator,sha256,iso27001", "2026-04-01,op-1,x,y"]
    assert load_formats()["csv"].open(lines).read(lines, 1, last=True).frame.columns == lines[0].split(",")


@pytest.mark.parametrize("one", FORMATS, ids=lambda v: v.name)
@settings(deadline=None)
@given(text=st.text(max_size=200))
def test_no_text_breaks_a_format(one: TrailFormat, text: str) -> None:
    lines = text.split("\n")
    assert 0 <= one.likeness(lines) <= 1
    parsed = one.open(lines).read(lines, 1, last=True)
    assert len(parsed.frame) == len(parsed.numbers) == len(parsed.raw)
    assert all(1 <= dropped.line <= len(lines) for dropped in parsed.dropped)


def test_a_label_of_cef_is_followed_line_by_line() -> None:
    lines = [
        "CEF:0|E|CRM|1|100|view|3|rt=1775005200000 cs1Label=customer cs1=K000001",
        "CEF:0|E|CRM|1|100|view|3|rt=1775005200000 cs1Label=ticket cs1=T-9 cs2Label=customer cs2=K000002",
    ]
    frame = load_formats()["cef"].open(lines).read(lines, 1, last=True).frame
    assert frame["customer"].to_list() == ["K000001", "K000002"]


texts = st.text("ab1, \u3000\x1c照", max_size=8)


@settings(deadline=None)
@given(
    st.lists(texts.map(lambda text: f"x,{text}") | texts | st.just(TABLE[0]), max_size=20),
    st.integers(1, 9) | st.integers(1 << 31, 1 << 34),
)
def test_rows_that_stand_apart_are_what_the_delimiter_parts(lines: list[str], first: int) -> None:
    reader = format_called("csv").open(TABLE)
    assert isinstance(reader, ApartReader)
    assert reader.stands_apart("\n".join(lines).encode())
    found = reader.read_apart(pl.Series(lines, dtype=pl.String), first)
    there = [(n, line.split(",")) for n, line in enumerate(lines, first) if line.strip() and line != TABLE[0]]
    cut = [(n, cells[:3] if not "".join(cells[3:]).strip() else cells) for n, cells in there]
    rows = [(n, cells) for n, cells in cut if len(cells) == 3]
    assert list(found.numbers) == [n for n, _ in rows]
    assert [list(row) for row in found.frame.rows()] == [cells for _, cells in rows]
    assert [one.line for one in found.dropped] == [n for n, cells in cut if len(cells) != 3]
