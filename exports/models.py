"""The table of exports that are made in the background."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

import incidents.models  # noqa: F401  # our foreign key points at its table
from core.database import Base


class ExportRow(Base):
    """An export that somebody asked for on a page.

    ``wish`` is an `exports.wish.ExportWish`, ``asked_by`` an actor with roles and how they were authenticated,
    ``approved`` what the event says of a second person. ``state``: ``waiting``, ``running``, ``done`` (then ``file``
    is in the folder of exports until ``expires_at``), ``failed`` (``message`` says why), ``gone``.
    """

    __tablename__ = "exports"
    __table_args__ = (Index(None, "state", "id"), Index(None, "incident_id"))
    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"))
    wish: Mapped[dict[str, Any]] = mapped_column(JSON)
    asked_by: Mapped[dict[str, Any]] = mapped_column(JSON)
    approved: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(default="waiting")
    asked_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    file: Mapped[str] = mapped_column(default="")
    size_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    sha256: Mapped[str] = mapped_column(default="")
    counts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    left_out: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    message: Mapped[str] = mapped_column(default="")
