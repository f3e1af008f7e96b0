"""Claims and leases: rows by which several processes agree on who does what, without talking to each other.

A *claim* is one due instant of one job: a job due at 10:00 runs once, however many schedulers tick. Its holder renews
it while it works and closes it when it is done; a claim whose holder went silent is taken over, a few times at most. A
*lease* is something only one worker may do at a time: held for a while, renewed, given back. A worker of this machine
whose process has ended holds nothing any more; of another machine's, time tells. That is the time of the database's
server, not of each machine (`core.hosts.clock`), so that clocks apart lose and double nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.orm import Mapped, aliased, mapped_column

from core.database import Base, insert_into
from core.processes.names import is_dead

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


MAX_ATTEMPTS = 3
"""How often a claim is taken over from a silent holder: a job that kills its worker must not kill them all."""


class Claim(Base):
    """One due instant of one job, who took it, and how it went."""

    __tablename__ = "claims"
    job: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime] = mapped_column(primary_key=True)
    worker: Mapped[str]
    claimed_at: Mapped[datetime]
    until_at: Mapped[datetime]
    attempt: Mapped[int] = mapped_column(default=1)
    done_at: Mapped[datetime | None]
    outcome: Mapped[str | None]


class Lease(Base):
    """Something only one worker may do at a time, and until when it holds."""

    __tablename__ = "leases"
    name: Mapped[str] = mapped_column(primary_key=True)
    worker: Mapped[str]
    until_at: Mapped[datetime]


def take_claim(session: Session, job: str, due_at: datetime, *, worker: str, now: datetime, for_s: float) -> bool:
    """Whether this worker is the one to run ``job`` for the instant ``due_at``; it has to renew within ``for_s``."""
    until = now + timedelta(seconds=for_s)
    insert = insert_into(session, Claim).values(
        job=job, due_at=due_at, worker=worker, claimed_at=now, until_at=until, attempt=1
    )
    silent = and_(Claim.done_at.is_(None), Claim.until_at <= now, Claim.attempt < MAX_ATTEMPTS)
    taken = insert.on_conflict_do_update(
        index_elements=[Claim.job, Claim.due_at],
        set_={"worker": worker, "claimed_at": now, "until_at": until, "attempt": Claim.attempt + 1},
        where=silent,
    ).returning(Claim.job)
    return session.execute(taken).first() is not None


def renew_claim(session: Session, job: str, due_at: datetime, *, worker: str, now: datetime, for_s: float) -> bool:
    """Hold a claim for longer; false when another worker has taken it over in the meantime."""
    held = update(Claim).where(Claim.job == job, Claim.due_at == due_at, Claim.worker == worker)
    done = session.execute(held.values(until_at=now + timedelta(seconds=for_s)).returning(Claim.job))
    return done.first() is not None


def close_claim(
    session: Session, job: str, due_at: datetime, *, worker: str, now: datetime, outcome: str | None
) -> None:
    """Say how a claim ended; without an outcome it is handed back, for any worker to take at once."""
    held = update(Claim).where(Claim.job == job, Claim.due_at == due_at, Claim.worker == worker)
    if outcome is None:
        session.execute(held.values(until_at=now, attempt=Claim.attempt - 1))
    else:
        session.execute(held.values(done_at=now, outcome=outcome))


def ask_again(session: Session, job: str, *, now: datetime) -> bool:
    """Have a job run at the next tick, before it is due; false when it is in hand at this moment.

    Its latest instant is opened anew, for whoever comes first; a job that never ran is due anyway.
    """
    claim = latest_claims(session).get(job)
    if claim is None:
        return True
    if claim.done_at is None and claim.until_at > now and not is_dead(claim.worker):
        return False
    same = update(Claim).where(Claim.job == job, Claim.due_at == claim.due_at, Claim.worker == claim.worker)
    over = or_(Claim.done_at.is_not(None), Claim.until_at == claim.until_at)
    session.execute(same.where(over).values(done_at=None, outcome=None, until_at=now, attempt=0))
    return True


def latest_claims(session: Session) -> dict[str, Claim]:
    """The claim with the latest due instant of each job."""
    latest = select(Claim.job, func.max(Claim.due_at).label("due_at")).group_by(Claim.job).subquery()
    rows = session.scalars(select(Claim).join(latest, and_(Claim.job == latest.c.job, Claim.due_at == latest.c.due_at)))
    return {claim.job: claim for claim in rows}


def forget_claims(session: Session, *, before: datetime) -> None:
    """Drop old claims; the latest of each job stays, since it says when the job is due next."""
    other = aliased(Claim)
    later = select(other.job).where(other.job == Claim.job, other.due_at > Claim.due_at).exists()
    session.execute(delete(Claim).where(Claim.due_at < before, later))


def take_lease(session: Session, name: str, *, worker: str, now: datetime, for_s: float) -> bool:
    """Take or renew a lease; false when another worker holds it and is alive, as far as anybody can tell."""
    held_by = session.scalar(select(Lease.worker).where(Lease.name == name))
    if held_by is not None and held_by != worker and is_dead(held_by):
        give_back_lease(session, name, worker=held_by)
    until = now + timedelta(seconds=for_s)
    insert = insert_into(session, Lease).values(name=name, worker=worker, until_at=until)
    done = session.execute(
        insert.on_conflict_do_update(
            index_elements=[Lease.name],
            set_={"worker": worker, "until_at": until},
            where=or_(Lease.worker == worker, Lease.until_at <= now),
        ).returning(Lease.name)
    )
    return done.first() is not None


def renew_lease(session: Session, name: str, *, worker: str, now: datetime, for_s: float) -> bool:
    """Hold a lease for longer; false when it is not this worker's any more, and then it is not taken anew."""
    held = update(Lease).where(Lease.name == name, Lease.worker == worker)
    done = session.execute(held.values(until_at=now + timedelta(seconds=for_s)).returning(Lease.name))
    return done.first() is not None


def is_ours(session: Session, name: str, *, worker: str) -> bool:
    """Whether the lease is this worker's until this transaction ends: nobody can take it over in between.

    Whoever was silent for too long asks before what was done counts.
    """
    held = select(Lease.name).where(Lease.name == name, Lease.worker == worker).with_for_update()
    return session.scalar(held) is not None


def give_back_lease(session: Session, name: str, *, worker: str) -> None:
    """End a lease early, if this worker holds it; nothing is left of it, since some names never come again."""
    session.execute(delete(Lease).where(Lease.name == name, Lease.worker == worker))


def lease_holds(session: Session, name: str, *, now: datetime) -> bool:
    """Whether a living worker holds it, as far as anybody can tell."""
    lease = session.get(Lease, name)
    return lease is not None and lease.until_at > now and not is_dead(lease.worker)
