"""Tables of the blocks; they hold nothing that could not be made again from the events."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base


class EventBlock(Base):
    """Some neighbouring events by id, ``first_id`` to ``last_id``, all those there are between them.

    ``oldest`` and ``newest`` bound when they happened, in microseconds since 1970. ``buckets`` is how many leaves hold
    its letters. A block that is made anew gets a new number.
    """

    __tablename__ = "event_blocks"
    __table_args__ = (Index(None, "last_id"), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(primary_key=True)
    first_id: Mapped[int]
    last_id: Mapped[int]
    size: Mapped[int]
    buckets: Mapped[int]
    oldest: Mapped[int] = mapped_column(BigInteger)
    newest: Mapped[int] = mapped_column(BigInteger)


class EventLeaf(Base):
    """A part of a block: the letters of one bucket (`incidents.blocks.leaves`), or below zero a column."""

    __tablename__ = "event_leaves"
    block: Mapped[int] = mapped_column(ForeignKey("event_blocks.id", ondelete="CASCADE"), primary_key=True)
    bucket: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    body: Mapped[bytes] = mapped_column(LargeBinary)
