"""The outbox: from events of incidents to rows that wait to be delivered, each event told once.

An incident has one parent message a channel. What happens later changes the parent's text in place and goes into its
thread; what happened before anybody could be told is in the parent already.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid4, uuid5

from sqlalchemy import func, select, update

from alerts.messages import Alert, Change, told, told_kinds
from alerts.models import (
    DETAIL,
    FAILED,
    NOTICE,
    PARENT,
    PENDING,
    SENDING,
    SENT,
    SUPERSEDED,
    UPDATE,
    AlertedEvent,
    Message,
    Thread,
)
from core.clock import DEFAULT_ZONE
from incidents import queries
from incidents.clocks.reading import next_words
from incidents.groups import root_of
from incidents.models import Event
from incidents.states import LIVE
from incidents.timeline.attention import acknowledged_by

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from alerts.channels import Channel
    from alerts.messages import Notice
    from incidents.views import IncidentLine

AT_ONCE = 1000
LATE = 10_000
"""Events are committed a little out of order; further back than this among their ids none is looked for."""
OPENED, MERGED_INTO = "opened", "merged-into"


@dataclass(frozen=True, slots=True)
class Wording:
    """How messages are worded: the language, the address that links begin with, and the zone of times."""

    language: str
    web_url: str
    zone: str = DEFAULT_ZONE

    def alert(self, session: Session, line: IncidentLine, changes: Sequence[Change] = ()) -> Alert:
        """Everything a message about an incident is made of."""
        url = f"{self.web_url}/incidents/{line.merged_into or line.id}"
        deadline = next_words(session, line.id, self.language)
        return Alert(
            line, url, self.language, self.zone, tuple(changes), acknowledged_by(session, line.id), deadline
        )  # fmt: skip


def enqueue(
    session: Session,
    channel: Channel,
    wording: Wording,
    *,
    now: datetime,
    without: Collection[int] = frozenset(),
) -> int:
    """Put what the channel was not told of into the outbox, but for some incidents; gives how many messages it made."""
    made = 0
    by_incident: dict[int, list[Event]] = {}
    for event in untold(session, channel.name):
        by_incident.setdefault(told_in(session, event, channel.name), []).append(event)
    for incident_id, events in by_incident.items():
        if incident_id in without:
            continue
        line = queries.incident_line(session, incident_id, language=wording.language)
        if has_parent(session, incident_id, channel.name):
            messages = _changes(session, channel, wording, line, events, now)
        elif line.state in LIVE and line.merged_into is None:
            messages = [put(session, channel, PARENT, wording.alert(session, line), now=now)]
        else:
            messages = []
        made += len(messages)
        by = messages[-1].id if messages else None
        session.add_all(AlertedEvent(event_id=event.id, channel=channel.name, message_id=by) for event in events)
        session.flush()
    return made


def put(
    session: Session, channel: Channel, kind: str, alert: Alert, *, now: datetime, fallback_of: int | None = None
) -> Message:
    """Put one message into the outbox.

    Raises:
        InvalidMessageError: The channel would refuse it.
    """
    message = Message(
        uuid=str(uuid4()), incident_id=alert.line.id, channel=channel.name, kind=kind,
        payload=channel.compose(kind, alert), state=PENDING, created_at=now, next_at=now, fallback_of=fallback_of,
    )  # fmt: skip
    session.add(message)
    session.flush()
    return message


def put_notice(session: Session, channel: Channel, name: str, notice: Notice, *, now: datetime) -> Message | None:
    """Put a message that belongs to no incident into the outbox; once for each ``name``, none when it is there."""
    uuid = str(uuid5(NAMESPACE_URL, f"hinomi:{channel.name}:{name}"))
    if session.scalar(select(Message.id).where(Message.uuid == uuid)) is not None:
        return None
    message = Message(
        uuid=uuid, channel=channel.name, kind=NOTICE, payload=channel.compose_notice(notice), state=PENDING,
        created_at=now, next_at=now,
    )  # fmt: skip
    session.add(message)
    session.flush()
    return message


def list_messages(session: Session, *, limit: int = 100, state: str | None = None) -> list[Message]:
    """The latest messages, newest first."""
    messages = select(Message).order_by(Message.id.desc()).limit(limit)
    return list(session.scalars(messages.where(Message.state == state) if state else messages))


def failed_messages(session: Session) -> list[Message]:
    """Messages that were given up: somebody has to look."""
    return list_messages(session, state=FAILED)


def retire_left(session: Session, channels: Sequence[Channel]) -> int:
    """Let go of messages that wait for a channel which is no longer set up; gives how many.

    Whatever is still live is told anew where alerts go now: nobody told that channel of it yet (see `enqueue`).
    """
    left = (Message.channel.not_in([channel.name for channel in channels]), Message.state.in_((PENDING, SENDING)))
    retired = session.scalars(update(Message).where(*left).values(state=SUPERSEDED).returning(Message.id))
    return len(retired.all())


def has_due(session: Session, channels: Sequence[Channel], *, now: datetime) -> bool:
    """Whether delivery would do anything."""
    due = select(Message.id).where(Message.state.in_((PENDING, SENDING)), Message.next_at <= now)
    return bool(untold(session, channels[0].name, limit=1)) or session.scalar(due.limit(1)) is not None


def untold(session: Session, channel: str, *, limit: int = AT_ONCE) -> list[Event]:
    """Events of incidents that a channel was not told of, the oldest first."""
    was_told = select(AlertedEvent.event_id).where(AlertedEvent.event_id == Event.id, AlertedEvent.channel == channel)
    last = session.scalar(select(func.max(AlertedEvent.event_id)).where(AlertedEvent.channel == channel)) or 0
    kinds = told_kinds() | {OPENED, MERGED_INTO}
    events = select(Event).where(Event.kind.in_(kinds), Event.incident_id.is_not(None), ~was_told.exists())
    return list(session.scalars(events.where(Event.id > last - LATE).order_by(Event.id).limit(limit)))


def told_in(session: Session, event: Event, channel: str) -> int:
    """The incident in whose messages an event is told: the whole, unless it says that a part of it became one."""
    incident_id = event.incident_id or 0
    if event.kind == MERGED_INTO and has_parent(session, incident_id, channel):
        return incident_id
    return root_of(session, incident_id)


def has_parent(session: Session, incident_id: int, channel: str) -> bool:
    """Whether an incident has its message in a channel, or one on its way."""
    if session.get(Thread, (incident_id, channel)) is not None:
        return True
    of_incident = (Message.incident_id == incident_id, Message.channel == channel, Message.kind == PARENT)
    live = select(Message.id).where(*of_incident, Message.state.in_((PENDING, SENDING, SENT)))
    return session.scalar(live.limit(1)) is not None


def _changes(
    session: Session, channel: Channel, wording: Wording, line: IncidentLine, events: Sequence[Event], now: datetime
) -> list[Message]:
    """The parent anew, and what is new in its thread."""
    changes = [told(event.kind, event.actor, event.data) for event in events if _is_news(event)]
    of_incident = (Message.incident_id == line.id, Message.channel == channel.name)
    waiting = (*of_incident, Message.state == PENDING, Message.attempts == 0)
    parent = session.scalar(select(Message).where(*waiting, Message.kind == PARENT))
    if parent is not None:
        parent.payload = channel.compose(PARENT, wording.alert(session, line))
        made = []
    else:
        session.execute(update(Message).where(*waiting, Message.kind == UPDATE).values(state=SUPERSEDED))
        made = [put(session, channel, UPDATE, wording.alert(session, line), now=now)]
    if changes:
        made.append(put(session, channel, DETAIL, wording.alert(session, line, changes), now=now))
    return made


def _is_news(event: Event) -> bool:
    return event.kind in told_kinds() and not (event.kind == "sighting" and event.data.get("first"))
