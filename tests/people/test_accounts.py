"""Accounts: each change is an event with old and new values, and somebody always keeps the keys."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from core.actors import SYSTEM, Actor, Role
from incidents.models import Event
from people import tokens
from people.absences import be_away, be_back
from people.accounts import (
    add_account,
    as_actor,
    change_account,
    disable_account,
    enable_account,
    get_account,
)
from people.command_line import actor_here, add_first_account
from people.errors import NoAccountError, PeopleError
from people.workers import as_worker
from tests.actors import by

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from core.clock import SetClock
    from core.database import Database


def last_event(session: Session) -> Event:
    return session.scalars(select(Event).order_by(Event.id.desc())).first() or Event()


def test_a_change_tells_the_old_and_the_new_and_who_did_it(database: Database, clock: SetClock) -> None:
    boss = by("boss", Role.ADMINISTRATOR, account=7)
    with database.write() as session:
        add_account(session, "sato", roles=["responder"], actor=boss, now=clock.now())
        change_account(session, "SATO", roles=["auditor"], email="s@carrier.example", actor=boss, now=clock.now())
        told = last_event(session)
        assert told.data["changes"] == {"roles": [["responder"], ["auditor"]], "email": ["", "s@carrier.example"]}
        assert (told.actor, told.data["by"]) == ("boss", {"account": 7, "how": "os"})
        change_account(session, "sato", roles=["auditor"], actor=boss, now=clock.now())
        assert last_event(session).id == told.id, "nothing changed, nothing is told"


@pytest.mark.parametrize("login", ["", "a b", "x" * 61, "a\nb", "<b>", "a/b"])
def test_a_name_that_cannot_be_typed_is_refused(database: Database, clock: SetClock, login: str) -> None:
    with database.write() as session, pytest.raises(PeopleError):
        add_account(session, login, roles=["auditor"], actor=SYSTEM, now=clock.now())


def test_names_are_unique_whatever_their_case_and_width(database: Database, clock: SetClock) -> None:
    with database.write() as session:
        add_account(session, "山口.a", roles=["auditor"], actor=SYSTEM, now=clock.now())
        with pytest.raises(PeopleError):
            add_account(session, "山口．Ａ", roles=["auditor"], actor=SYSTEM, now=clock.now())
        with pytest.raises(NoAccountError):
            get_account(session, "nobody")


@pytest.mark.parametrize(("kept", "typed"), [("Ä", "ä"), ("ärzte", "ÄRZTE"), ("ｶﾅ", "カナ"), ("σ", "Σ")])
def test_a_name_beyond_ascii_is_the_same_in_either_case(
    database: Database, clock: SetClock, kept: str, typed: str
) -> None:
    with database.write() as session:
        account = add_account(session, kept, roles=["responder"], actor=SYSTEM, now=clock.now())
        with pytest.raises(PeopleError):
            add_account(session, typed, roles=["responder"], actor=SYSTEM, now=clock.now())
        assert get_account(session, typed).id == account.id
        assert as_worker(session, typed) == account.login


def test_a_name_as_it_is_written_goes_before_one_that_differs_in_case(database: Database, clock: SetClock) -> None:
    with database.write() as session:
        first = add_account(session, "Ä", roles=["responder"], actor=SYSTEM, now=clock.now())
        other = add_account(session, "b", roles=["responder"], actor=SYSTEM, now=clock.now())
        other.login = "ä"  # as an earlier version let in
        session.flush()
        assert [get_account(session, login).id for login in ("Ä", "ä")] == [first.id, other.id]
        assert [as_worker(session, login) for login in ("Ä", "ä")] == ["Ä", "ä"]


@pytest.mark.parametrize("roles", [["king"], ["service", "auditor"]])
def test_roles_that_cannot_be_are_refused(database: Database, clock: SetClock, roles: list[str]) -> None:
    with database.write() as session, pytest.raises(PeopleError):
        add_account(session, "sato", roles=roles, actor=SYSTEM, now=clock.now())


def test_the_last_administrator_stays_one(database: Database, clock: SetClock) -> None:
    with database.write() as session:
        add_account(session, "a", roles=["administrator"], actor=SYSTEM, now=clock.now())
        with pytest.raises(PeopleError):
            disable_account(session, "a", actor=SYSTEM, now=clock.now())
        with pytest.raises(PeopleError):
            change_account(session, "a", roles=["auditor"], actor=SYSTEM, now=clock.now())
        add_account(session, "b", roles=["administrator"], actor=SYSTEM, now=clock.now())
        disable_account(session, "a", actor=SYSTEM, now=clock.now())
        with pytest.raises(PeopleError):
            as_actor(session, get_account(session, "a"), "password", clock.now())
        enable_account(session, "a", actor=SYSTEM, now=clock.now())
        assert as_actor(session, get_account(session, "a"), "password", clock.now()).roles == {Role.ADMINISTRATOR}


def test_nobody_gives_roles_to_themselves(database: Database, clock: SetClock) -> None:
    with database.write() as session:
        account = add_account(session, "a", roles=["administrator"], actor=SYSTEM, now=clock.now())
        own = as_actor(session, account, "password", clock.now())
        with pytest.raises(PeopleError):
            change_account(session, "a", roles=["administrator", "responder"], actor=own, now=clock.now())


def test_a_deputy_acts_with_the_roles_of_who_is_away_and_no_longer(database: Database, clock: SetClock) -> None:
    now = clock.now()
    with database.write() as session:
        add_account(session, "away", roles=["data-owner"], extracts=["sales-*"], actor=SYSTEM, now=now)
        deputy = add_account(session, "deputy", roles=["auditor"], actor=SYSTEM, now=now)
        until = now + timedelta(days=3)
        absence = be_away(session, "away", "deputy", since=now, until=until, actor=SYSTEM, now=now)
        during = as_actor(session, deputy, "password", now + timedelta(days=1))
        assert during.roles == {Role.DATA_OWNER, Role.AUDITOR}
        assert during.extracts == ("sales-*",)
        assert (during.name, during.deputy_for) == ("deputy", ("away",))
        assert during.as_data()["deputy_for"] == ["away"]
        assert during.answers_for == ("deputy", "away")
        assert "deputy_for" not in as_actor(session, deputy, "password", until).as_data()
        assert as_actor(session, deputy, "password", until).roles == {Role.AUDITOR}
        be_back(session, absence.id, actor=SYSTEM, now=now)
        assert as_actor(session, deputy, "password", now + timedelta(days=1)).roles == {Role.AUDITOR}
        for bad in ({"since": until, "until": now}, {"since": now - timedelta(days=2), "until": now}):
            with pytest.raises(PeopleError):
                be_away(session, "away", "deputy", **bad, actor=SYSTEM, now=now)
        with pytest.raises(PeopleError):
            be_away(session, "away", "AWAY", since=now, until=until, actor=SYSTEM, now=now)


def test_whoever_makes_a_home_is_its_first_account_and_later_users_are_nothing(
    database: Database, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("people.command_line.user_name", lambda: "taro")
    with database.write() as session:
        assert Role.RESPONDER in actor_here(session, clock.now()).roles, "before there are accounts"
        first = add_first_account(session, clock.now())
        assert first is not None
        assert add_first_account(session, clock.now()) is None
        here = actor_here(session, clock.now())
        assert (here.name, here.account, Role.ADMINISTRATOR in here.roles) == ("taro", first.id, True)
    monkeypatch.setattr("people.command_line.user_name", lambda: "jiro")
    with database.read() as session:
        assert actor_here(session, clock.now()) == Actor("jiro", None, frozenset(), "os")


def test_a_token_is_good_for_its_scopes_until_it_ends(database: Database, clock: SetClock) -> None:
    now, day = clock.now(), timedelta(days=1)
    with database.write() as session:
        person = add_account(session, "sato", roles=["responder"], actor=SYSTEM, now=now)
        soar = add_account(session, "soar", roles=["service"], actor=SYSTEM, now=now)
        for account, scopes in ((person, ["incidents:read"]), (soar, ["everything"]), (soar, [])):
            with pytest.raises(PeopleError):
                tokens.make_token(session, account, scopes, lifetime=day, actor=SYSTEM, now=now)
        secret = tokens.make_token(session, soar, ["incidents:read"], lifetime=day, actor=SYSTEM, now=now)
        assert secret.startswith("hinomi_")
        assert secret not in str(last_event(session).data)
        found = tokens.read_token(session, secret, now=now)
        assert found is not None
        assert found[0].name == "soar"
        assert tokens.read_token(session, secret, now=now + day) is None
        assert tokens.read_token(session, secret + "x", now=now) is None
        assert tokens.revoke_token(session, found[1].id, actor=SYSTEM, now=now)
        assert tokens.read_token(session, secret, now=now) is None
