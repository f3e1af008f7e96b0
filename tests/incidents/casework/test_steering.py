"""Severity, merges, relations, hand-overs and days: what a person decided stays, and can be undone."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from core.actors import Role
from incidents import actions, queries
from incidents.casework import hand_over, steering
from incidents.casework.reading import casework_of, to_look_at
from incidents.casework.reminders import tell_come_backs
from incidents.errors import ForbiddenActionError, IncidentError
from tests.actors import by
from tests.incidents.makers import NOW, Leaked, event_kinds, take

if TYPE_CHECKING:
    from core.database import Database

SUZUKI, TANAKA = by("suzuki"), by("tanaka")
ZONE = "Asia/Tokyo"


def two(database: Database) -> tuple[int, int]:
    one = take(database, Leaked("a list", (1, 2, 3))).incident_id or 0
    return one, take(database, Leaked("another list", (51, 52, 53))).incident_id or 0


def test_a_severity_that_a_person_set_stays_and_figures_that_outgrow_it_are_told_once(database: Database) -> None:
    one = take(database, Leaked("a list", tuple(range(100)))).incident_id or 0
    with database.write() as session:
        steering.set_severity(session, one, "low", actor=SUZUKI, now=NOW, reason="they are made up")
    for number, size in enumerate((120, 140)):
        take(database, Leaked(f"a list, longer {number}", tuple(range(size))))
    with database.read() as session:
        assert queries.incident_line(session, one, language="en").severity == "low"
    assert event_kinds(database, one).count("grew") == 2
    assert event_kinds(database, one).count("severity-outgrown") == 1
    assert event_kinds(database, one).count("severity") == 0
    with database.write() as session:
        steering.set_severity(session, one, "", actor=SUZUKI, now=NOW, reason="the figures say it")
        assert queries.incident_line(session, one, language="en").severity == "high"


def test_fewer_customers_never_make_less_grave_what_a_person_set(database: Database) -> None:
    one, other = two(database)
    with database.write() as session:
        steering.set_severity(session, one, "critical", actor=SUZUKI, now=NOW, reason="addresses of shelters")
        steering.merge_by_hand(session, one, other, actor=SUZUKI, now=NOW, reason="one seller")
        steering.split_by_hand(session, other, actor=SUZUKI, now=NOW, reason="two sellers")
        assert queries.incident_line(session, one, language="en").severity == "critical"


def test_a_split_gives_both_back_what_they_had(database: Database) -> None:
    one, other = two(database)
    with database.write() as session:
        actions.assign(session, other, "tanaka", actor=SUZUKI, now=NOW)
        hand_over.come_back_on(session, other, date(2026, 12, 1), actor=SUZUKI, now=NOW, why="the seller's deadline")
        steering.set_severity(session, other, "high", actor=SUZUKI, now=NOW, reason="names of patients")
        actions.act(session, other, "confirm-csirt", actor=SUZUKI, now=NOW)
        before = [queries.incident_line(session, number, language="en") for number in (one, other)]
        steering.merge_by_hand(session, one, other, actor=SUZUKI, now=NOW, reason="one seller")
        whole = queries.incident_line(session, one, language="en")
        assert (whole.assignee, whole.come_back_on, whole.severity) == ("tanaka", date(2026, 12, 1), "high")
        assert (whole.state, whole.csirt_confirmed_by) == ("confirmed", "suzuki")
        steering.split_by_hand(session, other, actor=SUZUKI, now=NOW, reason="two sellers")
        assert [queries.incident_line(session, number, language="en") for number in (one, other)] == before


def test_what_was_changed_since_the_merge_stays(database: Database) -> None:
    one, other = two(database)
    with database.write() as session:
        actions.assign(session, other, "tanaka", actor=SUZUKI, now=NOW)
        steering.merge_by_hand(session, one, other, actor=SUZUKI, now=NOW, reason="one seller")
        actions.assign(session, one, "sato", actor=SUZUKI, now=NOW)
        steering.split_by_hand(session, other, actor=SUZUKI, now=NOW, reason="two sellers")
        assert queries.incident_line(session, one, language="en").assignee == "sato"
        assert queries.incident_line(session, other, language="en").assignee == "tanaka"


def test_related_incidents_show_on_both_and_stay_two(database: Database) -> None:
    one, other = two(database)
    with database.write() as session:
        steering.relate(session, other, one, actor=SUZUKI, now=NOW, reason="one forum")
        for number, related in ((one, other), (other, one)):
            found = casework_of(session, number, language="en", now=NOW).related
            assert [(line.line.id, line.reason) for line in found] == [(related, "one forum")]
        with pytest.raises(IncidentError, match="already"):
            steering.relate(session, one, other, actor=SUZUKI, now=NOW, reason="again")
        steering.unrelate(session, one, other, actor=SUZUKI, now=NOW, reason="another forum")
        assert casework_of(session, one, language="en", now=NOW).related == ()
    assert event_kinds(database, one)[-2:] == event_kinds(database, other)[-2:] == ["related", "unrelated"]


def test_merging_and_severity_are_a_responder_s_with_a_reason(database: Database) -> None:
    one, other = two(database)
    investigator = by("sato", Role.INVESTIGATOR)
    with database.write() as session:
        with pytest.raises(ForbiddenActionError, match="responder"):
            steering.merge_by_hand(session, one, other, actor=investigator, now=NOW, reason="one seller")
        with pytest.raises(ForbiddenActionError, match="responder"):
            steering.set_severity(session, one, "high", actor=investigator, now=NOW, reason="grave")
        with pytest.raises(ForbiddenActionError, match="reason"):
            steering.set_severity(session, one, "high", actor=SUZUKI, now=NOW, reason="")
        with pytest.raises(IncidentError, match="two incidents"):
            steering.merge_by_hand(session, one, one, actor=SUZUKI, now=NOW, reason="itself")


def test_who_takes_over_says_so_and_nobody_else_can(database: Database) -> None:
    one, _ = two(database)
    with database.write() as session:
        hand_over.hand_over(session, one, "tanaka", actor=SUZUKI, now=NOW, note="the host answers at night")
        line = queries.incident_line(session, one, language="en")
        assert (line.assignee, line.handed_by) == ("tanaka", "suzuki")
        with pytest.raises(ForbiddenActionError, match="does not wait"):
            hand_over.acknowledge(session, one, actor=SUZUKI, now=NOW)
        hand_over.acknowledge(session, one, actor=TANAKA, now=NOW)
        assert queries.incident_line(session, one, language="en").handed_by == ""
        with pytest.raises(IncidentError, match="somebody else"):
            hand_over.hand_over(session, one, "tanaka", actor=TANAKA, now=NOW, note="to myself")
    assert "the host answers at night" in _last_text(database, one, "handed-over")


def test_on_the_day_it_is_told_once_and_shown_until_somebody_clears_it(database: Database) -> None:
    one, _ = two(database)
    day = date(2026, 11, 25)
    with database.write() as session:
        hand_over.come_back_on(session, one, day, actor=SUZUKI, now=NOW, why="the seller's deadline")
        before = NOW + timedelta(days=2)
        assert tell_come_backs(session, now=before, zone=ZONE) == 0
        assert to_look_at(session, language="en", now=before, zone=ZONE) == []
        # 15:30 in UTC is half past midnight of the next day where the carrier is.
        on_it = before.replace(hour=15, minute=30)
        assert [tell_come_backs(session, now=on_it, zone=ZONE) for _ in range(2)] == [1, 0]
        assert [line.id for line in to_look_at(session, language="en", now=on_it, zone=ZONE)] == [one]
        hand_over.clear_come_back(session, one, actor=SUZUKI, now=on_it, said="nothing new")
        assert to_look_at(session, language="en", now=on_it, zone=ZONE) == []


def _last_text(database: Database, incident_id: int, kind: str) -> str:
    with database.read() as session:
        told = [event for event in queries.timeline(session, incident_id, language="en") if event.kind == kind]
    return told[-1].text
