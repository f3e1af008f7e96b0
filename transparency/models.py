"""Tables of the transparency log: rows that wait for their leaf, the leaves, and the signed tree heads."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, Integer, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base

_COUNT = BigInteger().with_variant(Integer, "sqlite")  # SQLite's INTEGER has 64 bits and, as a key, needs no index


class LogWaiting(Base):
    """A row that has to become a leaf; written by a trigger in the transaction that writes the row itself."""

    __tablename__ = "log_waiting"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    row_id: Mapped[int] = mapped_column(BigInteger)


class LogLeaf(Base):
    """One leaf: ``position`` counts from 0, ``hash`` is over the row as `transparency.entries` writes it.

    ``at`` is when the leaf was made. It is a help for people; what vouches for a time is a signed head.
    """

    __tablename__ = "log_leaves"
    __table_args__ = (Index(None, "kind", "row_id"),)
    position: Mapped[int] = mapped_column(_COUNT, primary_key=True, autoincrement=False)
    kind: Mapped[str]
    row_id: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime]


class LogHead(Base):
    """A signed tree head: ``note`` is what was signed and the signature, the other columns say the same.

    ``places`` lists the files it was written to; ``token`` is the time-stamp authority's answer over the note.
    ``peaks`` are the roots of the tree's full subtrees, from which the next head goes on; heads of before have none.
    """

    __tablename__ = "log_heads"
    size: Mapped[int] = mapped_column(_COUNT, primary_key=True, autoincrement=False)
    root: Mapped[str]
    signed_at: Mapped[datetime]
    note: Mapped[str]
    places: Mapped[list[Any]] = mapped_column(JSON, default=list)
    token: Mapped[bytes | None] = mapped_column(LargeBinary)
    peaks: Mapped[bytes | None] = mapped_column(LargeBinary)
