"""A table as CSV reads back as it was, and no cell of it is a formula."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from core.encodings.csv_text import csv_text

CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"), max_size=12)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=5))
def test_cells_read_back_and_none_begins_a_formula(rows: list[list[str]]) -> None:
    read = list(csv.reader(io.StringIO(csv_text(["a", "b"], rows), newline="")))
    assert read[0] == ["a", "b"]
    for before, after in zip(rows, read[1:], strict=True):
        for cell, shown in zip(before, after, strict=True):
            assert shown in {cell, f"'{cell}"}
            assert not shown.startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\n"))  # full width


def test_numbers_stay_numbers() -> None:
    assert csv_text(["n"], [[-3], [0.5]]) == "n\r\n-3\r\n0.5\r\n"
