"""Tables of deadlines: what a person said of an incident, and the deadlines that run, ran or were met."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base

RUNNING, MET, WAIVED, STOPPED = "running", "met", "waived", "stopped"
CLOCK_STATES = (RUNNING, MET, WAIVED, STOPPED)
EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""A moment before that is a slip of whoever typed it."""


class FactRow(Base):
    """What a person said of an incident, by the names of `deadlines.facts`; an empty value was taken back."""

    __tablename__ = "deadline_facts"
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
    reason: Mapped[str]
    said_at: Mapped[datetime]
    said_by: Mapped[str]


class DeadlineRow(Base):
    """A deadline that began for an incident; never removed.

    ``what`` is what it is called, by language. ``last_at`` is the first moment that is too late; none of a term without
    a number. ``basis`` says whether it runs on what is confirmed, or on what is possible. ``reference`` is what it was
    met with, ``met_at`` when that happened; ``settled_at`` is when somebody wrote it down.
    """

    __tablename__ = "deadlines"
    __table_args__ = (UniqueConstraint("incident_id", "regime", "step"), Index(None, "state", "last_at"))
    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    regime: Mapped[str]
    step: Mapped[str]
    what: Mapped[dict[str, str]] = mapped_column(JSON)
    basis: Mapped[str]
    unit: Mapped[str]
    zone: Mapped[str]
    starts_at: Mapped[datetime | None]
    first_at: Mapped[datetime | None]
    last_at: Mapped[datetime | None]
    state: Mapped[str]
    reason: Mapped[str]
    reference: Mapped[str]
    met_at: Mapped[datetime | None]
    started_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str]

    @property
    def name(self) -> str:
        """What it is called where it is settled: regime and step."""
        return f"{self.regime}/{self.step}"
