"""Tables of the custody register: processors, extracts and who holds copies of them, and every enrolment tried."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.database import Base

RUNNING, DONE, FAILED = "running", "done", "failed"
"""States of an enrolment."""
LENT = "lent"
"""State of an extract that somebody holds, and of a copy; `custody.lifecycle` has the others."""


class Processor(Base):
    """Somebody who holds extracts: 委託先, or through ``parent`` 再委託先.

    ``contract_kind``, ``consent`` and ``consent_on`` belong to the edge to the parent: by which contract it works, and
    whether the carrier agreed that the work is passed on.
    """

    __tablename__ = "processors"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("processors.id"), index=True)
    contract_kind: Mapped[str] = mapped_column(default="")
    consent: Mapped[str] = mapped_column(default="", server_default="")
    consent_on: Mapped[date | None]
    country: Mapped[str] = mapped_column(default="")
    contact: Mapped[str] = mapped_column(default="")
    added_at: Mapped[datetime]

    parent: Mapped[Processor | None] = relationship(remote_side="Processor.id")


class Edge(Base):
    """By what contract a processor works for another one, or for a company of the carrier's group: one of several.

    A processor stands once in the tree, below its ``parent``: the edge that says so ``is_first`` and agrees with the
    processor's own row. ``company`` is the company of the group that lends, empty for the carrier itself; ``stage`` is
    how far the contract is, from ``since`` on known, ``ended_on`` the day it ended.
    """

    __tablename__ = "processor_edges"
    id: Mapped[int] = mapped_column(primary_key=True)
    processor_id: Mapped[int] = mapped_column(ForeignKey("processors.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("processors.id"), index=True)
    is_first: Mapped[bool] = mapped_column(default=False)
    company: Mapped[str] = mapped_column(default="")
    contract_kind: Mapped[str] = mapped_column(default="")
    stage: Mapped[str] = mapped_column(default="during")
    consent: Mapped[str] = mapped_column(default="")
    consent_on: Mapped[date | None]
    since: Mapped[date]
    ended_on: Mapped[date | None]
    added_at: Mapped[datetime]

    processor: Mapped[Processor] = relationship(foreign_keys=[processor_id])
    parent: Mapped[Processor | None] = relationship(foreign_keys=[parent_id])


class Extract(Base):
    """A set of records lent to a processor."""

    __tablename__ = "extracts"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    processor_id: Mapped[int | None] = mapped_column(ForeignKey("processors.id"), index=True)
    columns: Mapped[list[str]] = mapped_column(JSON)
    purpose: Mapped[str] = mapped_column(default="")
    contract_kind: Mapped[str] = mapped_column(default="")
    medium: Mapped[str] = mapped_column(default="", server_default="")
    recipient: Mapped[str] = mapped_column(default="", server_default="")
    as_of: Mapped[date]
    lent_on: Mapped[date | None]
    due_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(default=LENT)
    size: Mapped[int]
    added_at: Mapped[datetime]

    processor: Mapped[Processor | None] = relationship()


class Holding(Base):
    """A processor's copy of an extract; ``source_id`` is the copy that it was made from, none when the carrier lent it.

    ``certificate_on`` is the day of the certificate of erasure, ``certificate`` where it is kept.
    """

    __tablename__ = "holdings"
    __table_args__ = (UniqueConstraint("extract_id", "processor_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    extract_id: Mapped[int] = mapped_column(ForeignKey("extracts.id"))
    processor_id: Mapped[int] = mapped_column(ForeignKey("processors.id"), index=True)
    source_id: Mapped[int | None] = mapped_column(ForeignKey("holdings.id"), index=True)
    since: Mapped[date]
    state: Mapped[str] = mapped_column(default=LENT)
    ended_on: Mapped[date | None]
    certificate_on: Mapped[date | None]
    certificate: Mapped[str] = mapped_column(default="")
    added_at: Mapped[datetime]

    extract: Mapped[Extract] = relationship()
    processor: Mapped[Processor] = relationship()
    source: Mapped[Holding | None] = relationship(remote_side="Holding.id")


class RegisterEvent(Base):
    """One change of the register: what it was about, which day it counts from, and each field's old and new value.

    Days and names stand in ``changes`` as text. Rows are only ever added: the register as of any day is read from them.
    """

    __tablename__ = "register_events"
    __table_args__ = (Index(None, "about", "about_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    about: Mapped[str]
    about_id: Mapped[int]
    extract_id: Mapped[int | None] = mapped_column(ForeignKey("extracts.id"), index=True)
    processor_id: Mapped[int | None] = mapped_column(ForeignKey("processors.id"), index=True)
    happened_on: Mapped[date]
    recorded_at: Mapped[datetime]
    actor: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    changes: Mapped[dict[str, list[Any]]] = mapped_column(JSON)

    processor: Mapped[Processor | None] = relationship()

    @property
    def processor_name(self) -> str:
        """Whom it concerns, empty for nobody in particular."""
        return self.processor.name if self.processor else ""


class IndexState(Base):
    """Which index serves from now on: the hash of its manifest, which holds the hash of each of its files.

    Before anything switches the index there is a row without a hash, so that a switch that was cut off can be told
    from one that nobody asked for.
    """

    __tablename__ = "index_states"
    id: Mapped[int] = mapped_column(primary_key=True)
    why: Mapped[str]
    generation: Mapped[int]
    sha256: Mapped[str]
    recorded_at: Mapped[datetime]


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
