"""Signed heads in Slack: seldom, never twice, and fit to be pasted back."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from alerts.channels.console import ConsoleChannel
from alerts.head_notices import enqueue_head
from alerts.models import Message
from home import Home
from incidents.timeline.events import add_event
from scheduler import all_jobs
from tests.actors import by
from tests.alerts.conftest import make_settings, run
from tests.incidents.makers import Leaked, take
from transparency.errors import BrokenLogError
from transparency.heads import publish
from transparency.keys import create_log_key, load_log_key
from transparency.models import LogLeaf
from transparency.notes import is_signed, read_notes

if TYPE_CHECKING:
    from pathlib import Path

    from alerts.delivery import PostRoom
    from core.clock import SetClock
    from core.settings import Settings
    from tests.alerts.conftest import FakeSlack


@pytest.fixture
def signing(home: Path, slack: FakeSlack) -> Settings:
    """Settings of a home with a signing key."""
    made = make_settings(home, slack.settings())
    create_log_key(made.log_key_path)
    return made


def sign(signing: Settings, post: PostRoom) -> bool:
    with post.database.write() as session:
        add_event(session, "note", actor=by("suzuki"), now=post.clock.now(), data={"text": "x"})
    publish(signing, post.database, post.clock)
    with post.database.write() as session:
        return enqueue_head(session, post.channels, language="ja", every_h=24, now=post.clock.now())


def test_a_head_is_posted_and_can_be_pasted_back(signing: Settings, post: PostRoom, slack: FakeSlack) -> None:
    assert sign(signing, post)
    assert run(post).sent == 1
    (message,) = slack.parents
    pasted = message["blocks"][2]["text"]["text"].strip("`")
    (head,) = read_notes(pasted)
    assert is_signed(head, [load_log_key(signing.log_key_path).public_key()])
    assert head.head.size == 1
    assert "1 件" in message["text"]


def test_heads_are_posted_once_a_day_however_many_are_signed(
    signing: Settings, post: PostRoom, slack: FakeSlack, clock: SetClock
) -> None:
    posted = []
    for _ in range(30):
        posted.append(sign(signing, post))
        run(post)
        clock.advance(timedelta(hours=1))
    assert sum(posted) == len(slack.parents) == 2


def test_the_same_head_is_never_posted_twice(
    signing: Settings, post: PostRoom, slack: FakeSlack, clock: SetClock
) -> None:
    assert sign(signing, post)
    clock.advance(timedelta(days=2))
    with post.database.write() as session:
        assert not enqueue_head(session, post.channels, language="ja", every_h=24, now=clock.now())
    run(post, 2)
    assert len(slack.parents) == 1


@pytest.mark.parametrize("how", ["500-accepted", "drop-accepted", "drop"])
def test_trouble_ends_in_one_message(
    signing: Settings, post: PostRoom, slack: FakeSlack, clock: SetClock, how: str
) -> None:
    sign(signing, post)
    slack.misbehave("chat.postMessage", how)
    for _ in range(4):
        run(post)
        clock.advance(timedelta(minutes=10))
    assert len(slack.parents) == 1


def test_a_head_that_cannot_be_posted_holds_no_incident_up(
    signing: Settings, post: PostRoom, slack: FakeSlack, clock: SetClock
) -> None:
    sign(signing, post)
    take(post.database, Leaked("a list", tuple(range(30))))
    slack.misbehave("chat.postMessage", "429", 1)
    run(post)
    clock.advance(timedelta(minutes=10))
    run(post)
    with post.database.read() as session:
        assert {message.kind for message in session.scalars(select(Message)) if message.state == "sent"} == {
            "notice",
            "parent",
        }


def test_the_console_and_a_home_that_wants_none_get_none(signing: Settings, post: PostRoom, clock: SetClock) -> None:
    assert sign(signing, post)
    with post.database.write() as session:
        now = clock.advance(timedelta(days=3))
        assert not enqueue_head(session, [ConsoleChannel()], language="en", every_h=24, now=now)
        assert not enqueue_head(session, post.channels, language="en", every_h=0, now=now)


def test_the_scheduler_makes_leaves_signs_and_posts(signing: Settings, post: PostRoom, slack: FakeSlack) -> None:
    with post.database.write() as session:
        add_event(session, "note", actor=by("suzuki"), now=post.clock.now(), data={"text": "x"})
    home = Home.of(signing, database=post.database, clock=post.clock)
    jobs = {job.name: job for job in all_jobs(home, threading.Event())()}
    assert jobs["log"].is_wanted()
    assert jobs["log"].work() == "done: 1 leaves"
    assert not jobs["log"].is_wanted()
    assert jobs["log-head"].is_wanted()
    assert jobs["log-head"].work() == "done: 1 leaves"
    assert not jobs["log-head"].is_wanted()
    run(post)
    assert len(slack.parents) == 1


def test_a_log_that_was_rewritten_is_not_signed_and_people_are_told_once(
    signing: Settings, post: PostRoom, slack: FakeSlack
) -> None:
    sign(signing, post)
    with post.database.engine.begin() as connection:
        connection.execute(update(LogLeaf).values(hash=bytes(32)))
    home = Home.of(signing, database=post.database, clock=post.clock)
    jobs = {job.name: job for job in all_jobs(home, threading.Event())()}
    for _ in range(2):
        with pytest.raises(BrokenLogError):
            jobs["log-head"].work()
    run(post, 2)
    assert [message["text"] for message in slack.parents][1:] == ["Hinomi の記録が改変されています"]
