"""Claims and leases on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from core.leases import Claim, forget_claims, give_back_lease, last_claimed, take_claim, take_lease

if TYPE_CHECKING:
    from core.clock import SetClock
    from core.database import Database


def test_a_due_instant_is_claimed_once(database: Database, clock: SetClock) -> None:
    due = clock.now()
    with database.write() as session:
        assert take_claim(session, "sweep:a", due, worker="one", now=due)
    with database.write() as session:
        assert not take_claim(session, "sweep:a", due, worker="two", now=due)
        assert take_claim(session, "sweep:b", due, worker="two", now=due)
        assert last_claimed(session, "sweep:a") == due
        assert last_claimed(session, "never") is None


def test_old_claims_go_but_the_latest_of_each_job_stays(database: Database, clock: SetClock) -> None:
    start = clock.now()
    with database.write() as session:
        for hours in range(3):
            take_claim(session, "a", start + timedelta(hours=hours), worker="w", now=start)
        take_claim(session, "b", start, worker="w", now=start)
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
        give_back_lease(session, "x", worker="two", now=clock.now())
        assert not take_lease(session, "x", worker="two", now=clock.now(), for_s=60)
        give_back_lease(session, "x", worker="one", now=clock.now())
        assert take_lease(session, "x", worker="two", now=clock.now(), for_s=60)
