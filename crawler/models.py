"""Tables of the crawler: sweeps, and what each source has shown already."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base


class Sweep(Base):
    """One run over a source.

    ``state``: ``running``; ``done``; ``partial`` (something was read, something is missing: ``reason`` says what);
    ``failed`` (nothing could be read, or it could not be kept). Counts grow while it runs, so that those of a sweep
    that was killed are right up to its last response. ``worker`` holds the lease ``sweep:<source>`` while it runs.
    """

    __tablename__ = "sweeps"
    __table_args__ = (Index(None, "source", "id"), Index(None, "state"))
    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(default="running")
    reason: Mapped[str] = mapped_column(default="")
    requests: Mapped[int] = mapped_column(default=0)
    responses: Mapped[int] = mapped_column(default=0)
    documents: Mapped[int] = mapped_column(default=0)
    new_documents: Mapped[int] = mapped_column(default=0)
    bytes: Mapped[int] = mapped_column(default=0)
    pid: Mapped[int]
    worker: Mapped[str]


class SeenMark(Base):
    """What was read of one thing of a source: a paste, a topic, or the walk over the lists as a whole.

    ``value`` changes when the thing changes (a topic's count of posts and last date); ``resume_at`` is the address to
    go on from; ``failures`` counts sweeps that wanted it and did not get it.
    """

    __tablename__ = "seen"
    source: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(default="")
    resume_at: Mapped[str] = mapped_column(default="")
    failures: Mapped[int] = mapped_column(default=0)
    seen_at: Mapped[datetime]
