"""Records of delimited text: a block at once gives what line by line gives."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.document import Cuts, Limits
from matcher.readers.interface import Readable
from matcher.readers.tables._records import RecordBatch

CELLS = ["", "a", " b", '"q"', '"with, comma"', '"two\nlines"', '"open', 'mid"dle', '""', "架空", "\0", "\r", " ", "　"]
lines = st.lists(st.sampled_from(CELLS), min_size=1, max_size=4).map(",".join)
ends = st.sampled_from(["\n", "\r\n", "\n\n"])


def records(text: str, limits: Limits | None = None) -> RecordBatch:
    source = Readable("x.csv", lambda: io.BytesIO(text.encode()), limits or Limits(), Cuts(), charset="utf-8")
    return RecordBatch(source.blocks(), source, ",", 3)


class LineByLine(RecordBatch):
    """Never takes a block whole."""

    def _whole(self, lines: object, block: object) -> None:
        del lines, block


@settings(deadline=None, max_examples=300)
@given(st.lists(st.tuples(lines, ends), max_size=12), st.sampled_from(["closed", "open"]))
def test_a_block_at_once_is_a_line_at_a_time(parts: list[tuple[str, str]], last: str) -> None:
    text = "".join(line + end for line, end in parts)
    text = text if last == "closed" else text.rstrip("\n")
    source = records(text)._source  # noqa: SLF001  # the same source
    assert list(records(text)) == list(LineByLine(source.blocks(), source, ",", 3))


@pytest.mark.parametrize("line", ["a,b", '"a",b', 'a,"b\nc"'])
def test_lines_keep_their_numbers_over_many_blocks(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.encodings.decoder.BLOCK_BYTES", 50)
    text = f"{line}\n" * 200
    high = 1 + line.count("\n")
    assert [number for number, _ in records(text)] == list(range(1, 200 * high + 1, high))


def test_a_row_of_too_many_columns_is_cut_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.encodings.decoder.BLOCK_BYTES", 50)
    read = records("a,b\n" + "," * 10 + "z\nc,d\n", Limits(columns=4))
    assert [cells for _, cells in read] == [["a", "b"], ["c", "d"]]
    assert read._source.cuts.notes == ["a row of more than 4 columns was cut"]  # noqa: SLF001  # where cuts are kept
