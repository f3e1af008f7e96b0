"""In quiet hours what is not urgent waits, comes as one message in the morning, and nothing is lost."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import select

from alerts.models import AlertedEvent
from incidents import actions
from incidents.clocks.reminders import tell_near
from incidents.clocks.statements import say
from incidents.models import Event, Incident
from incidents.timeline.attention import acknowledge
from tests.actors import by
from tests.alerts.conftest import run
from tests.incidents.makers import Leaked, take

if TYPE_CHECKING:
    from pathlib import Path

    from alerts.delivery import PostRoom
    from core.clock import SetClock
    from tests.alerts.conftest import FakeSlack

QUIET = '[quiet]\nbegins = 22:00:00\nends = 07:00:00\nzone = "Asia/Tokyo"\nbreak_through = ["critical"]\n'
TOKYO = ZoneInfo("Asia/Tokyo")


def at(clock: SetClock, hour: int, day: int = 24) -> datetime:
    """The clock stands at an hour of a day in Tokyo."""
    clock.advance(datetime(2026, 11, day, hour, tzinfo=TOKYO) - clock.now())
    return clock.now()


def leak(post: PostRoom, clock: SetClock, number: int, people: int = 30) -> None:
    take(post.database, Leaked(f"list {number}", tuple(range(number * 1000, number * 1000 + people))), now=clock.now())


def grade(post: PostRoom, incident_id: int, severity: str) -> None:
    with post.database.write() as session:
        session.get_one(Incident, incident_id).severity = severity


def test_several_incidents_of_a_night_are_one_message_in_the_morning(
    post: PostRoom, slack: FakeSlack, home: Path, clock: SetClock
) -> None:
    (home / "oncall.toml").write_text(QUIET, encoding="utf-8")
    at(clock, 23)
    for number in (1, 2, 3):
        leak(post, clock, number)
        grade(post, number, "high")
    run(post)
    at(clock, 3, 25)
    run(post)
    assert slack.parents == [], "nobody is woken"
    at(clock, 7, 25)
    run(post)
    run(post)
    (morning,) = slack.parents
    assert "3 件" in str(morning)
    with post.database.read() as session:
        told = set(session.scalars(select(AlertedEvent.event_id)))
        kinds = {event.id for event in session.scalars(select(Event)) if event.kind == "opened"}
    assert kinds <= told
    with post.database.write() as session:
        actions.note(session, 2, "seen", actor=by("hana"), now=clock.now())
        actions.act(session, 2, "confirm-csirt", actor=by("hana"), now=clock.now())
    run(post)
    assert len(slack.parents) == 2, "an incident that goes on gets its message"


def test_one_incident_of_a_night_is_told_as_ever_in_the_morning(
    post: PostRoom, slack: FakeSlack, home: Path, clock: SetClock
) -> None:
    (home / "oncall.toml").write_text(QUIET, encoding="utf-8")
    at(clock, 23)
    leak(post, clock, 1)
    grade(post, 1, "high")
    run(post)
    assert slack.parents == []
    at(clock, 7, 25)
    run(post)
    (parent,) = slack.parents
    assert "事案 1" in str(parent)


def test_the_gravest_breaks_through_and_a_broken_list_silences_nobody(
    post: PostRoom, slack: FakeSlack, home: Path, clock: SetClock
) -> None:
    (home / "oncall.toml").write_text(QUIET, encoding="utf-8")
    at(clock, 23)
    leak(post, clock, 1)
    grade(post, 1, "critical")
    run(post)
    assert len(slack.parents) == 1
    (home / "oncall.toml").write_text("[quiet]\nbegins = 22", encoding="utf-8")
    clock.advance(timedelta(minutes=5))
    leak(post, clock, 2)
    run(post)
    assert len(slack.parents) == 2


def test_a_deadline_that_ends_before_the_morning_does_not_wait_for_it(
    post: PostRoom, slack: FakeSlack, home: Path, clock: SetClock
) -> None:
    (home / "oncall.toml").write_text(QUIET, encoding="utf-8")
    at(clock, 3)
    leak(post, clock, 1)
    hana = by("hana")
    facts = {"residents": "DE", "people-confirmed": "3"}
    with post.database.write() as session:
        acknowledge(session, 1, actor=hana, now=clock.now())
        say(session, 1, facts, actor=hana, now=clock.now(), reason="a letter")
    run(post)
    assert slack.parents == [], "that it began can wait"
    at(clock, 8)
    run(post)
    (parent,) = slack.parents
    assert "次の期限" in str(parent)
    assert "2026-11-27 03:00 JST" in str(parent)
    for hour, told in ((2, 0), (23, 1)):
        at(clock, hour, 26)
        with post.database.write() as session:
            assert tell_near(session, now=clock.now(), hours=[48.0, 4.0]) == 1
        run(post)
        assert len([one for one in slack.replies if "時間を切りました" in str(one)]) == told, hour
