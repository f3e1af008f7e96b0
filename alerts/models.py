"""Tables of the alerts: the outbox, which events a message tells, and each incident's thread in a channel."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

import incidents.models  # noqa: F401  # our foreign keys point at its tables
from core.database import Base

PENDING, SENDING, SENT, FAILED, SUPERSEDED = "pending", "sending", "sent", "failed", "superseded"
PARENT, UPDATE, DETAIL, NOTICE = "parent", "update", "detail", "notice"


class Message(Base):
    """One message to one channel.

    ``kind``: ``parent`` (one an incident and channel), ``update`` (puts the parent's new text in its place), ``detail``
    (in its thread), or ``notice``, which belongs to no incident. ``state``: ``pending``, ``sending`` (found at start it
    means: uncertain), ``sent``, ``failed`` (given up), or ``superseded`` (a later one says it all). ``uuid`` travels
    along, so that it can be looked for.
    """

    __tablename__ = "messages"
    __table_args__ = (Index(None, "state", "id"), Index(None, "incident_id", "channel"))
    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(unique=True)
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"))
    channel: Mapped[str]
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(default=PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    tried_at: Mapped[datetime | None]
    next_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    reference: Mapped[str] = mapped_column(default="")
    failure: Mapped[str] = mapped_column(default="")
    fallback_of: Mapped[int | None] = mapped_column(ForeignKey("messages.id"), unique=True)


class AlertedEvent(Base):
    """An event that a channel was told of, and by which message; none when it needed none."""

    __tablename__ = "alerted_events"
    __table_args__ = (Index(None, "message_id"),)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))


class Thread(Base):
    """Where an incident's parent message is: its reference in the channel (Slack's ``ts``), and the place it is in."""

    __tablename__ = "threads"
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str]
    place: Mapped[str] = mapped_column(default="")


class Reply(Base):
    """Something that came back from Slack and was dealt with; kept for a week, longer than it delivers anew."""

    __tablename__ = "replies"
    key: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
