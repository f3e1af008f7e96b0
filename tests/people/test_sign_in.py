"""Passwords, codes and links: what signs somebody in, what does not, and what slows down."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.actors import SYSTEM, Role
from people.accounts import add_account, disable_account, get_account
from people.errors import PeopleError, SignInError
from people.models import Account
from people.sign_in import waits
from people.sign_in.passwords import PASSWORD, WITH_CODE, check_password, set_password
from people.sign_in.sealing import Sealing
from people.sign_in.totp import STEP_S, add_totp, new_totp

if TYPE_CHECKING:
    from core.clock import SetClock
    from core.database import Database

SEALING = Sealing("a-secret-for-tests-that-nobody-could-guess-1")
GOOD = "鍵を掛けた桐の箱-77-x"
ASKED = {"login": "sato", "password": GOOD, "code": ""}


@pytest.fixture
def sato(database: Database, clock: SetClock) -> Account:
    """Somebody with a password."""
    with database.write() as session:
        account = add_account(session, "sato", roles=[Role.RESPONDER], actor=SYSTEM, now=clock.now())
        set_password(session, account, GOOD, actor=SYSTEM, now=clock.now())
    return account


def tried(database: Database, clock: SetClock, **changes: str) -> str:
    """How what was typed signs somebody in; empty for not at all."""
    account, how, _ = check_password(database, **{**ASKED, **changes}, sealing=SEALING, now=clock.now())
    return how if account else ""


def give_totp(database: Database, clock: SetClock) -> pyotp.TOTP:
    secret = new_totp()
    app = pyotp.TOTP(secret, interval=STEP_S)
    with database.write() as session:
        account = get_account(session, "sato")
        code = app.at(clock.now())
        add_totp(session, account, secret, code, sealing=SEALING, actor=SYSTEM, now=clock.now())
    return app


@pytest.mark.usefixtures("sato")
def test_name_and_password_sign_in_whatever_the_names_case(database: Database, clock: SetClock) -> None:
    assert tried(database, clock) == PASSWORD
    assert tried(database, clock, login="ＳＡＴＯ") == PASSWORD
    for changes in ({"password": GOOD + " "}, {"password": ""}, {"password": GOOD[:-1]}, {"login": "nobody"}):
        assert tried(database, clock, **changes) == ""


@pytest.mark.usefixtures("sato")
def test_an_account_that_is_disabled_or_a_service_signs_nobody_in(database: Database, clock: SetClock) -> None:
    with database.write() as session:
        add_account(session, "boss", roles=[Role.ADMINISTRATOR], actor=SYSTEM, now=clock.now())
        disable_account(session, "sato", actor=SYSTEM, now=clock.now())
    assert tried(database, clock) == ""


@pytest.mark.usefixtures("sato")
def test_a_code_is_asked_for_once_there_is_an_app_and_counts_once(database: Database, clock: SetClock) -> None:
    app = give_totp(database, clock)
    assert tried(database, clock) == "", "no code"
    assert tried(database, clock, code=app.at(clock.now())) == "", "the one that set it up was used"
    clock.advance(timedelta(seconds=STEP_S))
    code = app.at(clock.now())
    assert tried(database, clock, code=f"{code[:3]} {code[3:]}") == WITH_CODE
    assert tried(database, clock, code=code) == "", "a second time"
    clock.advance(timedelta(minutes=30))
    old = app.at(clock.now() - timedelta(seconds=2 * STEP_S))
    assert tried(database, clock, code=old) == "", "too old"
    late = app.at(clock.now() - timedelta(seconds=STEP_S))
    assert tried(database, clock, code=late) == WITH_CODE, "a clock that is a little behind"


@pytest.mark.usefixtures("sato")
def test_a_secret_of_another_home_opens_nothing(database: Database, clock: SetClock) -> None:
    app = give_totp(database, clock)
    clock.advance(timedelta(seconds=STEP_S))
    other = Sealing("another-secret-that-nobody-could-guess-at-all")
    given_code = app.at(clock.now())
    account, _, _ = check_password(database, "sato", GOOD, given_code, sealing=other, now=clock.now())
    assert account is None


@pytest.mark.usefixtures("sato")
def test_wrong_ones_slow_down_and_the_right_one_forgets_them(database: Database, clock: SetClock) -> None:
    for _ in range(waits.FREE):
        assert tried(database, clock, password="wrong-wrong-wrong") == ""
    with pytest.raises(SignInError) as held:
        tried(database, clock)
    assert held.value.seconds > 0
    clock.advance(timedelta(seconds=held.value.seconds))
    assert tried(database, clock) == PASSWORD
    assert tried(database, clock, password="wrong-wrong-wrong") == "", "counted anew"
    assert tried(database, clock) == PASSWORD


@given(st.lists(st.integers(0, 1200), max_size=60))
def test_guesses_that_are_looked_at_are_few_however_they_are_spread(pauses: list[int]) -> None:
    account, clock_s, looked_at = Account(wrong=0, wrong_at=None), 0, 0
    from datetime import UTC, datetime

    start = datetime(2026, 11, 22, tzinfo=UTC)
    for pause in pauses:
        clock_s += pause
        now = start + timedelta(seconds=clock_s)
        if not waits.wait_s(account, now):
            waits.note_wrong(account, now)
            looked_at += 1
    hours = clock_s / 3600
    assert looked_at <= (waits.FREE + 14) * (hours + 1)


@pytest.mark.parametrize("password", ["short", "password1234", "hinomi-2026!", "sato12345678", "111111111111"])
@pytest.mark.usefixtures("sato")
def test_a_password_that_is_tried_first_is_refused(database: Database, clock: SetClock, password: str) -> None:
    with database.write() as session, pytest.raises(PeopleError):
        set_password(session, get_account(session, "sato"), password, actor=SYSTEM, now=clock.now())
    assert tried(database, clock) == PASSWORD
