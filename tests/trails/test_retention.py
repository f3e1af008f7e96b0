"""Records go after the time the settings say, a month at a time, and nothing else does."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from tests.trails.conftest import HEADER
from trails.models import TrailPart
from trails.store.retention import expire

if TYPE_CHECKING:
    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings
    from tests.trails.conftest import Importer, StoredRecords


def test_the_number_of_a_file_that_went_is_never_given_again(
    take: Importer, database: Database, settings: Settings, clock: SetClock
) -> None:
    seen: set[int] = set()
    for number in range(3):
        take(HEADER + f"2026/04/01 10:00:0{number},op-1,T1,照会,K000002\n")
        with database.read() as session:
            now = set(session.scalars(select(TrailPart.id)))
        assert now
        assert not now & seen, "a mark on a record of before would stand on another"
        seen |= now
        late = clock.now() + timedelta(days=settings.trails.keep_days + 365)
        assert expire(database, settings.trails_dir, keep_days=settings.trails.keep_days, now=late) == 1


def test_old_months_go_and_younger_ones_stay(
    take: Importer, stored: StoredRecords, database: Database, settings: Settings, clock: SetClock
) -> None:
    take(
        HEADER
        + "2016/01/05 10:00:00,op-1,T1,照会,K000001\n2026/04/01 10:00:00,op-1,T1,照会,K000002\n,op-2,T1,照会,K000003\n"
    )
    keep = settings.trails.keep_days
    assert expire(database, settings.trails_dir, keep_days=keep, now=clock.now()) == 1
    assert [when and when.year for when in stored()["when"].to_list()] == [None, 2026]
    assert expire(database, settings.trails_dir, keep_days=keep, now=clock.now()) == 0
    later = clock.now() + timedelta(days=keep)
    assert expire(database, settings.trails_dir, keep_days=keep, now=later) == 2
    assert len(stored()) == 0
    assert not list(settings.trails_dir.rglob("*.parquet"))
