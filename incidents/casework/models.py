"""Tables of casework: the tasks of incidents, and which incidents somebody said belong together."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base

OPEN, DONE, WAIVED, NOT_NEEDED = "open", "done", "waived", "not-needed"
TASK_STATES = (OPEN, DONE, WAIVED, NOT_NEEDED)


class Task(Base):
    """Something to be done about an incident; never removed, and of the incident that it was made for.

    ``step`` is its step of ``playbook``; both are empty of a task that somebody added. ``text`` is by language.
    ``owner`` is the login of who does it; without one it is everybody's of ``role``. ``due_after`` is the moment that
    ``due_hours`` count from: until that moment comes, there is no ``due_at``.
    """

    __tablename__ = "tasks"
    __table_args__ = (Index(None, "incident_id"), Index(None, "state", "due_at"))
    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    playbook: Mapped[str]
    step: Mapped[str]
    text: Mapped[dict[str, str]] = mapped_column(JSON)
    role: Mapped[str]
    owner: Mapped[str]
    mandatory: Mapped[bool]
    due_after: Mapped[str]
    due_hours: Mapped[float | None]
    due_at: Mapped[datetime | None]
    state: Mapped[str]
    reason: Mapped[str]
    added_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str]


class Relation(Base):
    """Two incidents that belong together without being one leak; ``first`` is the older."""

    __tablename__ = "incident_relations"
    first: Mapped[int] = mapped_column(ForeignKey("incidents.id"), primary_key=True, autoincrement=False)
    second: Mapped[int] = mapped_column(ForeignKey("incidents.id"), primary_key=True, autoincrement=False, index=True)
    reason: Mapped[str]
