"""Holds: a body stays whole while somebody says that it has to, for a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from archive.bodies.models import BodyHold

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session


def holds_of(session: Session, document_id: int, *, open_only: bool = True) -> Sequence[BodyHold]:
    """What holds a document's body, the oldest first."""
    asked = select(BodyHold).where(BodyHold.document_id == document_id).order_by(BodyHold.id)
    return session.scalars(asked.where(BodyHold.lifted_at.is_(None)) if open_only else asked).all()


def held_bodies(session: Session) -> set[int]:
    """Every document whose body is held."""
    return set(session.scalars(select(BodyHold.document_id).where(BodyHold.lifted_at.is_(None))))


def set_hold(session: Session, document_id: int, reason: str, by: str, now: datetime) -> BodyHold:
    """Hold a body."""
    hold = BodyHold(document_id=document_id, reason=reason, set_by=by, set_at=now)
    session.add(hold)
    session.flush()
    return hold


def lift_holds(session: Session, document_id: int, reason: str, by: str, now: datetime) -> int:
    """Lift every hold of a body; how many there were."""
    holds = holds_of(session, document_id)
    for hold in holds:
        hold.lifted_by, hold.lifted_at, hold.lift_reason = by, now, reason
    return len(holds)
