"""Signs of life, by the clock that all share."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

from core.hosts.beats import Beat, forget_hosts, list_hosts, missing_roles
from core.hosts.clock import shared_now
from core.hosts.holding import renewed
from core.hosts.roles import CRAWL, MATCH, ROLES, SCHEDULER, WEB
from core.leases import give_back_lease, is_ours, take_lease
from tests.core.hosts.shifted import ShiftedClock

if TYPE_CHECKING:
    from core.clock import Clock, SetClock
    from core.database import Database


def beat_of(database: Database, clock: Clock, name: str, *roles: str) -> Beat:
    made = Beat(database, clock, name=name, roles=roles, version="1", schema="0041")
    made.beat()
    return made


def test_a_machine_that_says_nothing_for_long_counts_as_silent_and_its_roles_as_nobodys(
    database: Database, clock: SetClock
) -> None:
    beat_of(database, clock, "a", *ROLES)
    clock.advance(timedelta(minutes=5))
    beat_of(database, clock, "b", CRAWL, WEB)
    with database.read() as session:
        hosts = list_hosts(session)
    assert [(host.name, host.is_silent(clock.now()), host.roles) for host in hosts] == [
        ("a", True, [WEB, SCHEDULER, CRAWL, MATCH]),
        ("b", False, [WEB, CRAWL]),
    ]
    assert missing_roles(hosts, clock.now()) == [SCHEDULER, MATCH]
    with database.write() as session:
        forget_hosts(session, before=clock.now())
        assert [host.name for host in list_hosts(session)] == ["b"]


def test_who_ends_leaves_no_row(database: Database, clock: SetClock) -> None:
    made = Beat(database, clock, name="a", roles=[WEB], version="1", schema="0041")
    made.start()
    made.stop()
    with database.read() as session:
        assert list(list_hosts(session)) == []


def test_clocks_apart_are_told_and_neither_lose_nor_double_a_lease(database: Database) -> None:
    behind, ahead = ShiftedClock(-60), ShiftedClock(60)
    beat_of(database, behind, "a", WEB)
    beat_of(database, ahead, "b", WEB)
    with database.read() as session:
        apart = [host.clock_ms for host in list_hosts(session)]
    if database.is_sqlite:  # one machine has one clock
        assert apart == [0, 0]
        return
    assert [round(one / 10_000) for one in apart] == [-6, 6]
    with database.write() as session:
        assert take_lease(session, "one", worker="a", now=shared_now(session, behind), for_s=30)
        assert not take_lease(session, "one", worker="b", now=shared_now(session, ahead), for_s=30)
        assert take_lease(session, "two", worker="b", now=shared_now(session, ahead), for_s=0)
        assert take_lease(session, "two", worker="a", now=shared_now(session, behind), for_s=30)


def test_a_lease_that_was_lost_or_given_back_is_not_taken_anew_by_its_renewal(
    database: Database, clock: SetClock
) -> None:
    with database.write() as session:
        take_lease(session, "one", worker="a", now=clock.now(), for_s=0.2)
    with renewed(database, clock, "one", worker="a", for_s=0.2):
        with database.write() as session:
            assert is_ours(session, "one", worker="a")
            give_back_lease(session, "one", worker="a")
            assert take_lease(session, "one", worker="b", now=clock.now(), for_s=60)
        time.sleep(0.2)  # long enough for several beats
    with database.write() as session:
        assert is_ours(session, "one", worker="b")
        assert not is_ours(session, "one", worker="a")
