"""The last verification: asked for, done, what it found: each an event, so that pages can say how old it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from incidents.models import Event
from incidents.timeline.events import add_event
from transparency.models import LogLeaf

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from core.actors import Actor
    from core.settings import LogSettings
    from transparency.verify.damage import Report

ASKED, VERIFIED, DAMAGED = "verification-asked", "verified", "verified-damaged"


@dataclass(frozen=True, slots=True)
class LastVerification:
    """The last verification.

    Attributes:
        at: When it was; none when there was none.
        damaged: How many damages it found.
        leaves: How many leaves it read.
        first: The damage nearest to the log's beginning.
        is_asked: A newer one is to come.
    """

    at: datetime | None
    damaged: int = 0
    leaves: int = 0
    first: str = ""
    is_asked: bool = False


def ask_for_verification(session: Session, *, actor: Actor, now: datetime) -> None:
    """Have the scheduler verify soon."""
    add_event(session, ASKED, actor=actor, now=now)


def note_verification(session: Session, report: Report, *, actor: Actor, now: datetime) -> None:
    """Put on the record what a verification found."""
    worst = report.worst
    data = {"leaves": report.size, "damaged": report.damaged, "first": f"{worst.what}: {worst.where}" if worst else ""}
    add_event(session, VERIFIED if report.is_whole else DAMAGED, actor=actor, now=now, data=data)


def last_verification(session: Session) -> LastVerification:
    """What is known of the last one."""
    done, asked = _latest(session, VERIFIED, DAMAGED), _latest(session, ASKED)
    is_asked = asked is not None and (done is None or asked.id > done.id)
    if done is None:
        return LastVerification(None, is_asked=is_asked)
    return LastVerification(
        done.learned_at, int(done.data["damaged"]), int(done.data["leaves"]), str(done.data["first"]), is_asked
    )


def is_verification_due(session: Session, settings: LogSettings, now: datetime) -> bool:
    """Whether one was asked for, or the last one, or the log itself, is older than the settings allow."""
    last = last_verification(session)
    if last.is_asked or not settings.verify_every_h:
        return last.is_asked
    since = last.at or session.scalar(select(LogLeaf.at).where(LogLeaf.position == 0))
    return since is not None and now - since >= timedelta(hours=settings.verify_every_h)


def _latest(session: Session, *kinds: str) -> Event | None:
    rows = (
        session.scalar(select(Event).where(Event.kind == kind).order_by(Event.id.desc()).limit(1)) for kind in kinds
    )
    return max((row for row in rows if row is not None), key=lambda row: row.id, default=None)
