"""Posts on lists of victims that name us or a processor of ours, as messages: each names where, and whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alerts.messages import Notice
from alerts.untold import tell_in_one, untold_events
from core.texts import load_texts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from alerts.channels import Channel
    from alerts.outbox import Wording
    from incidents.models import Event

MENTIONED: Final = "mentioned"
SHOWN: Final = 20


def enqueue_mentions(session: Session, channel: Channel, wording: Wording, *, now: datetime) -> bool:
    """Put one message about them into the outbox; whether there was anything to tell."""
    events = untold_mentions(session, channel.name)
    if not events:
        return False
    return tell_in_one(session, channel, events, mention_notice(events, wording), about="mentions", now=now)


def untold_mentions(session: Session, channel: str) -> list[Event]:
    """Those that the channel was not told of."""
    return untold_events(session, channel, (MENTIONED,))


def mention_notice(events: Sequence[Event], wording: Wording) -> Notice:
    """Whom each post names, where it is, and the document."""
    texts = load_texts("alerts", wording.language)
    lines = [
        texts(
            "mentions.line", names=event.data["names"], source=event.source,
            link=f"{wording.web_url}/documents/{event.data['document_id']}",
        )
        for event in events[:SHOWN]
    ]  # fmt: skip
    more = [texts("value.more", n=len(events) - SHOWN)] if len(events) > SHOWN else []
    return Notice(texts("mentions.header", n=len(events)), texts("mentions.said"), "\n".join([*lines, *more]))
