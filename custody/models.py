"""Tables of the custody register: processors, extracts, and every enrolment that was tried."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.database import Base

RUNNING, DONE, FAILED = "running", "done", "failed"
"""States of an enrolment."""
LENT = "lent"
"""State of an extract that its processor holds."""


class Processor(Base):
    """Somebody who holds extracts: 委託先, or through ``parent`` 再委託先."""

    __tablename__ = "processors"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("processors.id"), index=True)
    contract_kind: Mapped[str] = mapped_column(default="")
    country: Mapped[str] = mapped_column(default="")
    contact: Mapped[str] = mapped_column(default="")
    added_at: Mapped[datetime]

    parent: Mapped[Processor | None] = relationship(remote_side="Processor.id")


class Extract(Base):
    """A set of records lent to a processor."""

    __tablename__ = "extracts"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    processor_id: Mapped[int | None] = mapped_column(ForeignKey("processors.id"), index=True)
    columns: Mapped[list[str]] = mapped_column(JSON)
    purpose: Mapped[str] = mapped_column(default="")
    contract_kind: Mapped[str] = mapped_column(default="")
    as_of: Mapped[date]
    lent_on: Mapped[date | None]
    due_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(default=LENT)
    size: Mapped[int]
    added_at: Mapped[datetime]

    processor: Mapped[Processor | None] = relationship()


class Enrolment(Base):
    """One run over one file; ``request`` is what finishes the register if the run dies after the switch."""

    __tablename__ = "enrolments"
    id: Mapped[int] = mapped_column(primary_key=True)
    extract_name: Mapped[str]
    extract_id: Mapped[int | None] = mapped_column(ForeignKey("extracts.id"), index=True)
    file_name: Mapped[str]
    sha256: Mapped[str]
    request: Mapped[dict[str, Any]] = mapped_column(JSON)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(default=RUNNING, index=True)
    reason: Mapped[str] = mapped_column(default="")
    rows: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)
    subjects: Mapped[int] = mapped_column(default=0)
    generation: Mapped[int | None]
