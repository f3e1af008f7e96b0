"""Claims and leases on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from core.leases import (
    Claim,
    close_claim,
    forget_claims,
    give_back_lease,
    latest_claims,
    renew_claim,
    take_claim,
    take_lease,
)

if TYPE_CHECKING:
    from datetime import datetime

    from core.clock import SetClock
    from core.database import Database


def claim(database: Database, job: str, due: datetime, worker: str, now: datetime) -> bool:
    with database.write() as session:
        return take_claim(session, job, due, worker=worker, now=now, for_s=60)


def test_a_due_instant_is_claimed_once(database: Database, clock: SetClock) -> None:
    due = clock.now()
    assert claim(database, "sweep:a", due, "one", due)
    assert not claim(database, "sweep:a", due, "two", due)
    assert claim(database, "sweep:b", due, "two", due)
    with database.read() as session:
        assert {job: row.worker for job, row in latest_claims(session).items()} == {"sweep:a": "one", "sweep:b": "two"}


def test_a_silent_workers_claim_is_taken_over_a_few_times_and_then_left(database: Database, clock: SetClock) -> None:
    due = clock.now()
    takers = []
    for worker in "abcde":
        takers.append(claim(database, "sweep:a", due, worker, clock.now()))
        clock.advance(timedelta(seconds=61))
    assert takers == [True, True, True, False, False]


def test_a_renewed_claim_stays_and_a_closed_one_is_over(database: Database, clock: SetClock) -> None:
    due = clock.now()
    assert claim(database, "m", due, "one", due)
    now = clock.advance(timedelta(seconds=50))
    with database.write() as session:
        assert renew_claim(session, "m", due, worker="one", now=now, for_s=60)
        assert not renew_claim(session, "m", due, worker="two", now=now, for_s=60)
    now = clock.advance(timedelta(seconds=50))
    assert not claim(database, "m", due, "two", now)
    with database.write() as session:
        close_claim(session, "m", due, worker="one", now=now, outcome="done")
    assert not claim(database, "m", due, "two", clock.advance(timedelta(days=1)))


def test_a_claim_handed_back_goes_to_the_next_worker_at_once(database: Database, clock: SetClock) -> None:
    due = clock.now()
    for worker in "abcdef":
        assert claim(database, "m", due, worker, due)
        with database.write() as session:
            close_claim(session, "m", due, worker=worker, now=due, outcome=None)


def test_old_claims_go_but_the_latest_of_each_job_stays(database: Database, clock: SetClock) -> None:
    start = clock.now()
    for hours in range(3):
        claim(database, "a", start + timedelta(hours=hours), "w", start)
    claim(database, "b", start, "w", start)
    with database.write() as session:
        forget_claims(session, before=start + timedelta(days=1))
    with database.read() as session:
        left = session.execute(select(Claim.job, Claim.due_at).order_by(Claim.job)).all()
    assert [(job, due - start) for job, due in left] == [("a", timedelta(hours=2)), ("b", timedelta(0))]


def test_a_lease_is_held_renewed_and_taken_over_when_its_holder_is_silent(database: Database, clock: SetClock) -> None:
    with database.write() as session:
        assert take_lease(session, "sweep:a", worker="one", now=clock.now(), for_s=60)
        assert not take_lease(session, "sweep:a", worker="two", now=clock.now(), for_s=60)
    clock.advance(timedelta(seconds=50))
    with database.write() as session:
        assert take_lease(session, "sweep:a", worker="one", now=clock.now(), for_s=60)
    clock.advance(timedelta(seconds=59))
    with database.write() as session:
        assert not take_lease(session, "sweep:a", worker="two", now=clock.now(), for_s=60)
    clock.advance(timedelta(seconds=2))
    with database.write() as session:
        assert take_lease(session, "sweep:a", worker="two", now=clock.now(), for_s=60)


def test_a_lease_given_back_is_free_at_once(database: Database, clock: SetClock) -> None:
    with database.write() as session:
        assert take_lease(session, "x", worker="one", now=clock.now(), for_s=600)
        give_back_lease(session, "x", worker="two")
        assert not take_lease(session, "x", worker="two", now=clock.now(), for_s=60)
        give_back_lease(session, "x", worker="one")
        assert take_lease(session, "x", worker="two", now=clock.now(), for_s=60)
