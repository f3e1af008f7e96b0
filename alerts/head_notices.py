"""Signed tree heads as messages: a chat's history is out of reach of whoever rewrites the database."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from alerts.messages import Notice
from alerts.models import NOTICE, AlertedEvent, Message
from alerts.outbox import put_notice
from core.clock import DEFAULT_ZONE, local
from core.texts import load_texts
from transparency.heads import latest_head

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from alerts.channels import Channel
    from transparency.last_verification import LastVerification
    from transparency.models import LogHead


def enqueue_head(
    session: Session,
    channels: Sequence[Channel],
    *,
    language: str,
    every_h: float,
    now: datetime,
    zone: str = DEFAULT_ZONE,
) -> bool:
    """Put the latest head into the outbox of the first channel; never twice, and no more often than ``every_h``.

    The console gets none: it is no place outside of this machine.
    """
    head = latest_head(session)
    if head is None or not every_h or not channels or channels[0].is_last_resort:
        return False
    others = select(AlertedEvent.message_id).where(AlertedEvent.message_id == Message.id)
    last = session.scalar(select(func.max(Message.created_at)).where(Message.kind == NOTICE, ~others.exists()))
    if last is not None and now - last < timedelta(hours=every_h):
        return False
    notice = head_notice(head, language, zone)
    return put_notice(session, channels[0], f"head:{head.size}:{head.root}", notice, now=now) is not None


def enqueue_refusal(session: Session, channel: Channel, *, language: str, now: datetime) -> bool:
    """Say that signing was refused because the log does not go on from its last head; once for each such head."""
    head = latest_head(session)
    if head is None:
        return False
    texts = load_texts("alerts", language)
    notice = Notice(texts("head.refused"), texts("head.refused_said"), head.note)
    return put_notice(session, channel, f"refused:{head.size}:{head.root}", notice, now=now) is not None


def enqueue_damage(
    session: Session, channel: Channel, found: LastVerification, *, language: str, now: datetime
) -> bool:
    """Say that a verification found the record damaged; once for each first damage."""
    texts = load_texts("alerts", language)
    notice = Notice(texts("head.refused"), texts("head.damaged_said", n=f"{found.damaged:,}"), found.first)
    return put_notice(session, channel, f"damaged:{found.first}", notice, now=now) is not None


def head_notice(head: LogHead, language: str, zone: str = DEFAULT_ZONE) -> Notice:
    """A head in words, with its note as it was signed."""
    texts = load_texts("alerts", language)
    at = f"{local(head.signed_at, zone):%Y-%m-%d %H:%M:%S %Z}"
    return Notice(texts("head.header", size=f"{head.size:,}"), texts("head.said", at=at), head.note)
