"""The weekly digest goes out once a week at its hour, wherever that is, and tells numbers alone."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from alerts.digests.weekly import DAYS, Weekly
from home import Home
from scheduler import all_jobs
from tests.alerts.conftest import make_settings, run
from tests.incidents.makers import Leaked, event_kinds, take

if TYPE_CHECKING:
    from pathlib import Path

    from alerts.delivery import PostRoom
    from core.clock import SetClock
    from tests.alerts.conftest import FakeSlack

ZONES = ("Asia/Tokyo", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC")
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31))  # noqa: DTZ001  # UTC below
TOML = '[weekly]\nweekday = "sunday"\nat = 09:00:00\nzone = "UTC"\n'


@given(st.sampled_from(DAYS), st.sampled_from(ZONES), st.times(), MOMENTS)
def test_over_two_weeks_each_hour_there_are_two_or_three_days_and_each_is_the_weekday(
    weekday: str, zone: str, at: object, moment: datetime
) -> None:
    weekly = Weekly.model_validate({"weekday": weekday, "zone": zone, "at": at})
    start = moment.replace(tzinfo=UTC)
    days = {weekly.due(start + timedelta(hours=hour)) for hour in range(24 * 14)} - {""}
    assert 2 <= len(days) <= 3
    for day in days:
        assert DAYS[datetime.fromisoformat(day).weekday()] == weekday


@given(st.sampled_from(ZONES), MOMENTS)
def test_it_is_due_for_a_day_from_its_hour_on(zone: str, moment: datetime) -> None:
    weekly, now = Weekly(weekday="friday", zone=zone), moment.replace(tzinfo=UTC)
    day = weekly.due(now)
    if day:
        hour = datetime.fromisoformat(day).replace(hour=9, tzinfo=ZoneInfo(zone))
        assert timedelta() <= now - hour < timedelta(days=1)


def test_the_digest_of_a_week_is_told_once(post: PostRoom, slack: FakeSlack, home: Path, clock: SetClock) -> None:
    take(post.database, Leaked("a list", tuple(range(30))), now=clock.now())
    run(post)
    settings = make_settings(home, slack.settings())
    jobs = all_jobs(Home.of(settings, database=post.database, clock=clock), threading.Event())()
    (job,) = (job for job in jobs if job.name == "weekly-digest")
    assert not job.is_wanted()
    (home / "oncall.toml").write_text(TOML, encoding="utf-8")
    assert job.is_wanted()
    assert job.work() == "done: none is due", "it is Sunday at three"
    clock.advance(timedelta(hours=6))
    assert [job.work(), job.work()] == ["done: 2026-11-22", "done: it was there"]
    run(post)
    run(post)
    assert sum("対応中の事案 1 件" in str(one) for one in slack.parents) == 1
    assert event_kinds(post.database).count("weekly-digest") == 1
