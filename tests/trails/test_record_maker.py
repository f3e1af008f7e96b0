"""Helpers give what one process gives, in the order of the file."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from polars.testing import assert_frame_equal

from tests.trails.conftest import HEADER, StoredRecords
from trails.formats import format_called
from trails.imports import plan_import, run_import
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
    make = RecordMaker(MAPPING, TimeReading("Asia/Tokyo", date(2026, 11, 25)), door, NOW)
    reader = format_called("csv").open([HEADER.strip(), *ROWS[:10]])
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
