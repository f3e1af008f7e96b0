"""The on-call list: no step twice, none skipped, none too early, none once somebody knows."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.escalations import escalate
from alerts.on_call import ACKNOWLEDGED, Happened, Ladder, OnCallError, QuietHours, Rung, due_step, read_ladder
from core.actors import SYSTEM
from home import Home
from incidents import actions
from incidents.timeline.attention import snooze
from people.accounts import add_account
from scheduler import all_jobs
from tests.actors import by
from tests.alerts.conftest import make_settings, run
from tests.incidents.makers import NOW, Leaked, event_kinds, take

if TYPE_CHECKING:
    from pathlib import Path

    from alerts.delivery import PostRoom
    from core.clock import SetClock
    from tests.alerts.conftest import FakeSlack

BEGAN = datetime(2026, 11, 28, 3, 0, tzinfo=UTC)
EVERY = ("low", "medium", "high", "critical")
steps = st.lists(
    st.builds(Rung, after_minutes=st.integers(0, 90), severities=st.lists(st.sampled_from(EVERY), max_size=4)),
    max_size=5,
)
quiets = st.none() | st.builds(
    QuietHours, begins=st.times(), ends=st.times(), break_through=st.lists(st.sampled_from(EVERY), max_size=3)
)


@given(
    st.builds(Ladder, step=steps, quiet=quiets), st.sampled_from(EVERY), st.lists(st.integers(0, 200), max_size=30),
    st.none() | st.tuples(st.integers(0, 600), st.sampled_from(sorted(ACKNOWLEDGED))),
)  # fmt: skip
def test_steps_are_told_in_order_once_and_not_once_somebody_knows(
    ladder: Ladder, severity: str, pauses: list[int], known: tuple[int, str] | None
) -> None:
    happened, told, minute, last = [Happened("opened", BEGAN)], list[int](), 0, 0
    for pause in pauses:  # the job looks whenever it can
        minute += pause
        now = BEGAN + timedelta(minutes=minute)
        if known and minute >= known[0]:
            happened.append(Happened(known[1], BEGAN + timedelta(minutes=known[0])))
        number = due_step(ladder, happened, severity, now)
        if number is not None:
            assert not (known and minute >= known[0])
            assert not (ladder.quiet and ladder.quiet.holds(severity, now))
            assert minute - last >= ladder.step[number - 1].after_minutes
            happened.append(Happened("escalated", now, number))
            told.append(number)
            last = minute
    meant = [number for number, step in enumerate(ladder.step, 1) if severity in step.severities]
    assert told == meant[: len(told)]


@given(st.builds(Ladder, step=steps), st.sampled_from(EVERY))
def test_whoever_waits_long_enough_hears_of_every_step(ladder: Ladder, severity: str) -> None:
    happened = [Happened("opened", BEGAN)]
    for hour in range(2, 12):
        now = BEGAN + timedelta(hours=hour * 2)
        number = due_step(ladder, happened, severity, now)
        happened += [Happened("escalated", now, number)] if number else []
    assert len(happened) - 1 == sum(severity in step.severities for step in ladder.step)


@pytest.mark.parametrize(("clock", "is_held"), [("21:59", False), ("22:00", True), ("06:59", True), ("07:00", False)])
def test_quiet_hours_go_over_midnight_and_let_the_worst_through(clock: str, is_held: bool) -> None:  # noqa: FBT001
    quiet = QuietHours.model_validate({"begins": "22:00", "ends": "07:00", "zone": "Asia/Tokyo"})
    now = datetime.fromisoformat(f"2026-11-28T{clock}:00+09:00")
    assert quiet.holds("high", now) is is_held
    assert not quiet.holds("critical", now)


def test_a_step_calls_its_people_in_the_thread_until_somebody_takes_it(post: PostRoom, slack: FakeSlack) -> None:
    second = Rung(after_minutes=30, mentions=("<!subteam^S0123>",), severities=EVERY)
    third = Rung(after_minutes=30, people=("kato",), severities=EVERY)
    ladder = Ladder(step=(Rung(after_minutes=10, people=("hana", "kato"), severities=EVERY), second, third))
    take(post.database, Leaked("a list", tuple(range(30))))
    with post.database.write() as session:
        add_account(session, "hana", roles=["responder"], actor=SYSTEM, now=NOW, slack="U0123456789")
        assert escalate(session, ladder, now=NOW + timedelta(minutes=60)) == 0  # its own message has not gone out
    run(post)
    told = []
    for minutes in (9, 10, 39, 40):
        with post.database.write() as session:
            told.append(escalate(session, ladder, now=NOW + timedelta(minutes=minutes)))
        run(post)
    assert told == [0, 1, 0, 1]
    first, then = slack.replies
    assert "hana, kato" in first["text"]
    assert "<@U0123456789>" in str(first["blocks"])
    assert "<!subteam^S0123>" in str(then["blocks"])
    with post.database.write() as session:
        actions.act(session, 1, "confirm-csirt", actor=by("suzuki"), now=NOW)
        assert escalate(session, ladder, now=NOW + timedelta(days=1)) == 0
    assert event_kinds(post.database).count("escalated") == 2


def test_who_asked_for_silence_has_it_until_then(post: PostRoom) -> None:
    ladder = Ladder(step=(Rung(after_minutes=10, people=("hana",), severities=EVERY),))
    take(post.database, Leaked("a list", tuple(range(30))))
    run(post)
    with post.database.write() as session:
        snooze(session, 1, NOW + timedelta(hours=1), actor=by("hana"), now=NOW)
        assert escalate(session, ladder, now=NOW + timedelta(minutes=59)) == 0
        assert escalate(session, ladder, now=NOW + timedelta(minutes=60)) == 1


@pytest.mark.parametrize(
    "said", ["step = 1", "[[step]]\npeople = ['a']", "[[step]]\nafter_minutes = 5\nmentions = ['<http://a|b>']", "[",
             "[quiet]\nbegins = 22:00:00\nends = 07:00:00\nzone = 'Mars/Base'"],
)  # fmt: skip
def test_a_list_that_cannot_be_is_refused_by_name(home: Path, said: str) -> None:
    path = home / "oncall.toml"
    assert read_ladder(path) == Ladder()
    path.write_text(said, encoding="utf-8")
    with pytest.raises(OnCallError, match=r"oncall\.toml"):
        read_ladder(path)


def test_the_scheduler_reads_the_list_of_its_home(
    post: PostRoom, slack: FakeSlack, home: Path, clock: SetClock
) -> None:
    settings = make_settings(home, slack.settings())
    jobs = all_jobs(Home.of(settings, database=post.database, clock=clock), threading.Event())()
    (job,) = (job for job in jobs if job.name == "on-call")
    assert not job.is_wanted()
    said = "[[step]]\nafter_minutes = 5\npeople = ['hana']\nseverities = ['low', 'medium', 'high', 'critical']\n"
    (home / "oncall.toml").write_text(said, encoding="utf-8")
    take(post.database, Leaked("a list", tuple(range(30))), now=clock.now())
    run(post)
    clock.advance(timedelta(minutes=6))
    assert job.is_wanted()
    assert [job.work(), job.work()] == ["done: 1 told", "done: 0 told"]
    run(post)
    assert "hana" in slack.replies[0]["text"]
