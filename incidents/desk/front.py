"""The first page: what wants somebody now, what was looked at, what happened last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from archive.models import DocumentRow
from incidents.desk.lists import most_urgent
from incidents.models import Event, FindingRow, Incident
from incidents.queries import event_view
from incidents.states import LIVE, OPEN
from incidents.timeline.attention import ACKNOWLEDGED
from incidents.timeline.readings import READINGS, SIGN_INS
from incidents.views import Overview

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

RECENT: Final = 20
MOST_LIVE: Final = 25


def overview(session: Session, *, language: str, recent: int = RECENT, only: Collection[int] | None = None) -> Overview:
    """What is live, the gravest first, and what was looked at; of some incidents only, or of all."""
    whole = (Incident.merged_into.is_(None), *(() if only is None else (Incident.id.in_(sorted(only)),)))
    by_state = select(Incident.state, func.count()).where(*whole).group_by(Incident.state)
    concerned = select(func.coalesce(func.sum(Incident.subjects), 0)).where(*whole, Incident.state.in_(LIVE))
    by_verdict = select(FindingRow.verdict, func.count()).group_by(FindingRow.verdict)
    by_document = dict(
        session.execute(
            select(DocumentRow.state, func.count())
            .where(DocumentRow.state.in_(("waiting", "failed")))
            .group_by(DocumentRow.state)
        ).all()
    )
    latest = session.scalars(select(Event).where(*_told(only)).order_by(Event.id.desc()).limit(recent))
    return Overview(
        live=tuple(most_urgent(session, language=language, only=only, limit=MOST_LIVE)),
        counts_by_state=dict(session.execute(by_state).all()),
        subjects_concerned=session.scalar(concerned) or 0,
        documents_waiting=by_document.get("waiting", 0),
        documents_failed=by_document.get("failed", 0),
        findings_by_verdict=dict(session.execute(by_verdict).all()),
        recent=tuple(event_view(event, language) for event in latest),
    )


def latest_event(session: Session, *, only: Collection[int] | None = None) -> int:
    """The number of the latest event that is no look; 0 before the first."""
    return session.scalar(select(Event.id).where(*_told(only)).order_by(Event.id.desc()).limit(1)) or 0


def unacknowledged(session: Session) -> int:
    """How many open incidents nobody has and nobody looks after."""
    seen = select(Event.incident_id).where(Event.kind == ACKNOWLEDGED, Event.incident_id == Incident.id)
    nobodys = (Incident.state == OPEN, Incident.merged_into.is_(None), Incident.assignee == "", ~seen.exists())
    return session.scalar(select(func.count(Incident.id)).where(*nobodys)) or 0


def _told(only: Collection[int] | None) -> list[ColumnElement[bool]]:
    """Events that are no looks."""
    told: list[ColumnElement[bool]] = [Event.kind.not_in([*READINGS, *SIGN_INS])]
    return told if only is None else [*told, Event.incident_id.in_(sorted(only))]
