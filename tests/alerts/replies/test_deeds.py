"""A press becomes a deed once, by whoever may, and silence ends in the morning of the carrier's zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from alerts.models import Thread
from alerts.replies.deeds import Desk, deal_with, snoozed_until
from alerts.replies.presses import BUTTONS, NOTE, SNOOZES, Press, read_button, read_dialog, read_shortcut
from core.actors import SYSTEM
from core.settings import load_settings
from incidents import queries
from incidents.casework.steering import merge_by_hand
from incidents.models import Event
from people.accounts import add_account
from tests.incidents.makers import Leaked, event_kinds, take

if TYPE_CHECKING:
    from pathlib import Path

    from core.clock import SetClock
    from core.database import Database

ZONES = ("Asia/Tokyo", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC")
JSONISH = st.recursive(
    st.none() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(
        ["actions", "user", "channel", "message", "view", "state", "id", "ts", "thread_ts", "value", "action_id"]
    ), inner, max_size=5),
    max_leaves=12,
)  # fmt: skip


@pytest.fixture
def desk(home: Path, database_url: str, database: Database, clock: SetClock) -> Desk:
    """An incident with its alert in Slack, and people with linked accounts."""
    take(database, Leaked("a list", tuple(range(30))))
    with database.write() as session:
        session.add(Thread(incident_id=1, channel="slack", reference="1.0", place="C1"))
        for login, user, roles in (
            ("hana", "U1", ["responder"]),
            ("kenji", "U2", ["data-owner"]),
            ("aoi", "U3", ["auditor"]),
        ):
            add_account(session, login, roles=roles, slack=user, language="en", actor=SYSTEM, now=clock.now())
    return Desk(database, load_settings(home, database={"url": database_url}, language="en"), clock)


def press(deed: str, user: str = "U1", key: str = "k", **others: object) -> Press:
    return Press(deed, user, "C1", "1.0", key, 1, **others)  # type: ignore[arg-type]


def test_a_press_is_done_once_also_by_a_program_that_was_started_anew(desk: Desk) -> None:
    assert deal_with(desk, press("mine"))
    assert deal_with(Desk(desk.database, desk.settings, desk.clock), press("mine")) is None
    assert event_kinds(desk.database).count("assigned") == 1
    with desk.database.read() as session:
        assert queries.incident_line(session, 1, language="en").assignee == "hana"


@pytest.mark.parametrize("deed", [*BUTTONS, NOTE])
def test_who_may_not_moves_nothing_and_takes_nothing_from_who_may(desk: Desk, deed: str) -> None:
    before = event_kinds(desk.database)
    for user in ("U2", "U3", "U9"):
        said = deal_with(desk, press(deed, user, text="because"))
        assert said
        assert deal_with(desk, press(deed, user, text="because")) is None, "told once"
    assert event_kinds(desk.database) == before
    assert deal_with(desk, press(deed, "U1", text="because"))
    assert len(event_kinds(desk.database)) > len(before)


@pytest.mark.parametrize("elsewhere", [{"channel": "C2"}, {"thread": "9.9"}, {"incident_id": 2}])
def test_a_payload_that_stands_elsewhere_moves_nothing(desk: Desk, elsewhere: dict[str, object]) -> None:
    before = event_kinds(desk.database)
    given_ = {"deed": "mine", "user": "U1", "channel": "C1", "thread": "1.0", "key": "k", "incident_id": 1}
    assert deal_with(desk, Press(**{**given_, **elsewhere}))  # type: ignore[arg-type]
    assert event_kinds(desk.database) == before


@pytest.mark.parametrize("deed", ["acknowledge", *SNOOZES])
def test_what_is_pressed_under_a_part_is_said_of_the_whole(desk: Desk, deed: str) -> None:
    take(desk.database, Leaked("another list", tuple(range(100, 130))))
    with desk.database.write() as session:
        merge_by_hand(session, 2, 1, reason="one leak", actor=SYSTEM, now=desk.clock.now())
    assert deal_with(desk, Press(deed, "U1", "C1", "9.9", "k0", 1)), "from elsewhere"
    assert deal_with(desk, Press(deed, "U1", "C1", "1.0", "k1", 2)), "another one's button"
    kinds = event_kinds(desk.database)
    assert not {"acknowledged", "snoozed"} & set(kinds)
    assert "2" in (deal_with(desk, press(deed)) or "")
    with desk.database.read() as session:
        last = session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert last is not None
    assert (last.incident_id, last.kind) == (2, "acknowledged" if deed == "acknowledge" else "snoozed")


@given(st.sampled_from(ZONES), st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)))  # noqa: DTZ001  # UTC below
def test_until_the_morning_is_nine_o_clock_of_the_next_day_there(zone: str, moment: datetime) -> None:
    now = moment.replace(tzinfo=UTC)
    until = snoozed_until(SNOOZES[2], now, zone)
    here, there = now.astimezone(ZoneInfo(zone)), until.astimezone(ZoneInfo(zone))
    assert (there.hour, there.minute, there.date()) == (9, 0, here.date() + timedelta(days=1))
    assert snoozed_until(SNOOZES[0], now, zone) - now == timedelta(hours=1)
    assert snoozed_until(SNOOZES[1], now, zone) - now == timedelta(hours=4)


@given(st.dictionaries(st.sampled_from(["actions", "user", "channel", "message", "view"]), JSONISH, max_size=5))
def test_a_payload_of_any_shape_is_nothing_or_a_press(body: dict[str, object]) -> None:
    for read in (read_button, read_dialog, read_shortcut):
        assert isinstance(read(body), Press | None)
