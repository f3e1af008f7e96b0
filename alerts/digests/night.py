"""Quiet hours: what is not urgent waits for the morning, and comes as one message when it is several incidents.

Nothing is lost by waiting: an event that no channel was told of is told later, however long that is. What breaks
through goes out at once, as ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alerts.messages import Notice
from alerts.models import AlertedEvent
from alerts.outbox import has_parent, put_notice, told_in, untold
from core.texts import load_texts
from incidents import queries
from incidents.clocks.reminders import MISSED, NEAR
from incidents.models import Incident
from incidents.states import LIVE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from alerts.channels import Channel
    from alerts.on_call import QuietHours
    from alerts.outbox import Wording
    from incidents.models import Event

SEVERAL: Final = 2
"""One incident alone is told as ever, with its figures and buttons."""
SOON_H: Final = 12.0
"""Hours: quiet ones are over by then."""
LEAST: Final = "low"
"""How grave a notice is that belongs to no incident."""


def held_back(session: Session, channel: str, quiet: QuietHours, *, now: datetime) -> frozenset[int]:
    """The incidents whose events wait for the morning."""
    return frozenset(
        incident_id
        for incident_id, events in _untold(session, channel).items()
        if quiet.holds(_severity(session, incident_id), now) and not any(map(_cannot_wait, events))
    )


def enqueue_morning(session: Session, channel: Channel, wording: Wording, quiet: QuietHours, *, now: datetime) -> bool:
    """Put one message about what waited for the end of quiet hours into the outbox; whether there was one."""
    waited = {
        incident_id: events for incident_id, events in _untold(session, channel.name).items()
        if _is_new_of_the_night(session, channel.name, incident_id, events, quiet, now)
    }  # fmt: skip
    if len(waited) < SEVERAL:
        return False
    lines = [queries.incident_line(session, incident_id, language=wording.language) for incident_id in waited]
    texts, words = load_texts("alerts", wording.language), load_texts("incidents", wording.language)
    said = [
        texts("morning.line", id=line.id, severity=words(f"severity.{line.severity}"), subjects=f"{line.subjects:,}")
        for line in lines
    ]
    header = texts("morning.header", n=len(lines))
    name = f"morning:{min(events[0].id for events in waited.values())}"
    message = put_notice(
        session, channel, name, Notice(header, "\n".join(said), f"{wording.web_url}/incidents"), now=now
    )
    by = message.id if message else None
    told = [event.id for events in waited.values() for event in events]
    session.add_all(AlertedEvent(event_id=one, channel=channel.name, message_id=by) for one in told)
    session.flush()
    return message is not None


def _untold(session: Session, channel: str) -> dict[int, list[Event]]:
    """What the channel was not told of, by the incident in whose messages it is told."""
    by_incident: dict[int, list[Event]] = {}
    for event in untold(session, channel):
        by_incident.setdefault(told_in(session, event, channel), []).append(event)
    return by_incident


def _is_new_of_the_night(
    session: Session, channel: str, incident_id: int, events: Sequence[Event], quiet: QuietHours, now: datetime
) -> bool:
    incident = session.get_one(Incident, incident_id)
    if incident.state not in LIVE or incident.merged_into is not None or has_parent(session, incident_id, channel):
        return False
    severity = incident.severity
    return quiet.holds(severity, events[0].learned_at) and not quiet.holds(severity, now)


def _cannot_wait(event: Event) -> bool:
    """Whether it would be over before the morning: a deadline ends soon, or has ended."""
    return event.kind == MISSED or (event.kind == NEAR and float(event.data["hours"]) <= SOON_H)


def _severity(session: Session, incident_id: int) -> str:
    return session.get_one(Incident, incident_id).severity
