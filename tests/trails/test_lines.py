"""Lines of a log: counted before they are decoded, and the same as a column as one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trails.lines import LONGEST_LINE, Piece, block_of, read_blocks, read_pieces, texts_of

if TYPE_CHECKING:
    from pathlib import Path

SPELLINGS = ("utf-8", "utf-8-sig", "cp932", "euc_jp", "iso2022_jp")
odd_bytes = st.lists(
    st.sampled_from([b"\n", b"\r\n", b"\x1b$B", b"\x1b(B", b"\x8f", b"\x81", b"\xe3", b"\xff", b"a", b""])
    | st.binary(max_size=4)
).map(b"".join)


@pytest.mark.parametrize("encoding", SPELLINGS)
@given(data=odd_bytes)
def test_lines_are_counted_before_they_are_decoded_whatever_the_bytes(encoding: str, data: bytes) -> None:
    assert len(block_of(Piece(1, data, encoding, last=True)).lines) == data.count(b"\n") + 1


@pytest.mark.parametrize("encoding", SPELLINGS)
@given(data=odd_bytes)
def test_a_column_of_lines_holds_what_the_lines_are(encoding: str, data: bytes) -> None:
    piece = Piece(7, data, encoding, last=True)
    texts, dropped = texts_of(piece)
    block = block_of(piece)
    assert (texts.to_list(), dropped) == (block.lines, block.dropped)


def test_a_line_beyond_all_bounds_is_named_in_a_column_too() -> None:
    texts, dropped = texts_of(Piece(1, b"a\n" + b"b" * (LONGEST_LINE + 1) + b"\nc", "utf-8", last=True))
    assert texts.to_list() == ["a", "", "c"]
    assert [one.line for one in dropped] == [2]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(st.text("aé照\r", max_size=5), max_size=9))
def test_pieces_are_numbered_as_blocks_are(tmp_path: Path, lines: list[str]) -> None:
    log = tmp_path / "log"
    log.write_bytes("\n".join(lines).encode())
    pieces, blocks = list(read_pieces(log, "utf-8")), list(read_blocks(log, "utf-8"))
    assert [(one.first, one.last) for one in pieces] == [(one.first, one.last) for one in blocks]
