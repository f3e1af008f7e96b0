"""Claims and leases: rows by which several processes agree on who does what, without talking to each other.

A *claim* is taken once for a due instant and never given back: a job due at 10:00 runs once, however many schedulers
tick. A *lease* is held for a while and renewed: when its holder dies, the next one takes it over.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, aliased, mapped_column

from core.database import Base

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


class Claim(Base):
    """One due instant of one job, and who took it."""

    __tablename__ = "claims"
    job: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime] = mapped_column(primary_key=True)
    worker: Mapped[str]
    claimed_at: Mapped[datetime]


class Lease(Base):
    """Something only one worker may do at a time, and until when it holds."""

    __tablename__ = "leases"
    name: Mapped[str] = mapped_column(primary_key=True)
    worker: Mapped[str]
    until_at: Mapped[datetime]


def take_claim(session: Session, job: str, due_at: datetime, *, worker: str, now: datetime) -> bool:
    """Whether this worker is the one to run ``job`` for the instant ``due_at``."""
    insert = _insert(session, Claim).values(job=job, due_at=due_at, worker=worker, claimed_at=now)
    return session.execute(insert.on_conflict_do_nothing().returning(Claim.job)).first() is not None


def last_claimed(session: Session, job: str) -> datetime | None:
    """The latest instant of ``job`` that anybody took."""
    return session.scalar(select(func.max(Claim.due_at)).where(Claim.job == job))


def forget_claims(session: Session, *, before: datetime) -> None:
    """Drop old claims; the latest of each job stays, since it says when the job is due next."""
    other = aliased(Claim)
    later = select(other.job).where(other.job == Claim.job, other.due_at > Claim.due_at).exists()
    session.execute(delete(Claim).where(Claim.due_at < before, later))


def take_lease(session: Session, name: str, *, worker: str, now: datetime, for_s: float) -> bool:
    """Take or renew a lease; false when another worker holds it and is alive."""
    until = now + timedelta(seconds=for_s)
    insert = _insert(session, Lease).values(name=name, worker=worker, until_at=until)
    done = session.execute(
        insert.on_conflict_do_update(
            index_elements=[Lease.name],
            set_={"worker": worker, "until_at": until},
            where=or_(Lease.worker == worker, Lease.until_at <= now),
        ).returning(Lease.name)
    )
    return done.first() is not None


def give_back_lease(session: Session, name: str, *, worker: str, now: datetime) -> None:
    """End a lease early, if this worker holds it."""
    session.execute(update(Lease).where(Lease.name == name, Lease.worker == worker).values(until_at=now))


def _insert(session: Session, table: type[Base]) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows ON CONFLICT; both dialects spell it alike but share no class."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)
