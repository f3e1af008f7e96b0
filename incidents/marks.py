"""Marks on events and access records: stars, tags and comments; and records taken into an incident's timeline.

Each change is an event; the table `MarkRow` holds what stands now.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, select

from incidents.errors import IncidentError, NoIncidentError
from incidents.models import Event, Incident, MarkRow
from incidents.timeline.events import add_event

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from core.actors import Actor

STAR, TAG, COMMENT = "star", "tag", "comment"
EVENT, RECORD = "event", "record"
TAG_LENGTH, COMMENT_LENGTH = 60, 2000
PULLED: Final = "records-pulled"


@dataclass(frozen=True, slots=True)
class Marked:
    """What is marked on one thing: whether it has a star, its tags, and comments as (who, when, what), oldest first."""

    starred: bool = False
    tags: tuple[str, ...] = ()
    comments: tuple[tuple[str, datetime, str], ...] = ()


def marks_of(session: Session, about_kind: str, about: str) -> Marked:
    """The marks on one event or record."""
    return marks_of_many(session, about_kind, [about]).get(about, Marked())


def marks_of_many(session: Session, about_kind: str, abouts: Iterable[str]) -> dict[str, Marked]:
    """The marks on some events or records; what has none is left out."""
    asked = (
        select(MarkRow).where(MarkRow.about_kind == about_kind, MarkRow.about.in_(list(abouts))).order_by(MarkRow.id)
    )
    by_about: dict[str, list[MarkRow]] = {}
    for mark in session.scalars(asked):
        by_about.setdefault(mark.about, []).append(mark)
    return {
        about: Marked(
            any(mark.kind == STAR for mark in own),
            tuple(mark.text for mark in own if mark.kind == TAG),
            tuple((mark.actor, mark.at, mark.text) for mark in own if mark.kind == COMMENT),
        )
        for about, own in by_about.items()
    }


def put_mark(
    session: Session,
    about_kind: str,
    about: str,
    kind: str,
    text: str = "",
    *,
    actor: Actor,
    now: datetime,
    incident_id: int | None = None,
) -> bool:
    """Star, tag or comment; False where that star or tag is there already.

    Raises:
        IncidentError: No words or too many, or there is no such event.
    """
    words = _checked(session, about_kind, about, kind, text)
    if kind != COMMENT and _there(session, about_kind, about, kind, words):
        return False
    session.add(
        MarkRow(
            about_kind=about_kind, about=about, incident_id=incident_id, kind=kind, text=words, actor=actor.name, at=now
        )
    )
    _tell(session, f"{kind}-put", about_kind, about, words, actor=actor, now=now, incident_id=incident_id)
    return True


def take_mark(
    session: Session,
    about_kind: str,
    about: str,
    kind: str,
    text: str = "",
    *,
    actor: Actor,
    now: datetime,
    incident_id: int | None = None,
) -> bool:
    """Take a star or a tag away; False where there is none. A comment stays.

    Raises:
        IncidentError: It is a comment.
    """
    if kind not in {STAR, TAG}:
        raise IncidentError("mark_kind", kind=kind)
    if not _there(session, about_kind, about, kind, text.strip()):
        return False
    same = (
        MarkRow.about_kind == about_kind,
        MarkRow.about == about,
        MarkRow.kind == kind,
        MarkRow.text == text.strip(),
    )
    session.execute(delete(MarkRow).where(*same))
    _tell(session, f"{kind}-taken", about_kind, about, text.strip(), actor=actor, now=now, incident_id=incident_id)
    return True


def pull_records(
    session: Session, incident_id: int, data: Mapping[str, Any], *, actor: Actor, now: datetime, happened_at: datetime
) -> None:
    """Take access records into the timeline of an incident, summed up as one event at the time of the first of them.

    Args:
        session: A writing session.
        incident_id: Whose timeline.
        data: ``holder``, its kind, and ``name`` (masked), ``records``, ``covered`` of ``of`` leaked customers,
            ``first`` and ``last`` as text, ``said``; never a plain name or number.
        actor: Who does it.
        now: When it was done.
        happened_at: When the first of the records was made.

    Raises:
        NoIncidentError: There is none of that number.
        IncidentError: Too many words.
    """
    if session.get(Incident, incident_id) is None:
        raise NoIncidentError(incident_id)
    if len(str(data.get("said", ""))) > COMMENT_LENGTH:
        raise IncidentError("mark_length", most=COMMENT_LENGTH, found=len(str(data["said"])))
    add_event(session, PULLED, actor=actor, now=now, incident_id=incident_id, happened_at=happened_at, data=data)


def _checked(session: Session, about_kind: str, about: str, kind: str, text: str) -> str:
    most = {STAR: 0, TAG: TAG_LENGTH, COMMENT: COMMENT_LENGTH}.get(kind)
    if most is None:
        raise IncidentError("mark_kind", kind=kind)
    words = " ".join(text.split()) if kind == TAG else text.strip()
    if kind == STAR:
        words = ""
    elif not 0 < len(words) <= most:
        raise IncidentError("mark_length", most=most, found=len(words))
    if about_kind == EVENT and (not about.isdecimal() or session.get(Event, int(about)) is None):
        raise IncidentError("no_event", event=about)
    return words


def _there(session: Session, about_kind: str, about: str, kind: str, text: str) -> bool:
    same = (MarkRow.about_kind == about_kind, MarkRow.about == about, MarkRow.kind == kind, MarkRow.text == text)
    return session.scalar(select(MarkRow.id).where(*same).limit(1)) is not None


def _tell(
    session: Session, kind: str, about_kind: str, about: str, text: str, *, actor: Actor, now: datetime,
    incident_id: int | None,
) -> None:  # fmt: skip
    data = {"about_kind": about_kind, "about": about, "text": text}
    add_event(session, kind, actor=actor, now=now, incident_id=incident_id, data=data)
