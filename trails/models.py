"""Tables of the trails: imports, the columnar files they wrote, days and sequence numbers seen, and gaps.

The records themselves stand in Parquet files (see `trails.store.parts`); a file counts once its row in ``trail_parts``
is committed, so that a cut-off import leaves nothing that anybody reads.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base


class TrailImport(Base):
    """One file taken into one system's trail, or refused, or cut off.

    ``state`` is ``running``, ``done`` or ``failed``. ``lines`` are the file's lines that hold a record; ``records``
    those that could be read, ``new`` those that no earlier import brought, ``undated`` those without a time.
    ``dropped`` counts lines that could not be used. ``limits`` are the assumptions that stick to every conclusion
    drawn from it. ``checked_at`` is when the regular checks looked at it.
    """

    __tablename__ = "trail_imports"
    __table_args__ = (Index(None, "system", "sha256"), Index(None, "state"))
    id: Mapped[int] = mapped_column(primary_key=True)
    system: Mapped[str]
    file_name: Mapped[str]
    sha256: Mapped[str] = mapped_column(default="")
    mapping: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(default="running")
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    records: Mapped[int] = mapped_column(BigInteger, default=0)
    new: Mapped[int] = mapped_column(BigInteger, default=0)
    undated: Mapped[int] = mapped_column(BigInteger, default=0)
    dropped: Mapped[int] = mapped_column(BigInteger, default=0)
    first_at: Mapped[datetime | None]
    last_at: Mapped[datetime | None]
    limits: Mapped[list[str]] = mapped_column(JSON, default=list)
    checked_at: Mapped[datetime | None]


class TrailPart(Base):
    """One Parquet file: the records of one import in one month (``undated`` for those without a time).

    ``sessions`` and ``exports`` count how many different ones it holds; there are too many to count them when asked.
    Marks, events and leaves of the log name a record by the file's number, so that no number is given twice.
    """

    __tablename__ = "trail_parts"
    __table_args__ = (Index(None, "system", "month"), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("trail_imports.id"))
    system: Mapped[str]
    month: Mapped[str]
    path: Mapped[str] = mapped_column(unique=True)
    rows: Mapped[int] = mapped_column(BigInteger)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]
    first_at: Mapped[datetime | None]
    last_at: Mapped[datetime | None]
    sessions: Mapped[int] = mapped_column(BigInteger, default=0)
    exports: Mapped[int] = mapped_column(BigInteger, default=0)


class TrailDay(Base):
    """How many records one host of a system left on one day in the system's zone; no host where the file has none."""

    __tablename__ = "trail_days"
    system: Mapped[str] = mapped_column(primary_key=True)
    host: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    records: Mapped[int] = mapped_column(BigInteger)


class TrailRun(Base):
    """An unbroken run of sequence numbers seen from one host of a system."""

    __tablename__ = "trail_runs"
    __table_args__ = (Index(None, "system", "host"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    system: Mapped[str]
    host: Mapped[str]
    first: Mapped[int] = mapped_column(BigInteger)
    last: Mapped[int] = mapped_column(BigInteger)


class TrailGap(Base):
    """Records that should be there and are not: ``kind`` is ``days``, ``host`` or ``sequence``; bounds are inclusive.

    Rows of a system are rewritten after each import, so that a gap that a late file filled goes away.
    """

    __tablename__ = "trail_gaps"
    __table_args__ = (Index(None, "system"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    system: Mapped[str]
    kind: Mapped[str]
    host: Mapped[str] = mapped_column(default="")
    first: Mapped[str]
    last: Mapped[str]
    missing: Mapped[int] = mapped_column(BigInteger)
    found_at: Mapped[datetime]


class TrailSuspicion(Base):
    """Something a regular check found: ``open`` until somebody has ``explained`` or ``escalated`` it.

    ``key`` makes it unique (`trails.checks.interface.Suspicion`); found again, what was ``measured`` grows, and far
    beyond what was explained it is open again. Who looked at it and what they decided are events
    (`root_cause.suspicions`).
    """

    __tablename__ = "trail_suspicions"
    __table_args__ = (Index(None, "state", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    system: Mapped[str]
    check: Mapped[str]
    kind: Mapped[str]
    name: Mapped[str]
    day: Mapped[date]
    measured: Mapped[float]
    usual: Mapped[float]
    detail: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="open")
    reason: Mapped[str] = mapped_column(default="")
    actor: Mapped[str] = mapped_column(default="")
    found_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
