"""Documents that nobody could judge are told, all in one message, without a word of theirs, and once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from core.actors import SYSTEM
from core.texts import load_texts
from home import Home
from incidents.timeline.events import add_event
from scheduler import all_jobs
from tests.alerts.conftest import make_settings, run

if TYPE_CHECKING:
    import threading
    from pathlib import Path

    from alerts.delivery import PostRoom
    from core.clock import SetClock
    from core.database import Database
    from tests.alerts.conftest import FakeSlack

REASON = "架空 一郎 090-0000-0001"


def fail(post: PostRoom, *documents: int) -> None:
    with post.database.write() as session:
        for number in documents:
            data = {"document_id": number, "attempts": 3, "reason": REASON}
            add_event(session, "match-failed", actor=SYSTEM, now=post.clock.now(), data=data)


def test_all_of_them_are_one_message_with_links_and_no_reason(post: PostRoom, slack: FakeSlack) -> None:
    fail(post, *range(1, 31))
    assert run(post).sent == 1
    assert run(post).sent == 0
    (message,) = slack.parents
    said = str(message)
    assert load_texts("alerts", "ja")("unjudged.header", n=30) in said
    assert said.count("https://hinomi.carrier.example/documents/") == 20
    assert REASON not in said


def test_more_of_them_wait_for_the_hour_and_are_told_then(post: PostRoom, slack: FakeSlack, clock: SetClock) -> None:
    fail(post, 1)
    run(post)
    fail(post, 2, 3)
    assert run(post).sent == 0
    clock.advance(timedelta(hours=1))
    assert run(post).sent == 1
    assert load_texts("alerts", "ja")("unjudged.header", n=2) in str(slack.parents[1])


def test_the_scheduler_delivers_it_without_any_incident(
    post: PostRoom, database: Database, home: Path, clock: SetClock, slack: FakeSlack
) -> None:
    import threading

    settings = make_settings(home, slack.settings())
    stop: threading.Event = threading.Event()
    (job,) = (
        job for job in all_jobs(Home.of(settings, database=database, clock=clock), stop)() if job.name == "deliver"
    )
    assert not job.is_wanted()
    fail(post, 7)
    assert job.is_wanted()
    job.work()
    assert not job.is_wanted()
    assert len(slack.parents) == 1
