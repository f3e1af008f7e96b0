"""Rows that were removed because their time was over: that something was there, and was taken away, stays known.

Written in the transaction that removes the rows themselves. The transparency log takes these in, so that a row that
retention removed can be told from one that somebody made disappear.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Index, insert
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

DOCUMENT, CAPTURE, WARC_FILE, TRAIL_PART = "document", "capture", "warc-file", "trail-part"
"""Kinds of what is removed, as the transparency log calls them."""
REMOVABLE = frozenset({DOCUMENT, CAPTURE, WARC_FILE, TRAIL_PART})
RETENTION = "retention"


class Removal(Base):
    """One row that was removed: ``kind`` and ``row_id`` say which."""

    __tablename__ = "removals"
    __table_args__ = (Index(None, "kind", "row_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    row_id: Mapped[int] = mapped_column(BigInteger)
    removed_at: Mapped[datetime]
    reason: Mapped[str]


def note_removals(
    session: Session, kind: str, row_ids: Iterable[int], *, now: datetime, reason: str = RETENTION
) -> None:
    """Note that these rows of a kind are removed, in the transaction that removes them."""
    rows = [{"kind": kind, "row_id": row_id, "removed_at": now, "reason": reason} for row_id in row_ids]
    if rows:
        session.execute(insert(Removal), rows)
