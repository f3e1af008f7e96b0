"""Helpers give what one process gives, in the order of the file."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import pairwise
from typing import TYPE_CHECKING

import polars as pl
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from tests.trails.conftest import HEADER, StoredRecords
from trails.formats import format_called
from trails.imports import plan_import, run_import
from trails.lines import Piece
from trails.mapping.mapping_file import TrailMapping
from trails.record_maker import LARGE_BYTES, RecordMaker, choose_helpers, make_all
from trails.times import TimeReading

if TYPE_CHECKING:
    from pathlib import Path

    from core.clock import Clock
    from core.database import Database
    from core.settings import Settings
    from trails.number_digests import KeyedDoor

MAPPING = TrailMapping(
    "callcenter",
    "csv",
    fields={"when": ("日時",), "operator": ("作業者ID",), "action": ("操作",), "subjects": ("お客様番号",)},
)
ROWS = [
    f"2026/04/{1 + i % 28:02d} 10:00:{i % 60:02d},op-{i % 7},T{i % 7},照会,{'K' if i % 50 else '?'}{i:06d}"
    for i in range(2000)
]
NOW = datetime(2026, 11, 25, tzinfo=UTC)


def test_helpers_give_the_same_records_and_drop_the_same_lines_in_order(door: KeyedDoor) -> None:
    reading, head = TimeReading("Asia/Tokyo", date(2026, 11, 25)), [HEADER.strip(), *ROWS[:10]]
    make = RecordMaker(MAPPING, reading, door, NOW, format_called("csv"), head)
    reader = make.open_reader()
    pieces = [reader.read(ROWS[start : start + 100], start, last=False) for start in range(0, 2000, 100)]
    alone, together = list(make_all(pieces, make, 0)), list(make_all(pieces, make, 2))
    assert [one.dropped for one in together] == [one.dropped for one in alone]
    assert sum(len(one.dropped) for one in alone) == 40
    for one, other in zip(alone, together, strict=True):
        assert_frame_equal(one.frame, other.frame, categorical_as_str=True)


def test_an_import_with_a_helper_keeps_every_record(
    tmp_path: Path, settings: Settings, database: Database, door: KeyedDoor, clock: Clock, stored: StoredRecords
) -> None:
    log = tmp_path / "access.csv"
    log.write_text(HEADER + "\n".join(ROWS + ROWS[:500]), encoding="cp932")
    plan = plan_import(log, "callcenter", settings.trails_dir, is_number=door.is_number)
    done = run_import(plan, settings.trails_dir, database, door, clock, helpers=1)
    assert (done.records, done.new, len(done.dropped)) == (2450, 1960, 50)
    assert len(stored()) == 1960


def test_only_a_large_file_gets_helpers(tmp_path: Path) -> None:
    small, large = tmp_path / "small", tmp_path / "large"
    small.write_bytes(b"x")
    with large.open("wb") as file:
        file.truncate(LARGE_BYTES)
    assert choose_helpers(small) == 0
    assert 0 <= choose_helpers(large) <= 3


cells = st.text('aK1２,;"\r 照\u3000\x1c', max_size=4) | st.sampled_from(["2026/04/01 10:00:00", "K000001", "照会"])
log_lines = st.lists(cells, min_size=4, max_size=6).map(",".join) | st.sampled_from(["", "\u3000", HEADER.strip()])


@examples(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(log_lines, min_size=1, max_size=30), cuts=st.sets(st.integers(1, 29)))
def test_pieces_handed_out_undecoded_give_the_records_of_lines_read_in_order(
    door: KeyedDoor, lines: list[str], cuts: set[int]
) -> None:
    reading, head = TimeReading("Asia/Tokyo", date(2026, 11, 25)), [HEADER.strip(), *ROWS[:10]]
    make = RecordMaker(MAPPING, reading, door, NOW, format_called("csv"), head, keeps_lines=True)
    plain = make(make.open_reader().read([line.removesuffix("\r") for line in lines], 1, last=True))
    bounds = [0, *sorted(cut for cut in cuts if cut < len(lines)), len(lines)]
    pieces = [
        Piece(begin + 1, "\n".join(lines[begin:end]).encode("cp932"), "cp932", end == len(lines))
        for begin, end in pairwise(bounds)
    ]
    made = [make(job) for job in make.jobs(pieces)]
    assert [line for one in made if one.raw is not None for line in one.raw] == list(
        plain.raw if plain.raw is not None else ()
    )
    assert [one for each in made for one in each.dropped] == plain.dropped
    together = pl.concat([one.frame.drop("row") for one in made])
    assert_frame_equal(together, plain.frame.drop("row"), categorical_as_str=True)
