"""What is typed finds the same records by the handles that stand in its place."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from core.query.expressions import Is
from fingerprints.secrets.digests import Digester
from fingerprints.secrets.keys import Key
from root_cause.dossier.opened import KeyedMeanings, OpenedRecords, with_handles
from tests.trails.explore.naive import NAMES, ZONES, seeded, write_random
from trails.explore.handles import Handles
from trails.explore.language import condition_of
from trails.explore.questions import rows_of


@given(seed=st.integers(0, 1 << 32), kind=st.sampled_from(["session", "operator", "account", "terminal", "processor"]))
def test_a_name_that_is_typed_finds_exactly_its_rows_and_stands_nowhere(seed: int, kind: str) -> None:
    key = Key(b"h" * 32)
    nothing: Any = None
    with tempfile.TemporaryDirectory() as folder:
        given_rows = write_random(seeded(seed), Path(folder), ZONES[0])
        opened = OpenedRecords(given_rows.explorer, Handles(Digester(key)), key, nothing, nothing)
        for name in [*filter(None, NAMES[kind]), "nobody"]:
            asked = with_handles(Is(kind, name), opened)
            assert isinstance(asked, Is)
            assert asked.value.startswith("~")
            assert name not in asked.value or len(name) == 1
            found = rows_of(given_rows.explorer, condition_of(asked, given_rows.explorer, KeyedMeanings(opened)))
            places = {(part, row) for part, rows in found.items() for row in rows.tolist()}
            assert places == {(row["part"], row["row"]) for row in given_rows.rows if row[kind] == name}
