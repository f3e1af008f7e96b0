"""Tables of reports: what is being written, versions that were handed over for approval, and their outputs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base

WAITING, APPROVED, RETURNED, FILED = "waiting", "approved", "returned", "filed"
VERSION_STATES = (WAITING, APPROVED, RETURNED, FILED)


class ReportDraft(Base):
    """What people have written of a report so far: by item, the text and whether what is known is told beside it.

    ``about`` is ``incident:7`` or ``quarter:2026-Q3``; ``revision`` goes up with each saving, so that nobody writes
    over what somebody else saved meanwhile. ``writers`` are the accounts, or the names without one, since the last
    approval.
    """

    __tablename__ = "report_drafts"
    __table_args__ = (UniqueConstraint("about", "form"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    about: Mapped[str]
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"), index=True)
    form: Mapped[str]
    revision: Mapped[int]
    items: Mapped[dict[str, dict[str, Any]]] = mapped_column(JSON)
    writers: Mapped[list[str]] = mapped_column(JSON)
    saved_at: Mapped[datetime]
    saved_by: Mapped[str]


class ReportVersion(Base):
    """A report as it was handed over for approval; what it says never changes, how it stands follows from its events.

    ``content`` is `reports.values.FilledReport.as_data`, ``sha256`` its hash. ``writers`` wrote it: none of them
    approves it. ``recipient`` and ``reference`` say to whom it was filed, and under which number there.
    """

    __tablename__ = "report_versions"
    __table_args__ = (UniqueConstraint("about", "form", "number"), Index(None, "state", "filed_at"))
    id: Mapped[int] = mapped_column(primary_key=True)
    about: Mapped[str]
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"), index=True)
    form: Mapped[str]
    number: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    sha256: Mapped[str]
    writers: Mapped[list[str]] = mapped_column(JSON)
    asked_at: Mapped[datetime]
    asked_by: Mapped[str]
    state: Mapped[str]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str]
    said: Mapped[str]
    filed_at: Mapped[datetime | None]
    filed_by: Mapped[str]
    recipient: Mapped[str]
    reference: Mapped[str]


class ReportOutput(Base):
    """A version as a file, byte for byte as it was made once."""

    __tablename__ = "report_outputs"
    version_id: Mapped[int] = mapped_column(ForeignKey("report_versions.id"), primary_key=True, autoincrement=False)
    format: Mapped[str] = mapped_column(primary_key=True)
    sha256: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)
