"""Many documents that were not read whole are told once a day, few are not."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING

from home import Home
from incidents.findings import UNREAD
from incidents.models import FindingRow
from scheduler import all_jobs
from tests.alerts.conftest import make_settings, run
from tests.incidents.makers import event_kinds

if TYPE_CHECKING:
    from pathlib import Path

    from alerts.delivery import PostRoom
    from core.clock import SetClock
    from tests.alerts.conftest import FakeSlack


def unread(post: PostRoom, clock: SetClock, first: int, count: int) -> None:
    with post.database.write() as session:
        for number in range(first, first + count):
            session.add(
                FindingRow(
                    document_id=None, incident_id=None, sha256=f"{number:064x}", generation=1, verdict=UNREAD,
                    confidence=0.0, people=0, subjects=0, share=0.0, fields={}, extracts=[], dated_from=None,
                    dated_until=None, limits=["encrypted"], sketch=[], members=b"", made_at=clock.now(),
                )
            )  # fmt: skip


def test_many_in_a_day_are_one_message_a_day(post: PostRoom, slack: FakeSlack, home: Path, clock: SetClock) -> None:
    settings = make_settings(home, slack.settings())
    jobs = all_jobs(Home.of(settings, database=post.database, clock=clock), threading.Event())()
    (job,) = (job for job in jobs if job.name == "unread-watch")
    unread(post, clock, 0, 19)
    assert job.work() == "done: 19"
    unread(post, clock, 19, 2)
    assert [job.work(), job.work()] == ["done: 21, told", "done: 21"]
    run(post)
    run(post)
    assert sum("21 件の文書" in str(one) for one in slack.parents) == 1
    clock.advance(timedelta(days=2))
    assert job.work() == "done: 0"
    assert event_kinds(post.database) == ["many-unread"]
