"""Slack, against a server of ours that misbehaves: one message an incident, whatever goes wrong on the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from alerts.models import Message
from alerts.outbox import has_due
from incidents import actions
from tests.actors import by
from tests.alerts.conftest import run
from tests.incidents.makers import NOW, Leaked, event_kinds, repost, take

if TYPE_CHECKING:
    from alerts.delivery import PostRoom
    from core.clock import SetClock
    from tests.alerts.conftest import FakeSlack

LEAK = Leaked("a list", tuple(range(30)))


def test_a_leak_is_one_message_with_counts_and_a_link(post: PostRoom, slack: FakeSlack) -> None:
    take(post.database, LEAK)
    assert run(post).sent == 1
    (parent,) = slack.parents
    assert "30" in parent["text"]
    assert "https://hinomi.carrier.example/incidents/1" in str(parent["blocks"])
    assert "電話番号" in str(parent["blocks"])
    assert run(post).sent == 0
    assert len(slack.messages) == 1
    assert event_kinds(post.database)[-1] == "alert-sent"


def test_what_happens_later_changes_the_parent_and_goes_into_its_thread(post: PostRoom, slack: FakeSlack) -> None:
    take(post.database, LEAK)
    run(post)
    for number in range(5):
        repost(post.database, LEAK.content, source="forum", address=f"http://forum.invalid/{number}")
    with post.database.write() as session:
        actions.act(session, 1, "confirm-csirt", actor=by("suzuki"), now=NOW)
    run(post)
    (parent,), (reply,) = slack.parents, slack.replies
    assert parent["edits"] == 1
    assert "確認済み" in str(parent["blocks"])
    assert reply["thread_ts"] == parent["ts"]
    assert "5 回" in reply["text"]
    assert "suzuki" in reply["text"]


def test_changes_before_the_first_delivery_are_in_the_parent_already(post: PostRoom, slack: FakeSlack) -> None:
    take(post.database, LEAK)
    repost(post.database, LEAK.content, source="forum", address="http://forum.invalid/1")
    run(post, 2)
    assert (len(slack.parents), len(slack.replies)) == (1, 0)
    assert "2 か所" in str(slack.parents[0]["blocks"])


@pytest.mark.parametrize("how", ["429", "500", "500-accepted", "drop", "drop-accepted", "fatal_error", "channel_gone"])
@pytest.mark.parametrize("times", [1, 3])
def test_trouble_ends_in_one_message(post: PostRoom, slack: FakeSlack, clock: SetClock, how: str, times: int) -> None:
    take(post.database, LEAK)
    slack.misbehave("chat.postMessage", how, times)
    for _ in range(6):
        run(post)
        clock.advance(timedelta(minutes=10))
    assert len(slack.messages) == 1
    with post.database.read() as session:
        assert [message.state for message in session.scalars(select(Message))] == ["sent"]


@pytest.mark.parametrize("how", ["500-accepted", "drop-accepted"])
def test_trouble_with_a_reply_ends_in_one_reply(post: PostRoom, slack: FakeSlack, clock: SetClock, how: str) -> None:
    take(post.database, LEAK)
    run(post)
    for number in range(3):  # the reply to be looked for is beyond the first page
        repost(post.database, LEAK.content, source="forum", address=f"http://forum.invalid/{number}")
        run(post)
    slack.misbehave("chat.postMessage", how)
    repost(post.database, LEAK.content, source="forum", address="http://forum.invalid/last")
    for _ in range(3):
        run(post)
        clock.advance(timedelta(minutes=10))
    assert len(slack.replies) == 4


def test_what_may_have_arrived_is_looked_for_as_long_as_it_takes(
    post: PostRoom, slack: FakeSlack, clock: SetClock
) -> None:
    take(post.database, LEAK)
    slack.misbehave("chat.postMessage", "drop-accepted")
    slack.misbehave("conversations.history", "internal_error", 2)
    for _ in range(5):
        run(post)
        clock.advance(timedelta(minutes=10))
    assert len(slack.messages) == 1
    assert slack.state()["calls"].count("chat.postMessage") == 1


def test_slack_that_asks_for_an_hour_gets_it(post: PostRoom, slack: FakeSlack, clock: SetClock) -> None:
    take(post.database, LEAK)
    slack.misbehave("chat.postMessage", "429-long")
    assert run(post).waiting == 1
    clock.advance(timedelta(minutes=59))
    assert run(post).sent == 0
    clock.advance(timedelta(minutes=2))
    assert run(post).sent == 1


def test_a_message_that_never_gets_through_stands_as_failed(post: PostRoom, slack: FakeSlack, clock: SetClock) -> None:
    patient = replace(post, max_attempts=3)
    take(post.database, LEAK)
    slack.misbehave("chat.postMessage", "not_in_channel", 9)
    pauses = []
    for _ in range(3):
        run(patient)
        with post.database.read() as session:
            pauses.append((session.get_one(Message, 1).next_at - clock.now()).total_seconds())
        clock.advance(timedelta(minutes=30))
    assert pauses == [5, 10, 20]
    assert run(patient).sent == 0
    with post.database.read() as session:
        message = session.get_one(Message, 1)
        assert (message.state, message.attempts) == ("failed", 3)
        assert message.failure == "Slack refused the message: not_in_channel"
    assert event_kinds(post.database)[-1] == "alert-failed"


def test_a_deleted_parent_is_posted_anew(post: PostRoom, slack: FakeSlack) -> None:
    take(post.database, LEAK)
    run(post)
    slack.delete(slack.parents[0]["ts"])
    repost(post.database, LEAK.content, source="forum", address="http://forum.invalid/1")
    run(post, 3)
    assert len(slack.parents) == 1
    repost(post.database, LEAK.content, source="forum", address="http://forum.invalid/2")
    run(post)
    assert slack.replies[-1]["thread_ts"] == slack.parents[0]["ts"]


def test_merged_incidents_say_so_in_both_threads(post: PostRoom, slack: FakeSlack) -> None:
    take(post.database, Leaked("left", tuple(range(10))))
    take(post.database, Leaked("right", tuple(range(10, 20))))
    run(post)
    take(post.database, Leaked("both", tuple(range(20))))
    run(post)
    first, second = slack.parents
    assert "20 人" in str(first["blocks"])
    assert "統合" in second["text"]
    assert [reply["thread_ts"] for reply in slack.replies] == [first["ts"]]


def test_an_incident_that_was_over_before_slack_was_set_up_is_not_told(post: PostRoom, slack: FakeSlack) -> None:
    take(post.database, LEAK)
    with post.database.write() as session:
        actions.act(session, 1, "dismiss", actor=by("suzuki"), reason="test data", now=NOW)
    run(post)
    assert slack.messages == []


def test_the_scheduler_is_told_when_there_is_something_to_do(post: PostRoom, slack: FakeSlack, clock: SetClock) -> None:
    def is_due() -> bool:
        with post.database.read() as session:
            return has_due(session, post.channels, now=clock.now())

    assert not is_due()
    take(post.database, LEAK)
    assert is_due()
    slack.misbehave("chat.postMessage", "drop")
    run(post)
    assert not is_due()
    clock.advance(timedelta(minutes=1))
    assert is_due()
    run(post)
    assert not is_due()
