"""Delimited text read as a grid: the same rows as record by record, whatever stands between them."""

from __future__ import annotations

import io
import pickle
from itertools import chain
from typing import TYPE_CHECKING
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.document import Cuts, Limits
from matcher.readers.interface import Readable, Rows
from matcher.readers.tables import _records, _tables
from matcher.readers.tables._grids import Grid, batches, grid_of
from matcher.readers.tables._records import RecordBatch
from matcher.readers.texts._stretches import passages_of

if TYPE_CHECKING:
    from matcher.readers.interface import Passage

HEADER = "会員番号;氏名;電話番号"
ODD = (
    "",
    ";;",
    " ; ; ",
    "a;b",
    "a;b;c;d",
    HEADER,
    "氏名;住所;郵便番号",
    '"a";b;c',
    'a;"b\nc";d',
    "------",
    "-;-;-",
    "x",
)
digits = st.text("0123456789", min_size=1, max_size=4)
cells = st.one_of(digits, st.sampled_from(["", " ", "架空　一郎", "a\rb", '{"a": 1}']))
regular = st.tuples(digits, cells, cells).map(";".join)
text = st.lists(st.one_of(regular, regular, regular, st.sampled_from(ODD)), max_size=40).map("\n".join)


def read(content: str, *, size: int, block: int, by_grids: bool) -> list[Passage]:
    """The passages of a text whose delimiter is known."""
    source = Readable("x", lambda: io.BytesIO(content.encode()), Limits(), Cuts(), charset="utf-8")
    with (
        patch.object(_tables, "BATCH_ROWS", size),
        patch("core.encodings.decoder.BLOCK_BYTES", block),
        patch.object(_records, "grid_of", grid_of if by_grids else lambda *_: None),
    ):
        records = RecordBatch(source.blocks(), source, ";", 3)
        return list(_tables.tables(records, source, ";", passages_of))


@settings(deadline=None, max_examples=400)
@given(text, st.integers(1, 12), st.sampled_from([20, 60, 1 << 20]))
def test_a_grid_gives_the_passages_of_its_records(content: str, size: int, block: int) -> None:
    some = [read(f"{HEADER}\n{content}", size=size, block=block, by_grids=by_grids) for by_grids in (True, False)]
    plain = [[(p.header, p.columns, [*p.places], p.table) if isinstance(p, Rows) else p for p in each] for each in some]
    assert plain[0] == plain[1]


@given(st.lists(st.lists(st.text("ab\n \u3000", max_size=3), min_size=3, max_size=3), min_size=1, max_size=6))
def test_what_is_taken_for_a_grid_is_one(rows: list[list[str]]) -> None:
    content = "\n".join(map(",".join, rows))
    lines = content.split("\n")
    grid = grid_of(content, len(lines), ",", 7)
    apart = [line.split(",") for line in lines]
    is_grid = all(len(row) == len(apart[0]) > 1 and row[0].strip() for row in apart)
    assert (grid is not None) == is_grid
    if grid is not None:
        assert list(grid) == list(enumerate(apart, 7))


def test_most_of_a_dump_is_a_grid() -> None:
    content = "\n".join(f"{n};架空;{n}" for n in range(100))
    source = Readable("x", lambda: io.BytesIO(content.encode()), Limits(), Cuts(), charset="utf-8")
    found = list(RecordBatch(source.blocks(), source, ";", 3).batches(30))
    assert [(type(one), len(one)) for one in found] == [(Grid, 30), (Grid, 30), (Grid, 30), (Grid, 10)]


runs = st.lists(st.tuples(st.booleans(), st.integers(0, 5), st.integers(2, 3), st.integers(0, 2)), max_size=8)


@given(runs, st.integers(1, 7))
def test_batches_hold_all_records_in_order(shapes: list[tuple[bool, int, int, int]], size: int) -> None:
    number, parts = 1, []
    for is_grid, count, width, gap in shapes:
        number += gap
        records = [(number + n, [f"{number + n}.{c}" for c in range(width)]) for n in range(count)]
        grid = Grid(number, [list(column) for column in zip(*(row for _, row in records), strict=True)])
        parts.append(grid if is_grid and count else records)
        number += count
    taken = list(batches(parts, size))
    assert list(chain.from_iterable(taken)) == list(chain.from_iterable(parts))
    assert all(len(one) == size for one in taken[:-1])


@given(st.lists(st.lists(st.text("ab\n\ud800", max_size=3), min_size=2, max_size=2), max_size=5), st.integers(0, 9))
def test_rows_reach_another_process_as_they_are(columns: list[list[str]], first: int) -> None:
    rows = Rows(("a",) * len(columns), tuple(columns), [first, first + 2], "line", 3)
    assert pickle.loads(pickle.dumps(rows)) == rows  # noqa: S301  # our own
