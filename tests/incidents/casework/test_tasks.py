"""Tasks: from a playbook when an incident is confirmed, due after its moments, kept with it, and needed for closing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from core.actors import Role
from incidents import actions, queries
from incidents.casework.closing import NotDoneError, waive
from incidents.casework.following import choose_playbook
from incidents.casework.models import Task
from incidents.casework.open_clocks import SOURCES, OpenClock
from incidents.casework.playbooks import load_playbooks
from incidents.casework.reading import casework_of, list_tasks
from incidents.casework.reminders import tell_overdue
from incidents.casework.steering import merge_by_hand, split_by_hand
from incidents.casework.tasks import add_task, assign_task, reopen_task, set_due, settle_task
from incidents.errors import ForbiddenActionError, IncidentError
from incidents.figures import with_holders
from incidents.models import Event, FindingRow
from tests.actors import by
from tests.incidents.finishing import finish
from tests.incidents.makers import NOW, Leaked, event_kinds, take

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from core.database import Database

FIRST, SECOND = Leaked("a list", (1, 2, 3)), Leaked("another list", (51, 52, 53))
SUZUKI, OWNER = by("suzuki", Role.RESPONDER), by("nakamura", Role.DATA_OWNER)


def confirmed(database: Database, leaked: Leaked = FIRST, *, processor: str = "") -> int:
    """An incident that the CSIRT confirmed; with a processor, out of an extract that it held."""
    incident_id = take(database, leaked).incident_id or 0
    with database.write() as session:
        if processor:
            finding = session.scalars(select(FindingRow).where(FindingRow.incident_id == incident_id)).one()
            finding.extracts = with_holders([{"extract": "calls", "covered": 3, "score": 9.0}], {"calls": processor})
        actions.act(session, incident_id, "confirm-csirt", actor=SUZUKI, now=NOW)
    return incident_id


def tasks_of(session: Session, incident_id: int) -> dict[str, Task]:
    return {task.step: task for task in session.scalars(select(Task).where(Task.incident_id == incident_id))}


@pytest.mark.parametrize(("processor", "playbook"), [("Blue Calls", "processor-leak"), ("", "second-hand")])
def test_the_first_confirmation_begins_the_playbook_for_the_kind(
    database: Database, processor: str, playbook: str
) -> None:
    incident_id = confirmed(database, processor=processor)
    with database.write() as session:
        actions.act(session, incident_id, "confirm-owner", actor=OWNER, now=NOW)
    wanted = load_playbooks().find(playbook)
    assert wanted is not None
    with database.read() as session:
        found = casework_of(session, incident_id, language="ja", now=NOW)
        assert queries.incident_line(session, incident_id, language="ja").playbook == playbook
    assert {one.step for one in found.tasks} == {step.id for step in wanted.steps}, "and the second adds none"
    assert {one.text for one in found.tasks} == {step.ja for step in wanted.steps}


def test_a_step_is_due_so_long_after_its_moment_and_not_before_that_came(database: Database) -> None:
    incident_id = confirmed(database, processor="Blue Calls")
    later = NOW + timedelta(days=2)
    with database.write() as session:
        assert tasks_of(session, incident_id)["stop-access"].due_at == NOW + timedelta(hours=8)
        assert tasks_of(session, incident_id)["supervision"].due_at is None
        actions.act(session, incident_id, "contain", actor=SUZUKI, now=later)
        assert tasks_of(session, incident_id)["supervision"].due_at == later + timedelta(days=30)


def test_closing_names_all_that_is_missing_in_both_languages(database: Database) -> None:
    incident_id = confirmed(database)
    with database.write() as session:
        actions.act(session, incident_id, "contain", actor=SUZUKI, now=NOW)
    with pytest.raises(NotDoneError) as refused, database.write() as session:
        actions.act(session, incident_id, "close", actor=SUZUKI, now=NOW)
    with database.read() as session:
        mandatory = [task for task in tasks_of(session, incident_id).values() if task.mandatory]
        assert mandatory
        for language in ("ja", "en"):
            message, _ = refused.value.said(language)
            assert all(task.text[language] in message for task in mandatory)
    assert "委託元部門の確認がない" in refused.value.said("ja")[0]
    assert event_kinds(database)[-1] == "contain"


def test_what_is_done_or_waived_is_not_missing_any_more(database: Database) -> None:
    incident_id = confirmed(database)
    with database.write() as session:
        actions.act(session, incident_id, "contain", actor=SUZUKI, now=NOW)
        finish(session, incident_id)
        assert actions.act(session, incident_id, "close", actor=SUZUKI, now=NOW) == "closed"
    with database.read() as session:
        found = casework_of(session, incident_id, language="ja", now=NOW)
    assert [one.what for one in found.waived] == ["confirm-owner"]


def test_a_term_that_runs_keeps_an_incident_open_until_it_is_waived(database: Database) -> None:
    incident_id = confirmed(database)
    running = OpenClock("first-report", {"ja": "速報", "en": "first report"})
    SOURCES.append(lambda _session, _incident: [running])
    try:
        with database.write() as session:
            actions.act(session, incident_id, "contain", actor=SUZUKI, now=NOW)
            for task in tasks_of(session, incident_id).values():
                settle_task(session, task.id, "done", actor=SUZUKI, now=NOW)
            waive(session, incident_id, "confirm-owner", actor=SUZUKI, now=NOW, reason="no owner is left")
            with pytest.raises(NotDoneError, match="first report"):
                actions.act(session, incident_id, "close", actor=SUZUKI, now=NOW)
            waive(session, incident_id, "clock:first-report", actor=SUZUKI, now=NOW, reason="reported by paper")
            assert actions.act(session, incident_id, "close", actor=SUZUKI, now=NOW) == "closed"
    finally:
        SOURCES.pop()


def test_waiving_is_a_responder_s_and_needs_a_reason_and_something_that_is_missing(database: Database) -> None:
    incident_id = confirmed(database)
    with database.write() as session:
        with pytest.raises(ForbiddenActionError, match="responder"):
            waive(session, incident_id, "confirm-owner", actor=OWNER, now=NOW, reason="because")
        with pytest.raises(ForbiddenActionError, match="reason"):
            waive(session, incident_id, "confirm-owner", actor=SUZUKI, now=NOW, reason=" ")
        with pytest.raises(IncidentError, match="does not lack"):
            waive(session, incident_id, "confirm-csirt", actor=SUZUKI, now=NOW, reason="because")
        mandatory = next(task for task in tasks_of(session, incident_id).values() if task.mandatory)
        for state in ("waived", "not-needed"):
            with pytest.raises(ForbiddenActionError, match="responder"):
                settle_task(session, mandatory.id, state, actor=OWNER, now=NOW, reason="because")


def test_another_playbook_takes_the_place_of_open_tasks_alone(database: Database) -> None:
    incident_id = confirmed(database)
    with database.write() as session:
        before = tasks_of(session, incident_id)
        settle_task(session, before["origin"].id, "done", actor=SUZUKI, now=NOW)
        own = add_task(session, incident_id, "電話する", actor=SUZUKI, now=NOW)
        choose_playbook(session, incident_id, "processor-leak", actor=SUZUKI, now=NOW, reason="it was theirs")
        states = {task.step: task.state for task in before.values()}
        assert states.pop("origin") == "done"
        assert set(states.values()) == {"not-needed"}
        assert own.state == "open"
        with pytest.raises(IncidentError, match="already"):
            choose_playbook(session, incident_id, "processor-leak", actor=SUZUKI, now=NOW, reason="again")


def test_tasks_stay_with_the_incident_that_they_came_from_and_show_on_the_whole(database: Database) -> None:
    one, other = confirmed(database), confirmed(database, SECOND)
    with database.write() as session:
        merge_by_hand(session, one, other, actor=SUZUKI, now=NOW, reason="one seller")
        whole = casework_of(session, one, language="en", now=NOW).tasks
        assert {line.part_id for line in whole} == {one, other}
        assert {line.incident_id for line in whole} == {one}
        split_by_hand(session, other, actor=SUZUKI, now=NOW, reason="two sellers")
        assert {line.part_id for line in casework_of(session, one, language="en", now=NOW).tasks} == {one}
        assert {line.part_id for line in casework_of(session, other, language="en", now=NOW).tasks} == {other}


def test_a_task_that_is_overdue_is_told_once_for_each_time_it_had(database: Database) -> None:
    incident_id = confirmed(database)
    with database.write() as session:
        for task in tasks_of(session, incident_id).values():
            set_due(session, task.id, None, actor=SUZUKI, now=NOW)
        late = add_task(session, incident_id, "call", actor=SUZUKI, now=NOW, due_at=NOW + timedelta(hours=1))
        assert tell_overdue(session, now=NOW) == 0
        after = NOW + timedelta(hours=2)
        assert [tell_overdue(session, now=after) for _ in range(2)] == [1, 0]
        assert [line.id for line in list_tasks(session, language="en", now=after, is_overdue=True)] == [late.id]
        set_due(session, late.id, after + timedelta(hours=1), actor=SUZUKI, now=after)
        assert [tell_overdue(session, now=after + timedelta(days=1)) for _ in range(2)] == [1, 0]
        settle_task(session, late.id, "done", actor=SUZUKI, now=after)
        assert tell_overdue(session, now=after + timedelta(days=9)) == 0


def test_lists_are_of_one_s_own_or_of_a_role_that_nobody_took(database: Database) -> None:
    incident_id = confirmed(database)
    with database.write() as session:
        task = tasks_of(session, incident_id)["origin"]
        assign_task(session, task.id, "tanaka", actor=SUZUKI, now=NOW)
        mine = list_tasks(session, language="en", now=NOW, owners=["tanaka"])
        of_role = list_tasks(session, language="en", now=NOW, roles=["investigator"])
    assert [line.id for line in mine] == [task.id]
    assert {line.role for line in of_role} == {"investigator"}
    assert task.id not in {line.id for line in of_role}


def test_old_and_new_stand_in_the_event(database: Database) -> None:
    incident_id = confirmed(database)
    with database.write() as session:
        task = tasks_of(session, incident_id)["origin"]
        assign_task(session, task.id, "tanaka", actor=SUZUKI, now=NOW)
        settle_task(session, task.id, "done", actor=SUZUKI, now=NOW, reason="looked it up")
        reopen_task(session, task.id, actor=SUZUKI, now=NOW, reason="it was the wrong one")
    with database.read() as session:
        told = session.scalars(select(Event).where(Event.kind.startswith("task-")).order_by(Event.id.desc())).all()
    assert told[0].data["changes"]["state"] == ["done", "open"]
    assert told[1].data["changes"]["state"] == ["open", "done"]
    assert told[2].data["changes"]["owner"] == ["", "tanaka"]


def test_nothing_is_changed_of_what_is_over_or_not_theirs(database: Database) -> None:
    incident_id = confirmed(database)
    stranger = by("sato", Role.DATA_OWNER, extracts=("others-*",))
    with database.write() as session:
        task = tasks_of(session, incident_id)["origin"]
        with pytest.raises(ForbiddenActionError, match="answers for"):
            settle_task(session, task.id, "done", actor=stranger, now=NOW)
        with pytest.raises(ForbiddenActionError, match="responder"):
            settle_task(session, task.id, "done", actor=by("a", Role.AUDITOR), now=NOW)
        actions.act(session, incident_id, "dismiss", actor=SUZUKI, now=NOW, reason="a drill", approved={})
        with pytest.raises(ForbiddenActionError, match="dismissed"):
            settle_task(session, task.id, "done", actor=SUZUKI, now=NOW)
