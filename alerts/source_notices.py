"""Sources that fell ill, and are well again, as messages: a watch that sees nothing must not look like a quiet night.

One message tells all that nobody was told of yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from alerts.messages import Notice
from alerts.models import AlertedEvent
from alerts.outbox import AT_ONCE, put_notice
from core.texts import load_texts
from incidents.models import Event

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from alerts.channels import Channel
    from alerts.outbox import Wording

ALARM, WELL = "source-alarm", "source-well"
LONGEST: Final = 300
"""Characters of what is said of one condition."""


def enqueue_sources(session: Session, channel: Channel, wording: Wording, *, now: datetime) -> bool:
    """Put one message about them into the outbox; whether there was anything to tell."""
    events = untold_sources(session, channel.name)
    if not events:
        return False
    name = f"sources:{events[0].id}:{events[-1].id}"
    message = put_notice(session, channel, name, source_notice(events, wording), now=now)
    by = message.id if message else None
    session.add_all(AlertedEvent(event_id=event.id, channel=channel.name, message_id=by) for event in events)
    session.flush()
    return message is not None


def untold_sources(session: Session, channel: str) -> list[Event]:
    """Those that the channel was not told of."""
    was_told = select(AlertedEvent.event_id).where(AlertedEvent.event_id == Event.id, AlertedEvent.channel == channel)
    events = select(Event).where(Event.kind.in_((ALARM, WELL)), ~was_told.exists()).order_by(Event.id).limit(AT_ONCE)
    return list(session.scalars(events))


def source_notice(events: Sequence[Event], wording: Wording) -> Notice:
    """Which sources, what is wrong with each, what to try, and which are well again."""
    texts = load_texts("alerts", wording.language)
    ill = len({event.source for event in events if event.kind == ALARM})
    header = texts("sources.header", n=ill) if ill else texts("sources.header_well")
    lines = [line for event in events for line in _lines(event, wording.language)]
    return Notice(header, "\n".join(lines), f"{wording.web_url}/sources")


def _lines(event: Event, language: str) -> Iterator[str]:
    texts, conditions = load_texts("alerts", language), load_texts("crawler", language)
    if event.kind == WELL:
        yield texts("sources.well", name=event.source)
        return
    for condition in event.data["conditions"]:
        key, values = f"condition.{condition['kind']}", condition["values"]
        seen, hint = conditions(f"{key}.seen", **values)[:LONGEST], conditions(f"{key}.hint", **values)
        yield texts("sources.ill", name=event.source, seen=seen, hint=hint)
