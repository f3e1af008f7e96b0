"""A second person: nobody approves their own, what was granted is used once, and who is alone is on the record."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from core.actors import SYSTEM, Actor, Role
from core.settings import Settings, load_settings
from people.accounts import add_account, as_actor
from people.approvals import REVEAL_NAMES, REVEAL_VALUES, Approvable, decide, waiting_for, with_second
from people.errors import NotAllowedError, PeopleError, SecondPersonError

if TYPE_CHECKING:
    from pathlib import Path

    from core.clock import SetClock
    from core.database import Database

WANTED = Approvable(REVEAL_NAMES, "1", "a hearing")


@pytest.fixture
def settings(home: Path) -> Settings:
    """A request waits for a day."""
    return load_settings(home)


def person(database: Database, clock: SetClock, login: str, *roles: Role) -> Actor:
    with database.write() as session:
        account = add_account(session, login, roles=roles, actor=SYSTEM, now=clock.now())
        return as_actor(session, account, "password", clock.now())


def asked(database: Database, clock: SetClock, settings: Settings, who: Actor) -> int:
    """The number of the request that waits after somebody wanted to see names."""
    with pytest.raises(SecondPersonError):
        with_second(database, WANTED, actor=who, now=clock.now(), settings=settings)
    with database.read() as session:
        return max(one.id for one in waiting_for(session, Actor("x", -1, frozenset(Role), "os"), clock.now()))


def test_one_person_alone_goes_on_and_that_is_said(database: Database, clock: SetClock, settings: Settings) -> None:
    alone = person(database, clock, "a", Role.INVESTIGATOR)
    person(database, clock, "b", Role.AUDITOR)
    assert with_second(database, WANTED, actor=alone, now=clock.now(), settings=settings) == {"alone": True}


def test_a_second_person_grants_it_once_and_for_that_alone(
    database: Database, clock: SetClock, settings: Settings
) -> None:
    first = person(database, clock, "a", Role.INVESTIGATOR)
    second = person(database, clock, "b", Role.RESPONDER)
    number = asked(database, clock, settings, first)
    assert asked(database, clock, settings, first) == number, "it waits as one request"
    with database.write() as session:
        with pytest.raises(PeopleError):
            decide(session, number, grant=True, said="", actor=first, now=clock.now())
        decide(session, number, grant=True, said="known case", actor=second, now=clock.now())
        with pytest.raises(PeopleError):
            decide(session, number, grant=False, said="no", actor=second, now=clock.now())
    other = Approvable(REVEAL_NAMES, "2", "a hearing")
    with pytest.raises(SecondPersonError):
        with_second(database, other, actor=first, now=clock.now(), settings=settings)
    said = with_second(database, WANTED, actor=first, now=clock.now(), settings=settings)
    assert said == {"approval": number, "approved_by": "b"}
    assert asked(database, clock, settings, first) > number, "used: a further look is asked for anew"


def test_who_could_not_do_it_cannot_approve_it(database: Database, clock: SetClock, settings: Settings) -> None:
    first = person(database, clock, "a", Role.INVESTIGATOR)
    person(database, clock, "b", Role.RESPONDER)
    auditor = person(database, clock, "c", Role.AUDITOR)
    number = asked(database, clock, settings, first)
    with database.write() as session, pytest.raises(NotAllowedError):
        decide(session, number, grant=True, said="", actor=auditor, now=clock.now())


def test_who_could_not_do_it_alone_cannot_with_a_second_person(
    database: Database, clock: SetClock, settings: Settings
) -> None:
    for number, roles in enumerate([(), (Role.AUDITOR,), (Role.ADMINISTRATOR,), (Role.DATA_OWNER,)]):
        who = person(database, clock, f"p{number}", *roles)
        with pytest.raises(NotAllowedError):
            with_second(database, WANTED, actor=who, now=clock.now(), settings=settings)
    unknown = Actor("taro", None, frozenset(), "os")
    with pytest.raises(NotAllowedError):
        with_second(database, WANTED, actor=unknown, now=clock.now(), settings=settings)


def test_a_data_owner_is_no_second_person_for_what_is_not_theirs(
    database: Database, clock: SetClock, settings: Settings
) -> None:
    first = person(database, clock, "a", Role.INVESTIGATOR)
    person(database, clock, "owner", Role.DATA_OWNER)
    values = Approvable(REVEAL_VALUES, "1", "a hearing", 1)
    assert with_second(database, values, actor=first, now=clock.now(), settings=settings) == {"alone": True}


def test_what_waits_or_was_granted_runs_out(database: Database, clock: SetClock, settings: Settings) -> None:
    first = person(database, clock, "a", Role.INVESTIGATOR)
    second = person(database, clock, "b", Role.INVESTIGATOR)
    number = asked(database, clock, settings, first)
    clock.advance(timedelta(hours=settings.people.approval_hours))
    with database.write() as session, pytest.raises(PeopleError):
        decide(session, number, grant=True, said="", actor=second, now=clock.now())
    number = asked(database, clock, settings, first)
    with database.write() as session:
        decide(session, number, grant=True, said="", actor=second, now=clock.now())
    clock.advance(timedelta(hours=settings.people.approval_hours))
    assert asked(database, clock, settings, first) > number


def test_no_reason_no_request_and_no_word_no_refusal(database: Database, clock: SetClock, settings: Settings) -> None:
    first = person(database, clock, "a", Role.INVESTIGATOR)
    second = person(database, clock, "b", Role.INVESTIGATOR)
    with pytest.raises(PeopleError):
        with_second(database, Approvable(REVEAL_NAMES, "1", " "), actor=first, now=clock.now(), settings=settings)
    number = asked(database, clock, settings, first)
    with database.write() as session, pytest.raises(PeopleError):
        decide(session, number, grant=False, said=" ", actor=second, now=clock.now())
