"""The days of a source count every sweep once, on the day on which it began where the carrier is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from crawler.models import Sweep
from crawler.record.sweep_days import sweep_days

if TYPE_CHECKING:
    from core.database import Database

START = datetime(2026, 3, 27, tzinfo=UTC)
STATES = ("done", "partial", "failed")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
@given(
    sweeps=st.lists(
        st.tuples(st.integers(0, 120 * 60), st.sampled_from("ab"), st.sampled_from(STATES), st.integers(0, 5)),
        max_size=25,
    ),
    zone=st.sampled_from(["Asia/Tokyo", "Europe/Berlin", "UTC"]),
    holes=st.integers(1, 3),
)
def test_each_sweep_is_counted_on_its_day(
    database: Database, sweeps: list[tuple[int, str, str, int]], zone: str, holes: int
) -> None:
    rows = sorted(sweeps)
    with database.write() as session:
        session.execute(delete(Sweep))
        for number, (minutes, source, state, new) in enumerate(rows, 1):
            session.add(
                Sweep(
                    id=number * holes, source=source, started_at=START + timedelta(minutes=minutes), state=state,
                    new_documents=new, pid=1, worker="w",
                )
            )  # fmt: skip
    begins = datetime(2026, 3, 28, tzinfo=ZoneInfo(zone))
    with database.read() as session:
        found = sweep_days(session, ["a", "b"], begins, begins + timedelta(days=2, hours=5), zone=zone)
    assert [day.day.day for day in found["a"]] == [28, 29, 30]
    for source, days in found.items():
        for day in days:
            own = [
                row for row in rows
                if row[1] == source and (START + timedelta(minutes=row[0])).astimezone(ZoneInfo(zone)).date() == day.day
            ]  # fmt: skip
            assert (day.done, day.partial, day.failed) == tuple(sum(row[2] == state for row in own) for state in STATES)
            assert day.new_documents == sum(row[3] for row in own)
            assert (day.health == "never") == (not own)
