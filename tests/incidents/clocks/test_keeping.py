"""Deadlines of incidents: begun by somebody knowing, moved by facts, settled with reasons, wanted for closing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from core.actors import SYSTEM, Role
from deadlines.rulebook import Rulebook, load_regimes
from incidents import actions
from incidents.casework.closing import NotDoneError, missing, waive
from incidents.casework.steering import merge_by_hand, split_by_hand
from incidents.clocks.keeping import keep, latest_event, to_keep
from incidents.clocks.models import DeadlineRow, FactRow
from incidents.clocks.reading import clock_page, counted, list_clocks, next_clocks, next_words
from incidents.clocks.reminders import tell_near
from incidents.clocks.replaying import replay_deadlines, replay_facts
from incidents.clocks.settling import meet, resume, waive_clock
from incidents.clocks.statements import say
from incidents.errors import ForbiddenActionError, IncidentError
from incidents.models import Event, Incident
from incidents.timeline.attention import acknowledge
from tests.actors import by
from tests.deadlines.cases import FINAL_REPORT, FIRST_REPORT, GDPR, PEOPLE, PRINCIPAL, USERS
from tests.incidents.finishing import finish
from tests.incidents.makers import NOW, Leaked, take
from transparency.verify.damage import Report
from transparency.verify.derived import find_wrong_deadlines

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from core.database import Database

SUZUKI, OWNER = by("suzuki", Role.RESPONDER), by("nakamura", Role.DATA_OWNER)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MALICE = {"malicious": "possible"}
A_LIST, ANOTHER = Leaked("a list", (1, 2, 3)), Leaked("another list", (51, 52, 53))


@pytest.fixture
def known(database: Database) -> int:
    """An incident that a responder acknowledged at `NOW`, noon of Sunday 22 November in Tokyo."""
    incident_id = take(database, A_LIST).incident_id or 0
    with database.write() as session:
        acknowledge(session, incident_id, actor=SUZUKI, now=NOW)
        keep(session, incident_id, now=NOW)
    return incident_id


def rows(session: Session, incident_id: int) -> dict[str, DeadlineRow]:
    found = session.scalars(select(DeadlineRow).where(DeadlineRow.incident_id == incident_id))
    return {row.name: row for row in found}


def states(session: Session, incident_id: int) -> dict[str, str]:
    return {name: row.state for name, row in rows(session, incident_id).items()}


def kinds(session: Session) -> list[str]:
    return [kind for kind in session.scalars(select(Event.kind).order_by(Event.id)) if kind.startswith("clock-")]


def tell(session: Session, incident_id: int, values: dict[str, str], **more: Any) -> None:
    given: dict[str, Any] = {"actor": SUZUKI, "now": NOW + HOUR, "reason": "the police said so"}
    say(session, incident_id, values, **(given | more))


def check_replayed(session: Session) -> None:
    session.flush()
    report = Report()
    find_wrong_deadlines(session, report)
    assert report.damages == []


def test_nothing_begins_before_a_person_has_seen_it(database: Database) -> None:
    incident_id = take(database, Leaked("many", tuple(range(1, 1500)))).incident_id or 0
    with database.write() as session:
        assert keep(session, incident_id, now=NOW) == 0
        acknowledge(session, incident_id, actor=SYSTEM, now=NOW)
        assert keep(session, incident_id, now=NOW) == 0, "the program's own looks are nobody's knowledge"
        acknowledge(session, incident_id, actor=SUZUKI, now=NOW + HOUR)
        keep(session, incident_id, now=NOW + 2 * HOUR)
        found = rows(session, incident_id)
        assert {FIRST_REPORT, FINAL_REPORT, PEOPLE} == set(found)
        assert {(row.basis, row.starts_at) for row in found.values()} == {("possible", NOW + HOUR)}
        actions.act(session, incident_id, "confirm-csirt", actor=SUZUKI, now=NOW + 3 * HOUR)
        keep(session, incident_id, now=NOW + 3 * HOUR)
        assert {(row.basis, row.starts_at) for row in found.values()} == {("confirmed", NOW + HOUR)}
        check_replayed(session)


def test_keeping_twice_writes_nothing_new(database: Database, known: int) -> None:
    with database.write() as session:
        tell(session, known, MALICE)
        before = kinds(session)
        assert keep(session, known, now=NOW + 2 * HOUR) == 0
        assert kinds(session) == before == ["clock-fact", *["clock-started"] * 3]


def test_a_fact_begins_changes_and_stops_deadlines_and_each_is_an_event(database: Database, known: int) -> None:
    with database.write() as session:
        tell(session, known, {"financial-harm": "yes"})
        thirty = rows(session, known)[FINAL_REPORT].last_at
        tell(session, known, MALICE)
        sixty = rows(session, known)[FINAL_REPORT].last_at
        assert (thirty, sixty) == (at("2026-12-22"), at("2027-01-21")), (
            "22 November is day 1 of 30, and of 60 (Wednesday)"
        )
        tell(session, known, {"malicious": "", "financial-harm": "no"}, reason="a mistake")
        assert set(states(session, known).values()) == {"stopped"}
        tell(session, known, {"sensitive": "yes"})
        assert set(states(session, known).values()) == {"running"}
        told = session.scalars(select(Event).where(Event.kind == "clock-stopped")).all()
        assert {event.actor for event in told} == {"suzuki"}
        assert {event.data["why"] for event in told} == {"facts"}
        check_replayed(session)


def at(day: str) -> datetime:
    """The midnight in Tokyo that a day begins with, or the one after the last day of a term."""
    return datetime.fromisoformat(f"{day}T00:00+09:00")


def test_a_person_says_when_it_became_known_and_the_terms_move(database: Database, known: int) -> None:
    with database.write() as session:
        tell(session, known, MALICE)
        earlier = (NOW - 3 * DAY).isoformat()
        tell(session, known, {"known": earlier}, reason="the call centre was told on Thursday")
        assert rows(session, known)[FIRST_REPORT].starts_at == NOW - 3 * DAY
        assert "clock-changed" in kinds(session)
        tell(session, known, {"known": (NOW + HOUR / 2).isoformat()}, reason="who acknowledged it is the thief")
        assert rows(session, known)[FIRST_REPORT].starts_at == NOW + HOUR / 2
        check_replayed(session)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"weather": "yes"}, "no fact"),
        ({"malicious": "maybe"}, "cannot be said"),
        ({"people-possible": "-3"}, "cannot be said"),
        ({"people-confirmed": "many"}, "cannot be said"),
        ({"residents": "Germany"}, "cannot be said"),
        ({"known": "yesterday"}, "cannot be said"),
        ({"known": "2026-11-22T10:00"}, "cannot be said"),
        ({"known": "2027-11-22T10:00+09:00"}, "not come yet"),
        ({}, "no fact was changed"),
    ],
)
def test_what_cannot_be_meant_is_refused(database: Database, known: int, values: dict[str, str], said: str) -> None:
    with database.write() as session, pytest.raises(IncidentError, match=said):
        tell(session, known, values)


def test_facts_and_deeds_are_a_responder_s_and_have_reasons(database: Database, known: int) -> None:
    with database.write() as session:
        with pytest.raises(ForbiddenActionError, match="responder"):
            tell(session, known, MALICE, actor=OWNER)
        with pytest.raises(ForbiddenActionError, match="reason"):
            tell(session, known, MALICE, reason=" ")
        tell(session, known, MALICE)
        with pytest.raises(IncidentError, match="no fact was changed"):
            tell(session, known, MALICE)
        for doing in (waive_clock, resume):
            with pytest.raises(ForbiddenActionError, match="responder"):
                doing(session, known, FIRST_REPORT, reason="so", actor=OWNER, now=NOW)
            with pytest.raises(ForbiddenActionError, match="reason"):
                doing(session, known, FIRST_REPORT, reason="", actor=SUZUKI, now=NOW)
        with pytest.raises(ForbiddenActionError, match="responder"):
            meet(session, known, FIRST_REPORT, reference="receipt 7", at=NOW, actor=OWNER, now=NOW)
        with pytest.raises(IncidentError, match="not come yet"):
            meet(session, known, FIRST_REPORT, reference="receipt 7", at=NOW + DAY, actor=SUZUKI, now=NOW)
        with pytest.raises(IncidentError, match="no deadline"):
            meet(session, known, "moon/landing", reference="receipt 7", at=NOW, actor=SUZUKI, now=NOW)
        with pytest.raises(ForbiddenActionError, match="neither met nor waived"):
            resume(session, known, FIRST_REPORT, reason="so", actor=SUZUKI, now=NOW)


def test_met_stays_met_and_says_with_what_and_whether_it_was_late(database: Database, known: int) -> None:
    with database.write() as session:
        tell(session, known, MALICE)
        meet(session, known, FIRST_REPORT, reference="receipt 7", at=NOW + HOUR, actor=SUZUKI, now=NOW + DAY)
        meet(session, known, FINAL_REPORT, reference="receipt 8", at=NOW + 70 * DAY, actor=SUZUKI, now=NOW + 71 * DAY)
        with pytest.raises(ForbiddenActionError, match="settled already"):
            waive_clock(session, known, FIRST_REPORT, reason="so", actor=SUZUKI, now=NOW)
        tell(session, known, {"malicious": "no"}, now=NOW + 72 * DAY)
        assert states(session, known) == {FIRST_REPORT: "met", FINAL_REPORT: "met", PEOPLE: "stopped"}
        lines = {one.name: one for one in list_clocks(session, language="ja", now=NOW, show="settled")}
        assert (lines[FIRST_REPORT].is_late, lines[FINAL_REPORT].is_late) == (False, True)
        assert lines[FIRST_REPORT].reference == "receipt 7"
        resume(session, known, FIRST_REPORT, reason="sent to the wrong office", actor=SUZUKI, now=NOW + 73 * DAY)
        assert states(session, known)[FIRST_REPORT] == "stopped", "by the facts as they are it does not apply"
        check_replayed(session)


def test_what_never_ran_can_be_met_all_the_same(database: Database, known: int) -> None:
    with database.write() as session:
        meet(session, known, USERS, reference="told by telephone", at=NOW, actor=SUZUKI, now=NOW)
        waive_clock(session, known, GDPR, reason="no resident of the union", actor=SUZUKI, now=NOW)
        assert states(session, known) == {USERS: "met", GDPR: "waived"}
        check_replayed(session)


def test_closing_needs_every_deadline_met_or_waived(database: Database, known: int) -> None:
    later = NOW + 80 * DAY
    with database.write() as session:
        actions.act(session, known, "confirm-csirt", actor=SUZUKI, now=NOW)
        actions.act(session, known, "contain", actor=SUZUKI, now=NOW)
        tell(session, known, MALICE)
        for task in missing(session, session.get_one(Incident, known)):
            if not task.what.startswith("clock:"):
                waive(session, known, task.what, actor=SUZUKI, now=NOW, reason="made up")
        with pytest.raises(NotDoneError, match="final report"):
            actions.act(session, known, "close", actor=SUZUKI, now=later)
        meet(session, known, FIRST_REPORT, reference="receipt 7", at=NOW + HOUR, actor=SUZUKI, now=later)
        meet(session, known, FINAL_REPORT, reference="receipt 8", at=later, actor=SUZUKI, now=later)
        with pytest.raises(NotDoneError, match="people"):
            actions.act(session, known, "close", actor=SUZUKI, now=later)
        waive(session, known, f"clock:{PEOPLE}", actor=SUZUKI, now=later, reason="all of them were told by telephone")
        assert states(session, known)[PEOPLE] == "waived"
        assert actions.act(session, known, "close", actor=SUZUKI, now=later) == "closed"
        assert keep(session, known, now=later) == 0
        with pytest.raises(ForbiddenActionError, match="is closed"):
            tell(session, known, {"sensitive": "yes"}, now=later)
        check_replayed(session)


def test_a_deadline_that_no_rule_asks_for_any_more_stops_unless_a_rule_cannot_be_read(
    database: Database, known: int
) -> None:
    """The law: what runs is what the rules that hold ask for; of rules that cannot be read nothing is concluded."""
    with database.write() as session:
        tell(session, known, MALICE)
        left = tuple(one for one in load_regimes().regimes if one.id != FIRST_REPORT.partition("/")[0])
        assert keep(session, known, Rulebook(left, ("own.toml: no TOML",)), now=NOW + DAY) == 0
        assert set(states(session, known).values()) == {"running"}
        assert keep(session, known, Rulebook(left), now=NOW + DAY) > 0
        found = rows(session, known)
        assert {row.state for row in found.values() if row.regime not in {one.id for one in left}} == {"stopped"}
        assert keep(session, known, Rulebook(left), now=NOW + DAY) == 0
        check_replayed(session)
        keep(session, known, now=NOW + 2 * DAY)
        assert set(states(session, known).values()) == {"running"}, "the rule is back"
        check_replayed(session)


def test_the_job_waits_for_a_person_who_settles_and_undoes_nothing(database: Database) -> None:
    """On a server that lets two write at once, what a person met stays met."""
    incident_id = take(database, A_LIST).incident_id or 0
    with database.write() as session:
        acknowledge(session, incident_id, actor=SUZUKI, now=NOW)
        tell(session, incident_id, MALICE)
    with ThreadPoolExecutor(1) as pool:
        with database.write() as person:
            meet(person, incident_id, FIRST_REPORT, reference="receipt 7", at=NOW + HOUR, actor=SUZUKI, now=NOW + DAY)
            person.flush()
            with database.read() as before:
                assert states(before, incident_id)[FIRST_REPORT] == "running"
            job = pool.submit(_kept_without_rules, database, incident_id)
            wait([job], timeout=0.5)  # in the middle of which it comes
        assert job.result(timeout=60) == 2, "of three deadlines, one is met"
    with database.read() as session:
        assert states(session, incident_id)[FIRST_REPORT] == "met"
        check_replayed(session)


def _kept_without_rules(database: Database, incident_id: int) -> int:
    with database.write() as session:
        rows(session, incident_id)  # what a session has seen before, it would not look at again
        return keep(session, incident_id, Rulebook(()), now=NOW + DAY)


@pytest.mark.parametrize("typed", ["0001-01-01T00:00+09:00", "1999-12-31T23:59+00:00", "9999-12-31T23:59-09:00"])
def test_a_moment_that_cannot_be_is_refused(database: Database, known: int, typed: str) -> None:
    moment = datetime.fromisoformat(typed)
    with database.write() as session:
        with pytest.raises(IncidentError):
            tell(session, known, {"known": typed})
        with pytest.raises(IncidentError):
            meet(session, known, FIRST_REPORT, reference="x", at=moment, actor=SUZUKI, now=NOW + DAY)


def test_a_dismissed_incident_has_no_deadlines_and_has_them_again_when_reopened(database: Database, known: int) -> None:
    with database.write() as session:
        tell(session, known, MALICE)
        actions.act(session, known, "dismiss", actor=SUZUKI, now=NOW + DAY, reason="made up")
        keep(session, known, now=NOW + DAY)
        assert set(states(session, known).values()) == {"stopped"}
        assert list_clocks(session, language="ja", now=NOW) == []
        actions.act(session, known, "reopen", actor=SUZUKI, now=NOW + 2 * DAY, reason="it is real")
        keep(session, known, now=NOW + 2 * DAY)
        assert set(states(session, known).values()) == {"running"}
        assert {row.starts_at for row in rows(session, known).values()} == {NOW}, "and it was known all the while"
        check_replayed(session)


def test_a_whole_has_the_graver_facts_and_the_earlier_moment_of_its_parts(database: Database, known: int) -> None:
    other = take(database, ANOTHER).incident_id or 0
    with database.write() as session:
        acknowledge(session, other, actor=SUZUKI, now=NOW + DAY)
        tell(session, known, MALICE)
        meet(session, known, FIRST_REPORT, reference="receipt 7", at=NOW + HOUR, actor=SUZUKI, now=NOW + 2 * HOUR)
        merge_by_hand(session, other, known, actor=SUZUKI, now=NOW + 2 * DAY, reason="one leak")
        keep(session, known, now=NOW + 2 * DAY)
        assert states(session, known) == {FIRST_REPORT: "met", FINAL_REPORT: "stopped", PEOPLE: "stopped"}
        assert states(session, other) == {FIRST_REPORT: "met", FINAL_REPORT: "running", PEOPLE: "running"}
        assert rows(session, other)[FINAL_REPORT].starts_at == NOW
        assert "receipt 7" in rows(session, other)[FIRST_REPORT].reference
        split_by_hand(session, known, actor=SUZUKI, now=NOW + 3 * DAY, reason="two leaks")
        for one in (known, other):
            keep(session, one, now=NOW + 3 * DAY)
        assert states(session, known) == {FIRST_REPORT: "met", FINAL_REPORT: "running", PEOPLE: "running"}
        assert states(session, other)[FINAL_REPORT] == "stopped", "nobody said anything of it alone"
        check_replayed(session)


def test_the_earlier_part_starts_the_whole_whoever_said_so(database: Database, known: int) -> None:
    other = take(database, ANOTHER).incident_id or 0
    with database.write() as session:
        tell(session, other, MALICE | {"known": (NOW + HOUR / 2).isoformat()})
        merge_by_hand(session, known, other, actor=SUZUKI, now=NOW + 2 * DAY, reason="one leak")
        keep(session, known, now=NOW + 2 * DAY)
        assert rows(session, known)[FINAL_REPORT].starts_at == NOW, "the whole was acknowledged before"
        check_replayed(session)


def test_each_reminder_is_told_once_and_a_missed_deadline_too(database: Database, known: int) -> None:
    hours = [72.0, 24.0, 4.0]
    with database.write() as session:
        tell(session, known, MALICE)
        assert rows(session, known)[FIRST_REPORT].last_at == at("2026-11-28")
        looks = ["2026-11-24T23:00", "2026-11-25T01:00", "2026-11-25T02:00", "2026-11-27T22:00", "2026-11-28T00:00"]
        told = [tell_near(session, now=datetime.fromisoformat(f"{one}+09:00"), hours=hours) for one in looks]
        assert told == [0, 1, 0, 1, 1], "72 hours, once; then, of 24 and 4 hours, the nearer; then that it is over"
        assert tell_near(session, now=at("2026-11-30"), hours=hours) == 0
        assert [event.data.get("hours") for event in session.scalars(
            select(Event).where(Event.kind.in_(("clock-near", "clock-missed"))).order_by(Event.id)
        )] == ["72", "4", None]  # fmt: skip
        meet(session, known, FINAL_REPORT, reference="receipt 8", at=NOW + HOUR, actor=SUZUKI, now=NOW + HOUR)
        assert tell_near(session, now=NOW + 100 * DAY, hours=hours) == 0, "what was met is nobody's worry"


def test_lists_have_the_next_ones_in_front_and_obey_their_filters(database: Database, known: int) -> None:
    with database.write() as session:
        tell(session, known, MALICE | {"residents": "de, jp", "people-confirmed": "2"})
        lines = next_clocks(session, language="en", now=NOW, limit=9)
        assert [one.name for one in lines] == [GDPR, FIRST_REPORT, FINAL_REPORT, PEOPLE]
        assert next_words(session, known, "ja")[1] == "2026-11-25 12:00 JST"
        late = NOW + 10 * DAY
        missed = list_clocks(session, language="en", now=late, show="missed")
        assert [(one.name, one.state) for one in missed] == [(GDPR, "missed"), (FIRST_REPORT, "missed")]
        assert counted(session, now=late, until=late + 60 * DAY) == {"missed": 2, "near": 1}
        assert list_clocks(session, language="en", now=NOW, only=[known + 1]) == []
        assert [one.name for one in list_clocks(session, language="en", now=NOW, regime="eu-gdpr-authority")] == [GDPR]


def test_the_page_of_an_incident_has_every_deadline_with_its_rule_and_every_fact(
    database: Database, known: int
) -> None:
    from deadlines.rulebook import load_regimes

    with database.write() as session:
        tell(session, known, MALICE | {"held-by-processor": "yes"})
        page = clock_page(session, known, load_regimes(), language="ja", now=NOW, zone="Asia/Tokyo")
    cards = {one.name: one for one in page.cards}
    assert len(cards) == len(page.cards) == 10
    assert cards[PRINCIPAL].lacking == ("processor-known",)
    assert cards[FIRST_REPORT].due == "2026-11-27"
    assert len(cards[FIRST_REPORT].items) == 9
    assert all(one.check and one.source for one in page.cards)
    said = {one.name: (one.value, one.said_by) for one in page.facts}
    assert said["malicious"] == ("possible", "suzuki")
    assert said["known"] == ("2026-11-22 12:00 JST", "")
    assert said["people-possible"] == ("3", "")


def test_the_job_looks_at_what_something_happened_to(database: Database, known: int) -> None:
    other = take(database, ANOTHER).incident_id or 0
    with database.read() as session:
        assert to_keep(session, after=0) == [known], "nobody has seen the other one"
        newest = latest_event(session)
        assert to_keep(session, after=newest) == []
    with database.write() as session:
        acknowledge(session, other, actor=SUZUKI, now=NOW)
    with database.read() as session:
        assert to_keep(session, after=newest) == [other]


def test_rows_that_no_event_tells_of_are_found(database: Database, known: int) -> None:
    with database.write() as session:
        tell(session, known, MALICE)
        session.add(FactRow(incident_id=known, name="sensitive", value="no", reason="", said_at=NOW, said_by="x"))
        rows(session, known)[FINAL_REPORT].last_at = NOW + 500 * DAY
        session.delete(rows(session, known)[PEOPLE])
        session.flush()
        report = Report()
        find_wrong_deadlines(session, report)
        assert sorted(damage.what for damage in report.damages) == ["row-removed", "row-unlogged", "state-differs"]
        assert set(replay_facts(session)) == {(known, "malicious")}
        assert len(replay_deadlines(session)) == 3


def test_an_incident_without_deadlines_is_closed_as_ever(database: Database, known: int) -> None:
    with database.write() as session:
        tell(session, known, dict.fromkeys(("sensitive", "financial-harm", "malicious"), "no"))
        actions.act(session, known, "confirm-csirt", actor=SUZUKI, now=NOW)
        actions.act(session, known, "contain", actor=SUZUKI, now=NOW)
        finish(session, known)
        assert actions.act(session, known, "close", actor=SUZUKI, now=NOW) == "closed"
