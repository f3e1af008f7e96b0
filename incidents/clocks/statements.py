"""What a person says of an incident for its deadlines: each statement has a reason, is an event, and moves them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from deadlines.facts import MOMENTS, NUMBERS, QUESTIONS, RESIDENTS, FactAnswer
from incidents.casework.changes import CHANGES, change
from incidents.casework.standing import check_live, check_may_steer, needed, whole
from incidents.clocks.keeping import FACT, keep
from incidents.clocks.models import EARLIEST, FactRow
from incidents.errors import IncidentError
from incidents.timeline.events import add_event

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from core.actors import Actor
    from deadlines.rulebook import Rulebook

NAMES: Final = (*QUESTIONS, *MOMENTS, *NUMBERS, RESIDENTS)
_COUNTRIES: Final = re.compile(r"[A-Z]{2}(,[A-Z]{2})*")
LARGEST: Final = 10**10
"""More people than there are."""


def say(
    session: Session,
    incident_id: int,
    values: Mapping[str, str],
    *,
    actor: Actor,
    now: datetime,
    reason: str,
    book: Rulebook | None = None,
) -> None:
    """Say something about an incident; an empty value takes back what was said.

    Args:
        session: A writing session.
        incident_id: The whole incident.
        values: By names of `NAMES`: ``yes``, ``possible`` or ``no`` to a question; a number of people; country codes
            with commas between them; a moment as ISO 8601 with its zone.
        actor: A responder.
        now: When it is said.
        reason: How they know.
        book: The regimes; those that come with Hinomi unless given.

    Raises:
        IncidentError: No such name, not such a value, nothing that was not said before, no reason, who acts is no
            responder, or the incident is over, part of another, or none.
    """
    incident = whole(session, incident_id)
    check_may_steer(actor, FACT)
    check_live(incident, FACT)
    words = needed(reason, FACT)
    given = {name: _checked(name, value.strip(), now) for name, value in values.items()}
    told = said_of(session, incident_id)
    news = {name: value for name, value in given.items() if told.get(name, "") != value}
    if not news:
        raise IncidentError("no_fact_given")
    incident.updated_at = now
    for name, value in news.items():
        row = session.get(FactRow, (incident_id, name))
        if row is None:
            row = FactRow(incident_id=incident_id, name=name, value="", reason="", said_at=now, said_by="")
            session.add(row)
        before = row.value
        changes = change(row, value=value, reason=words, said_at=now, said_by=actor.name)
        data = {"fact": name, "answer_before": before or "–", "answer": value or "–", "reason": words, CHANGES: changes}
        add_event(session, FACT, actor=actor, now=now, incident_id=incident_id, data=data)
    keep(session, incident_id, book, now=now, actor=actor)


def said_of(session: Session, incident_id: int) -> dict[str, str]:
    """What people said of an incident itself, by name."""
    rows = select(FactRow.name, FactRow.value).where(FactRow.incident_id == incident_id, FactRow.value != "")
    return dict(session.execute(rows).all())


def _checked(name: str, value: str, now: datetime) -> str:
    """A value as it is kept."""
    if name not in NAMES:
        raise IncidentError("no_fact", fact=name, expected=", ".join(NAMES))
    if not value:
        return ""
    if name in QUESTIONS and value in set(FactAnswer):
        return value
    if name in NUMBERS and value.isascii() and value.isdecimal() and int(value) < LARGEST:
        return str(int(value))
    if name == RESIDENTS:
        codes = re.sub(r"[\s、,]+", ",", value.upper()).strip(",")
        if _COUNTRIES.fullmatch(codes):
            return ",".join(sorted(set(codes.split(","))))
    if name in MOMENTS:
        return _moment(name, value, now)
    raise IncidentError("no_fact_value", fact=name, value=value[:40])


def _moment(name: str, value: str, now: datetime) -> str:
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        raise IncidentError("no_fact_value", fact=name, value=value[:40]) from None
    if at.tzinfo is None:
        raise IncidentError("no_fact_value", fact=name, value=value[:40])
    if at < EARLIEST:
        raise IncidentError("fact_early", fact=name, value=value[:40], earliest=f"{EARLIEST:%Y-%m-%d}")
    if at > now:
        raise IncidentError("fact_ahead", fact=name, value=value[:40])
    return at.astimezone(UTC).isoformat()
