"""Sources that fell ill, and are well again, as messages: a watch that sees nothing must not look like a quiet night.

One message tells all that nobody was told of yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alerts.messages import Notice
from alerts.untold import tell_in_one, untold_events
from core.texts import load_texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from alerts.channels import Channel
    from alerts.outbox import Wording
    from incidents.models import Event

ALARM, WELL = "source-alarm", "source-well"
LONGEST: Final = 300
"""Characters of what is said of one condition."""


def enqueue_sources(session: Session, channel: Channel, wording: Wording, *, now: datetime) -> bool:
    """Put one message about them into the outbox; whether there was anything to tell."""
    events = untold_sources(session, channel.name)
    if not events:
        return False
    return tell_in_one(session, channel, events, source_notice(events, wording), about="sources", now=now)


def untold_sources(session: Session, channel: str) -> list[Event]:
    """Those that the channel was not told of."""
    return untold_events(session, channel, (ALARM, WELL))


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
