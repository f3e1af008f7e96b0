"""Documents that could not be judged, as messages: what breaks the matcher must not hide a leak from everybody.

One message tells all that nobody was told of yet, and no more than one goes out in an hour: whoever posts a thousand of
them floods no channel. Neither a title nor a reason is in it, since both may come from the document: numbers and links.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from alerts.messages import Notice
from alerts.models import AlertedEvent, Message
from alerts.untold import tell_in_one, untold_events
from core.texts import load_texts
from incidents.models import Event

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from alerts.channels import Channel
    from alerts.outbox import Wording

UNJUDGED: Final = "match-failed"
EVERY_H: Final = 1.0
SHOWN: Final = 20


def enqueue_unjudged(session: Session, channel: Channel, wording: Wording, *, now: datetime) -> bool:
    """Put one message about them into the outbox; whether there was anything to tell."""
    events = untold_unjudged(session, channel.name, now=now)
    if not events:
        return False
    return tell_in_one(session, channel, events, unjudged_notice(events, wording), about="unjudged", now=now)


def untold_unjudged(session: Session, channel: str, *, now: datetime) -> list[Event]:
    """Those that the channel was not told of; none while the last message about some is fresh."""
    found = untold_events(session, channel, (UNJUDGED,))
    if found and (last := _last_told(session, channel)) and now - last < timedelta(hours=EVERY_H):
        return []
    return found


def unjudged_notice(events: Sequence[Event], wording: Wording) -> Notice:
    """How many they are, what to do, and where each is."""
    texts = load_texts("alerts", wording.language)
    links = [f"{wording.web_url}/documents/{event.data['document_id']}" for event in events]
    more = [texts("value.more", n=len(links) - SHOWN)] if len(links) > SHOWN else []
    said = texts("unjudged.said")
    return Notice(texts("unjudged.header", n=f"{len(links):,}"), said, "\n".join([*links[:SHOWN], *more]))


def _last_told(session: Session, channel: str) -> datetime | None:
    told = select(func.max(Message.created_at)).join(AlertedEvent, AlertedEvent.message_id == Message.id)
    of_kind = told.join(Event, Event.id == AlertedEvent.event_id).where(Event.kind == UNJUDGED)
    return session.scalar(of_kind.where(AlertedEvent.channel == channel))
