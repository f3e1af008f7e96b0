"""A text cut into stretches gives the records that reading it line by line gives, whatever its quotes do."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custody.enrolment.line_blocks import LineBlock, cut
from custody.enrolment.table_format import TableFormat
from custody.enrolment.tables import read_rows

PIECES = st.sampled_from(
    ['"', '""', ",", ";", "\n", "\r\n", "\r", "\0", " ", "架空", "K1", 'a"b', "\x0b", "\u2028", "é"]
)
RAGGED = st.lists(PIECES, max_size=60).map("".join)
CELL = st.sampled_from(["", "架空 一郎", '"東京都, 千代田区"', '"二""行"', '"一\n行"', "090-0000-0001", '"x'])
TABLE = st.lists(st.lists(CELL, min_size=1, max_size=4).map(",".join), max_size=30).map("\r\n".join)


def both(content: str, delimiter: str, size: int) -> tuple[list[tuple[int, list[str], str]], list[LineBlock]]:
    """The records of a text as they are cut; those that come line by line are compared with them."""
    table = TableFormat(delimiter, "utf-8")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "c.csv"
        path.write_bytes(content.encode())
        parts = [part for part, _share in cut(path, table, size)]
        expected = [(row.line, row.cells, row.fault) for row in read_rows(path, table)]
    rows = [row for part in parts for row in (part.rows() if isinstance(part, LineBlock) else [part])]
    assert [(row.line, row.cells, row.fault) for row in rows] == expected
    return expected, [part for part in parts if isinstance(part, LineBlock)]


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(RAGGED, TABLE), st.sampled_from([",", ";", "\t", "|"]), st.integers(1, 8))
def test_cutting_changes_no_record(content: str, delimiter: str, size: int) -> None:
    both(content, delimiter, size)


@pytest.mark.parametrize("quoted", [False, True])
def test_lines_that_are_records_go_as_they_stand(quoted: bool) -> None:  # noqa: FBT001
    line = '"K{n}","架空, 一郎","a""b"' if quoted else "K{n},架空 一郎,ab"
    content = "\r\n".join(line.format(n=n) for n in range(100))
    rows, stretches = both(content, ",", 30)
    assert len(rows) == 100
    assert [len(stretch.lines) for stretch in stretches] == [30, 30, 30, 10]


def test_a_record_of_several_lines_is_read_alone_and_stretches_go_on() -> None:
    content = 'a,b\n1,2\n3,"x\ny"\n4,5\n6,7\n'
    rows, stretches = both(content, ",", 100)
    assert [line for line, _cells, _fault in rows] == [1, 2, 3, 5, 6]
    assert [(stretch.first, len(stretch.lines)) for stretch in stretches] == [(1, 2), (5, 2)]


def test_a_long_line_of_quotes_is_told_in_one_pass() -> None:
    both('"' + '""' * 200_000 + ",x\n1,2\n", ",", 10)
