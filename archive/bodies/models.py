"""Tables of bodies: which were purged or removed, with their hash before and after, and what holds them back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

import archive.models  # noqa: F401  # our foreign keys point at its tables
from core.database import Base

WHOLE, PURGED, REMOVED = "", "purged", "removed"
"""What of a document's body is there: all of it, the rows of ours alone, nothing."""
BEGUN, DONE = "begun", "done"


class BodyRemoval(Base):
    """What became of one body: told in event ``event_id``, whose leaf proves it; this row is what readers look up.

    ``state``: `BEGUN` from the transaction that tells of it until the bytes are gone, then `DONE`. What is left of a
    purged body is the record at ``warc_offset`` of ``warc_file``, and ``form`` says how it was made: its ``lines``
    where they stood, or an ``extract`` by the readers. ``gone`` tells of the people who were taken out, as
    `matcher.document.Gone` counts them, so that those who stay are as sure as before. ``files`` are the WARC files that
    were written anew: ``name``, ``before``, ``after``; of bodies that went together, in the first one's row alone.
    """

    __tablename__ = "body_removals"
    __table_args__ = (Index(None, "state"),)
    document_id: Mapped[int] = mapped_column(
        ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    event_id: Mapped[int]
    how: Mapped[str]
    state: Mapped[str] = mapped_column(default=BEGUN)
    sha256_after: Mapped[str]
    size_after: Mapped[int] = mapped_column(BigInteger)
    warc_file: Mapped[str] = mapped_column(default="")
    warc_offset: Mapped[int] = mapped_column(BigInteger, default=0)
    form: Mapped[str] = mapped_column(default="")
    people: Mapped[int] = mapped_column(default=0)
    ours: Mapped[int] = mapped_column(default=0)
    gone: Mapped[list[float]] = mapped_column(JSON)
    files: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    rule: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]


class BodyHold(Base):
    """Somebody's word that a body has to stay whole, until it is lifted."""

    __tablename__ = "body_holds"
    __table_args__ = (Index(None, "document_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"))
    reason: Mapped[str]
    set_by: Mapped[str]
    set_at: Mapped[datetime]
    lifted_by: Mapped[str] = mapped_column(default="")
    lifted_at: Mapped[datetime | None]
    lift_reason: Mapped[str] = mapped_column(default="")
