"""The table of supervision: what was asked, looked at, promised, certified or broken, one record each."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

import custody.models  # noqa: F401  # our foreign keys point at its tables
from core.database import Base


class SupervisionRecord(Base):
    """One record about a processor, one of its contracts, or, with neither, the carrier itself.

    `custody.supervision.kinds` says what each kind of record has. ``of_id`` is the inspection that a finding belongs
    to. ``documents`` are attachments in the archive: ``{"document_id", "sha256", "name", "question"}``. ``data`` holds
    the answers of a check sheet, by question. A record that was entered by mistake has ``withdrawn_on``.
    """

    __tablename__ = "supervision_records"
    __table_args__ = (Index(None, "kind", "processor_id"), Index(None, "due_on"))
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    processor_id: Mapped[int | None] = mapped_column(ForeignKey("processors.id"), index=True)
    edge_id: Mapped[int | None] = mapped_column(ForeignKey("processor_edges.id"), index=True)
    extract_id: Mapped[int | None] = mapped_column(ForeignKey("extracts.id"))
    of_id: Mapped[int | None] = mapped_column(ForeignKey("supervision_records.id"), index=True)
    topic: Mapped[str] = mapped_column(default="")
    result: Mapped[str] = mapped_column(default="")
    happened_on: Mapped[date | None]
    due_on: Mapped[date | None]
    done_on: Mapped[date | None]
    person: Mapped[str] = mapped_column(default="")
    words: Mapped[str] = mapped_column(default="")
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    documents: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    entered_by: Mapped[str]
    entered_at: Mapped[datetime]
    checked_by: Mapped[str] = mapped_column(default="")
    checked_on: Mapped[date | None]
    check_result: Mapped[str] = mapped_column(default="")
    check_words: Mapped[str] = mapped_column(default="")
    withdrawn_on: Mapped[date | None]
