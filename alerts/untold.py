"""Events that belong to no incident, and which of them a channel was not told of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from alerts.models import AlertedEvent
from alerts.outbox import AT_ONCE, put_notice
from incidents.models import Event

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from alerts.channels import Channel
    from alerts.messages import Notice


def untold_events(session: Session, channel: str, kinds: Collection[str], *, of_incidents: bool = True) -> list[Event]:
    """Those of these kinds that the channel was not told of, the oldest first.

    Args:
        session: Where they stand.
        channel: Which.
        kinds: Of events.
        of_incidents: Also those that belong to one.
    """
    was_told = select(AlertedEvent.event_id).where(AlertedEvent.event_id == Event.id, AlertedEvent.channel == channel)
    events = select(Event).where(Event.kind.in_(kinds), ~was_told.exists()).order_by(Event.id).limit(AT_ONCE)
    return list(session.scalars(events if of_incidents else events.where(Event.incident_id.is_(None))))


def tell_in_one(
    session: Session, channel: Channel, events: Sequence[Event], notice: Notice, *, about: str, now: datetime
) -> bool:
    """Put one message about all of them into the outbox; whether it was not there before."""
    name = f"{about}:{events[0].id}:{events[-1].id}"
    message = put_notice(session, channel, name, notice, now=now)
    by = message.id if message else None
    session.add_all(AlertedEvent(event_id=event.id, channel=channel.name, message_id=by) for event in events)
    session.flush()
    return message is not None
