"""Every format in every hostile shape ends by itself, within the memory of one judge, and makes no reader fail.

The documents are small and few here; `./run fuzz` makes larger ones for as long as you like.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from matcher.readers import load_readers
from tests.fuzz.hostile import SHAPES, documents, harmless
from tests.fuzz.hostile_run import read_hostile

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow
SIZE = 1 << 12
GROUPS = 4
MOST = 2  # of each shape
LACKING = ("ebcdic 0", "free text 0")
NAMES = sorted(name for name in harmless() if name[-2:-1] != " " or name in LACKING)
"""A document of each format; `./run fuzz` takes every reader's other examples as well."""


@pytest.mark.timeout(900)
@pytest.mark.parametrize("group", range(GROUPS))
def test_no_shape_of_any_format_hangs_crashes_or_swells_who_reads_it(group: int, tmp_path: Path) -> None:
    run = read_hostile(NAMES[group::GROUPS], SIZE, 1, tmp_path, MOST)
    assert run.ended == "", run.begun
    assert run.failed == []


def test_every_reader_has_a_document_and_every_document_all_shapes() -> None:
    found = harmless()
    examples = {name.rpartition(" ")[0] for name in found if name[-1].isdigit()}
    assert {reader.name for reader in load_readers() if any(one.found for one in reader.examples)} <= examples
    for name in NAMES:
        draw = random.Random(1)  # noqa: S311  # documents, not secrets
        assert {shape for shape, _ in documents(name, found[name], 1 << 10, draw)} == set(SHAPES)
