"""The table of states, and what the service makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from core.query.folding import folded
from incidents import actions, queries
from incidents.casework.steering import merge_by_hand
from incidents.errors import ForbiddenActionError, IncidentError, NoIncidentError
from incidents.models import Event
from incidents.severity import LEVELS, severity
from incidents.states import ACTIONS, STATES, actions_from, state_after
from incidents.timeline.sentences import kind_name, sentence
from tests.actors import by
from tests.incidents.makers import NOW, Leaked, event_kinds, take

if TYPE_CHECKING:
    from core.database import Database


@pytest.mark.parametrize(
    ("path", "end"),
    [
        (["confirm-csirt", "contain", "close"], "closed"),
        (["confirm-owner", "confirm-csirt"], "confirmed"),
        (["confirm-csirt", "contain", "confirm-owner"], "contained"),
        (["dismiss", "reopen"], "open"),
        (["confirm-csirt", "dismiss"], "dismissed"),
        (["confirm-csirt", "contain", "close", "reopen"], "confirmed"),
    ],
)
def test_paths_that_are_allowed(path: list[str], end: str) -> None:
    state = "open"
    for action in path:
        state = state_after(state, action, reason="because")
    assert state == end


@pytest.mark.parametrize(
    ("state", "action"),
    [
        ("open", "close"),
        ("open", "contain"),
        ("closed", "dismiss"),
        ("dismissed", "close"),
        ("closed", "confirm-csirt"),
    ],
)
def test_steps_that_are_not_name_what_is_possible(state: str, action: str) -> None:
    with pytest.raises(ForbiddenActionError, match=f"while {state}") as caught:
        state_after(state, action, reason="because")
    assert all(possible in caught.value.hint for possible in actions_from(state))


@given(state=st.sampled_from(STATES), action=st.sampled_from(ACTIONS))
def test_every_step_that_is_offered_is_allowed_and_no_other(state: str, action: str) -> None:
    if action in actions_from(state):
        assert state_after(state, action, reason="because") in STATES
    else:
        with pytest.raises(ForbiddenActionError):
            state_after(state, action, reason="because")


@pytest.mark.parametrize(("state", "action"), [("open", "dismiss"), ("closed", "reopen")])
def test_dismissing_and_reopening_need_a_reason(state: str, action: str) -> None:
    with pytest.raises(ForbiddenActionError, match="reason"):
        state_after(state, action, reason="  ")


def test_both_sides_confirm_and_each_once(database: Database) -> None:
    take(database, Leaked("a list", (1, 2, 3)))
    with database.write() as session:
        assert actions.act(session, 1, "confirm-owner", actor=by("tanaka"), now=NOW) == "confirmed"
        assert actions.act(session, 1, "confirm-csirt", actor=by("suzuki"), now=NOW) == "confirmed"
    with database.read() as session:
        page = queries.incident(session, 1, language="ja")
    assert page.line.csirt_confirmed_at == page.line.owner_confirmed_at == NOW
    assert [event.actor for event in page.timeline if event.kind.startswith("confirm-")] == ["tanaka", "suzuki"]
    with database.write() as session, pytest.raises(ForbiddenActionError, match="before"):
        actions.act(session, 1, "confirm-csirt", actor=by("suzuki"), now=NOW)


def test_what_was_confirmed_dismissed_and_opened_again_is_confirmed_and_takes_two_to_dismiss(
    database: Database,
) -> None:
    take(database, Leaked("a list", (1, 2, 3)))
    sato = by("sato")
    with database.write() as session:
        actions.act(session, 1, "confirm-csirt", actor=sato, now=NOW)
        actions.act(session, 1, "dismiss", actor=sato, now=NOW, reason="a drill", approved={"approved_by": "tanaka"})
        assert actions.act(session, 1, "reopen", actor=sato, now=NOW, reason="it was none") == "confirmed"
        with pytest.raises(ForbiddenActionError):
            actions.act(session, 1, "dismiss", actor=sato, now=NOW, reason="alone")
        assert actions.act(session, 1, "contain", actor=sato, now=NOW) == "contained"


def test_a_part_that_is_split_off_is_confirmed_if_it_was_confirmed_itself(database: Database) -> None:
    for content, members in [("left", range(10)), ("right", range(10, 20))]:
        take(database, Leaked(content, tuple(members)))
    with database.write() as session:
        merge_by_hand(session, 1, 2, actor=by("sato"), now=NOW, reason="one seller")
        actions.act(session, 1, "confirm-csirt", actor=by("sato"), now=NOW)
        actions.split(session, 2, actor=by("sato"), now=NOW, reason="two sellers")
        assert actions.act(session, 2, "confirm-csirt", actor=by("sato"), now=NOW) == "confirmed"
        assert [
            event.data["state_before"] for event in session.scalars(select(Event)) if event.kind == "confirm-csirt"
        ] == ["open", "open"]


def test_an_action_that_is_refused_leaves_no_event(database: Database) -> None:
    take(database, Leaked("a list", (1, 2, 3)))
    before = event_kinds(database)
    with pytest.raises(ForbiddenActionError), database.write() as session:
        actions.act(session, 1, "close", actor=by("suzuki"), now=NOW)
    assert event_kinds(database) == before


def test_assigning_and_noting_are_events(database: Database) -> None:
    take(database, Leaked("a list", (1, 2, 3)))
    with database.write() as session:
        actions.assign(session, 1, " tanaka ", actor=by("suzuki"), now=NOW)
        actions.note(session, 1, "電話で確認した", actor=by("tanaka"), now=NOW)
        actions.assign(session, 1, "", actor=by("suzuki"), now=NOW)
    with database.read() as session:
        page = queries.incident(session, 1, language="ja")
    assert page.line.assignee == ""
    assert [event.text for event in page.timeline][-3:] == ["担当は tanaka", "電話で確認した", "担当を外した"]


def test_nobody_acts_on_what_is_not_there_or_is_part_of_another(database: Database) -> None:
    for content, members in [("left", range(10)), ("right", range(10, 20)), ("both", range(20))]:
        take(database, Leaked(content, tuple(members)))
    with database.write() as session:
        with pytest.raises(NoIncidentError):
            actions.act(session, 9, "contain", actor=by("suzuki"), now=NOW)
        with pytest.raises(ForbiddenActionError, match="part of incident 1"):
            actions.act(session, 2, "confirm-csirt", actor=by("suzuki"), now=NOW)
        with pytest.raises(IncidentError, match="1 to"):
            actions.note(session, 1, "  ", actor=by("suzuki"), now=NOW)


@pytest.mark.parametrize(
    ("subjects", "fields", "level"),
    [
        (1, {"name": 1}, "low"),
        (1, {"name": 1, "phone": 1, "address": 1}, "medium"),
        (9, {"email": 9}, "low"),
        (10, {"email": 10}, "medium"),
        (100, {"email": 100}, "high"),
        (1000, {"email": 1000}, "high"),
        (1001, {"email": 1001}, "critical"),
        (100, {"kana": 100, "email": 100, "birth_date": 100}, "critical"),
        (5_960_000, {"name": 1, "phone": 1, "address": 1}, "critical"),
    ],
)
def test_severity_by_number_and_by_what_a_stranger_can_do_with_it(
    subjects: int, fields: dict[str, int], level: str
) -> None:
    assert severity(subjects, fields) == level


@given(subjects=st.integers(0, 10_000), more=st.integers(0, 10_000))
def test_more_customers_are_never_less_grave(subjects: int, more: int) -> None:
    assert LEVELS.index(severity(subjects, {})) <= LEVELS.index(severity(subjects + more, {}))


def test_every_kind_of_event_has_a_name_and_a_sentence_even_without_its_data() -> None:
    for kind in ("opened", "sighting", "repost", "revealed", "alert-failed", "something-else"):
        for language in ("ja", "en"):
            assert sentence(kind, {}, language)
            assert kind_name(kind, language)
    assert sentence("woken", {"state_before": "closed", "state": "confirmed"}, "ja") == (
        "新たな掲載のため「終結」から「確認済み」に戻った"
    )


@given(st.text())
def test_normalising_twice_is_normalising_once(text: str) -> None:
    once = folded(text)
    assert folded(once) == once
