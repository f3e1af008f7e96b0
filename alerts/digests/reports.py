"""Steps of reports that belong to no incident, as messages: form, version, who, and a link; no reason, no recipient.

Those of an incident's reports stand in its thread, like everything else that happens to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alerts.messages import Notice, change_words, told
from alerts.untold import tell_in_one, untold_events
from core.texts import load_texts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from alerts.channels import Channel
    from alerts.outbox import Wording
    from incidents.models import Event

KINDS: Final = ("report-asked", "report-returned", "report-approved", "report-filed")
SHOWN: Final = 20


def enqueue_reports(session: Session, channel: Channel, wording: Wording, *, now: datetime) -> bool:
    """Put one message about those that nobody was told of into the outbox; whether there was anything."""
    events = untold_reports(session, channel.name)
    if not events:
        return False
    return tell_in_one(session, channel, events, report_notice(events, wording), about="reports", now=now)


def untold_reports(session: Session, channel: str) -> list[Event]:
    """Those that the channel was not told of."""
    return untold_events(session, channel, KINDS, of_incidents=False)


def report_notice(events: Sequence[Event], wording: Wording) -> Notice:
    """What happened, a line each."""
    texts = load_texts("alerts", wording.language)
    lines = [_line(event, wording) for event in events[:SHOWN]]
    more = [texts("value.more", n=len(events) - SHOWN)] if len(events) > SHOWN else []
    said = texts("reports.said")
    return Notice(
        texts("reports.header", n=len(events)), "\n".join([said, *lines, *more]), f"{wording.web_url}/reports"
    )


def _line(event: Event, wording: Wording) -> str:
    quarter = str(event.data["about"]).partition(":")[2]
    return change_words(
        told(event.kind, event.actor, event.data), wording.language, f"{wording.web_url}/reports/quarters/{quarter}"
    )
