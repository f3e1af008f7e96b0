"""Touches looked up in lenses are those of a scan, whatever the log: some files with a lens, some without."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from polars.testing import assert_frame_equal

from trails.explore.explorer import open_explorer
from trails.explore.lens import lens_path
from trails.store.access import Trails, open_trails, touches_of

if TYPE_CHECKING:
    import polars as pl

    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings
    from tests.trails.conftest import Importer
    from trails.number_digests import KeyedDoor

HEADER = "日時,作業者ID,端末,操作,お客様番号,結果\n"
ACTIONS, OUTCOMES = ("照会", "ダウンロード", ""), ("成功", "拒否", "")


def random_log(seed: int) -> str:
    """Some months of a log with fractions of seconds, several customers a record, nobody, refusals and no time."""
    rng = np.random.default_rng(seed)

    def line() -> str:
        month, day, hour, second, micro = (
            int(rng.integers(*span)) for span in ((1, 5), (1, 29), (0, 24), (0, 60), (0, 9))
        )
        when = f"2026/{month:02d}/{day:02d} {hour:02d}:00:{second:02d}.{micro}" if rng.random() < 0.95 else ""
        several = int(rng.choice([0, 1, 1, 1, 3]))
        numbers = " ".join(f"K{int(rng.integers(0, 60)):06d}" for _ in range(several))
        who = int(rng.integers(0, 5))
        return f"{when},op-{who},T{who % 2},{rng.choice(ACTIONS)},{numbers},{rng.choice(OUTCOMES)}\n"

    return HEADER + "".join(line() for _ in range(600))


def opened(settings: Settings, database: Database, clock: SetClock) -> Trails:
    with database.read() as session:
        return open_trails(session, settings.trails_dir, zone="Asia/Tokyo", until=clock.now())


def in_order(found: pl.DataFrame) -> pl.DataFrame:
    """Rows in the order of their numbers, with times to the second."""
    return found.sort("row").with_columns(found.sort("row")["when"].dt.truncate("1s"))


@pytest.mark.parametrize("seed", range(6))
def test_lenses_give_what_a_scan_gives(
    seed: int, take: Importer, settings: Settings, database: Database, clock: SetClock, door: KeyedDoor
) -> None:
    for number in range(2):
        take(random_log(2 * seed + number), system=f"system-{number}")
    with database.read() as session:
        open_explorer(session, settings.trails_dir, zone="Asia/Tokyo")
    some = opened(settings, database, clock).files
    for path in some[:: 2 + seed]:
        lens_path(path).unlink()
    trails = opened(settings, database, clock)
    trails = replace(trails, until=trails.until.replace(year=2026, month=3, day=1 + seed))
    assert 0 < len(trails.lenses) < len(trails.files)
    asked = door.numbers([f"K{number:06d}" for number in range(seed, 60, 7)])
    for rate in (2, 4, 16):
        found, reach = touches_of(trails, asked, rate)
        scanned, plain = touches_of(replace(trails, lenses={}), asked, rate)
        assert len(scanned)
        assert_frame_equal(in_order(found), in_order(scanned), categorical_as_str=True)
        assert reach == plain


def test_a_lens_of_another_file_is_none(
    take: Importer, settings: Settings, database: Database, clock: SetClock
) -> None:
    take(random_log(1))
    with database.read() as session:
        open_explorer(session, settings.trails_dir, zone="Asia/Tokyo")
    one, other, *_ = opened(settings, database, clock).files
    lens_path(one).write_bytes(lens_path(other).read_bytes())
    lenses = opened(settings, database, clock).lenses
    assert 0 not in lenses
    assert 1 in lenses
