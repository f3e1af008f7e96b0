"""Many documents that were not read whole: what cannot be read may hold a leak, and a reader may have broken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alerts.messages import Notice
from alerts.untold import tell_in_one, untold_events
from core.actors import SYSTEM
from core.clock import local
from core.texts import load_texts
from incidents.timeline.events import add_event

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from alerts.channels import Channel
    from alerts.outbox import Wording
    from incidents.models import Event

KIND: Final = "many-unread"


def write_many(session: Session, count: int, *, now: datetime, zone: str) -> bool:
    """Write down that so many were not read whole, once a day of the carrier's zone."""
    key = f"{KIND}:{local(now, zone).date().isoformat()}"
    return add_event(session, KIND, actor=SYSTEM, now=now, data={"count": count}, key=key) is not None


def enqueue_unread(session: Session, channel: Channel, wording: Wording, *, now: datetime) -> bool:
    """Put one message about them into the outbox; whether there was anything to tell."""
    events = untold_unread(session, channel.name)
    if not events:
        return False
    texts, count = load_texts("alerts", wording.language), int(events[-1].data["count"])
    notice = Notice(texts("unread.header", n=count), texts("unread.said"), f"{wording.web_url}/unsettled")
    return tell_in_one(session, channel, events, notice, about=KIND, now=now)


def untold_unread(session: Session, channel: str) -> list[Event]:
    """Those that the channel was not told of."""
    return untold_events(session, channel, (KIND,))
