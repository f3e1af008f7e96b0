"""A posted table with halves of names is read as whole names, however its columns are headed."""

from __future__ import annotations

import pytest

from fingerprints.identifiers import load_kinds
from matcher.readers.interface import Rows
from matcher.units.columns import type_columns
from tests.lists_of_people import chance, draw_list

KINDS = load_kinds()


@pytest.mark.parametrize("with_header", [True, False])
@pytest.mark.parametrize("seed", range(40))
def test_names_in_two_columns_are_read_whole(seed: int, *, with_header: bool) -> None:
    made = draw_list(chance(seed))
    columns = tuple(list(column) for column in zip(*made.body(), strict=True))
    fields = type_columns(Rows(tuple(made.headers) if with_header else (), columns, range(len(made.people))), KINDS)
    read = [[cell.replace(" ", "") for cell in field.joined(columns)] for field in fields if field.kind == "name"]
    assert made.names() in read
    if "family kana" in made.columns:
        kana = [[cell.replace(" ", "") for cell in field.joined(columns)] for field in fields if field.kind == "kana"]
        assert made.readings() in kana
