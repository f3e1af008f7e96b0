"""The weekly digest: what is open, overdue, unread and not watched, once a week, whether or not anything is wrong."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from alerts.messages import Notice
from alerts.untold import tell_in_one, untold_events
from core.actors import SYSTEM
from core.clock import DEFAULT_ZONE, local
from core.texts import load_texts
from incidents.timeline.events import add_event

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from sqlalchemy.orm import Session

    from alerts.channels import Channel
    from alerts.outbox import Wording
    from incidents.models import Event

KIND: Final = "weekly-digest"
DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
FRESH: Final = timedelta(days=1)
"""A digest whose hour is longer ago is not made up for: the next one is near enough."""
COUNTS: Final = (
    "open",
    "unacknowledged",
    "clocks_missed",
    "clocks_near",
    "overdue",
    "waiting",
    "failed",
    "unread",
    "opened",
)


class Weekly(BaseModel):
    """When the digest goes out."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    weekday: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] = "monday"
    at: time = time(9)
    zone: str = DEFAULT_ZONE

    def due(self, now: datetime) -> str:
        """The day whose digest is due now; empty while none is."""
        here = local(now, self.zone)
        back = (here.weekday() - DAYS.index(self.weekday)) % len(DAYS)
        day = here.date() - timedelta(days=back)
        moment = datetime.combine(day, self.at, ZoneInfo(self.zone))
        return day.isoformat() if timedelta() <= now - moment < FRESH else ""


def write_digest(session: Session, day: str, figures: Mapping[str, Any], *, now: datetime) -> bool:
    """Write down the digest of a day, once.

    Args:
        session: A writing session.
        day: Of `Weekly.due`.
        figures: Numbers by `COUNTS`, and ``sources``, the names of those that are not watched as they should be.
        now: When.
    """
    return add_event(session, KIND, actor=SYSTEM, now=now, data=dict(figures), key=f"{KIND}:{day}") is not None


def enqueue_digests(session: Session, channel: Channel, wording: Wording, *, now: datetime) -> bool:
    """Put the digests that nobody was told of into the outbox; whether there was one."""
    events = untold_digests(session, channel.name)
    if not events:
        return False
    return tell_in_one(session, channel, events, digest_notice(events[-1].data, wording), about=KIND, now=now)


def untold_digests(session: Session, channel: str) -> list[Event]:
    """Those that the channel was not told of."""
    return untold_events(session, channel, (KIND,))


def digest_notice(figures: Mapping[str, Any], wording: Wording) -> Notice:
    """The digest in words: numbers and names of sources, no customer's value."""
    texts = load_texts("alerts", wording.language)
    return Notice(texts("weekly.header"), "\n".join(_lines(figures, wording.language)), wording.web_url)


def _lines(figures: Mapping[str, Any], language: str) -> Iterator[str]:
    texts = load_texts("alerts", language)
    for name in COUNTS:
        yield texts(f"weekly.{name}", n=int(figures.get(name, 0)))
    names = [str(name) for name in figures.get("sources", ())]
    yield texts("weekly.sources", n=len(names)) + (f": {', '.join(names)}" if names else "")
