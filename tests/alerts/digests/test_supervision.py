"""What comes due of supervision is told when it is near and when it has passed, each once, at most once a day."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from core.clock import local
from custody.register.history import Act
from custody.register.processors import add_processor
from custody.supervision.overdue import DUTIES, SECOND_LINE, Duty
from custody.supervision.records import About, add_record
from home import Home
from jobs.casework.supervision_watch import news
from scheduler import all_jobs
from tests.alerts.conftest import make_settings, run
from tests.incidents.makers import event_kinds

if TYPE_CHECKING:
    from pathlib import Path

    from alerts.delivery import PostRoom
    from core.clock import SetClock
    from tests.alerts.conftest import FakeSlack

DAYS = st.dates(date(2026, 1, 1), date(2026, 3, 1))
WHO = {1: "架空販売", 2: "架空コール"}
MADE = st.builds(
    lambda kind, day, number, what: Duty(kind, day, WHO[number], number, what),
    st.sampled_from(DUTIES), DAYS, st.sampled_from(sorted(WHO)), st.text(max_size=3),
)  # fmt: skip


@given(st.lists(MADE, max_size=30), st.lists(DAYS, min_size=1, max_size=10))
def test_each_duty_is_told_once_before_its_day_and_once_after(duties: list[Duty], days: list[date]) -> None:
    told: set[str] = set()
    counts: dict[tuple[Duty, bool], int] = {}
    for today in sorted(days):
        for key, one in news(duties, told, today).items():
            told.add(key)
            counts[one, one.due_on < today] = counts.get((one, one.due_on < today), 0) + 1
    assert all(count == 1 for count in counts.values())
    wanted = {(one, one.due_on < today) for one in duties for today in days if one.kind != SECOND_LINE}
    assert counts.keys() == wanted


def test_it_goes_out_by_the_channels_with_names_of_processors_alone(
    post: PostRoom, slack: FakeSlack, home: Path, clock: SetClock
) -> None:
    today = local(clock.now(), "Asia/Tokyo").date()
    act = Act("keeper", clock.now(), today - timedelta(days=30))
    with post.database.write() as session:
        seller = add_processor(session, "架空販売", {"contract_kind": "A"}, act)
        said = {"words": "鍵のかかる棚がない", "happened_on": today, "due_on": today + timedelta(days=20)}
        add_record(session, "breach", About(seller), said, act)
    settings = make_settings(home, slack.settings())
    jobs = all_jobs(Home.of(settings, database=post.database, clock=clock), threading.Event())()
    (job,) = (job for job in jobs if job.name == "supervision-watch")
    assert job.work() == "done: 3 told", "clauses, a sheet, a pledge"
    assert job.work() == "done: 0 told"
    run(post)
    assert sum("架空販売" in str(one) for one in slack.parents) == 1
    clock.advance(timedelta(days=14))
    assert job.work() == "done: 1 told", "the breach is to be settled in a week"
    clock.advance(timedelta(days=7))
    assert job.work() == "done: 1 told", "that day has passed"
    clock.advance(timedelta(days=1))
    assert job.work() == "done: 0 told"
    run(post)
    assert event_kinds(post.database).count("supervision-due") == 3
    assert not any("鍵" in str(one) for one in slack.parents)
