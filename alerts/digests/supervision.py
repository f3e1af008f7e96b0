"""What has come due of the supervision of processors, as messages: names of processors and duties, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alerts.messages import Notice
from alerts.untold import tell_in_one, untold_events
from core.texts import load_texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from typing import Any

    from sqlalchemy.orm import Session

    from alerts.channels import Channel
    from alerts.outbox import Wording
    from incidents.models import Event

KIND: Final = "supervision-due"
SHOWN: Final = 20


def enqueue_supervision(session: Session, channel: Channel, wording: Wording, *, now: datetime) -> bool:
    """Put one message about what nobody was told of into the outbox; whether there was anything."""
    events = untold_events(session, channel.name, (KIND,))
    if not events:
        return False
    return tell_in_one(session, channel, events, supervision_notice(events, wording), about=KIND, now=now)


def supervision_notice(events: Sequence[Event], wording: Wording) -> Notice:
    """What came due since the last message, and how much is overdue in all."""
    texts = load_texts("alerts", wording.language)
    items = [item for event in events for item in event.data["items"]]
    lines = list(_lines(items[:SHOWN], wording.language))
    told = sum(event.data["due"] for event in events)
    more = [texts("value.more", n=told - len(lines))] if told > len(lines) else []
    said = texts("supervision.said", n=events[-1].data["overdue"])
    address = f"{wording.web_url}/supervision"
    return Notice(texts("supervision.header", n=told), "\n".join([said, *lines, *more]), address)


def _lines(items: Sequence[Mapping[str, Any]], language: str) -> Iterator[str]:
    texts = load_texts("alerts", language)
    for item in items:
        whose = item["processor"] or texts("supervision.own")
        yield texts("supervision.line", day=item["due_on"], what=texts(f"duty.{item['duty']}"), processor=whose)
