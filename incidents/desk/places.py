"""The places where a leak was seen, a page at a time, and what the document that tells most says of the leak."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select

from archive.models import Capture, DocumentRow
from core.clock import local
from incidents.figures import rule_out
from incidents.groups import group_ids
from incidents.models import FindingRow, Incident, Sighting
from incidents.queries import document_view

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from incidents.views import DocumentView

PAGE_SIZE: Final = 25
MOST_LIMITS: Final = 12


@dataclass(frozen=True, slots=True)
class PlacePage:
    """Some of the places, the latest first, and how many there are."""

    views: tuple[DocumentView, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Telling:
    """What the document with most of our customers says: the ranking of extracts, and how old the values are.

    ``limits`` are those of every document, the first `MOST_LIMITS` of them, and ``more_limits`` how many are left.
    """

    extracts: tuple[dict[str, Any], ...]
    dated: tuple[date | None, date | None]
    limits: tuple[str, ...]
    more_limits: int


def place_page(session: Session, incident_id: int, *, page: int = 1, size: int = PAGE_SIZE) -> PlacePage:
    """One page of the places of an incident and of what was merged into it; beyond the last one it is the last."""
    parts = group_ids(session, incident_id)
    total = session.scalar(select(func.count()).select_from(Sighting).where(Sighting.incident_id.in_(parts))) or 0
    pages = max(1, -(-total // size))
    page = min(max(page, 1), pages)
    earlier = func.row_number().over(partition_by=Capture.document_id, order_by=(Sighting.at, Capture.id))
    ranked = (
        select(Sighting.capture_id, Sighting.finding_id, Sighting.at, earlier.label("turn"))
        .join(Capture, Capture.id == Sighting.capture_id)
        .where(Sighting.incident_id.in_(parts))
        .subquery()
    )
    rows = session.execute(
        select(Capture, FindingRow, DocumentRow, ranked.c.turn)
        .join(ranked, ranked.c.capture_id == Capture.id)
        .join(FindingRow, FindingRow.id == ranked.c.finding_id)
        .join(DocumentRow, DocumentRow.id == Capture.document_id)
        .order_by(ranked.c.at.desc(), Capture.id.desc())
        .offset((page - 1) * size)
        .limit(size)
    )
    views = tuple(document_view(*row[:3], is_repost=row.turn > 1) for row in rows)
    return PlacePage(views, total, page, pages)


def places_of(session: Session, incident_id: int) -> Select[str, str]:
    """A question for the source and the address of each place, for those who know whether they still stand."""
    parts = group_ids(session, incident_id)
    places = select(Capture.source, Capture.address).join(Sighting, Sighting.capture_id == Capture.id)
    return places.where(Sighting.incident_id.in_(parts)).distinct()


def telling_of(session: Session, incident_id: int, *, zone: str) -> Telling:
    """What the document that shows most of our customers says, as of what is known of the extracts' days.

    Args:
        session: Where it stands.
        incident_id: Of which incident.
        zone: Where the carrier is: the day of the first sighting rules out extracts that nobody had yet.
    """
    parts = group_ids(session, incident_id)
    seen = select(Sighting.finding_id).where(Sighting.incident_id.in_(parts))
    most = session.scalars(
        select(FindingRow)
        .where(FindingRow.id.in_(seen))
        .order_by(FindingRow.subjects.desc(), FindingRow.confidence.desc(), FindingRow.sha256.desc())
        .limit(1)
    ).first()
    if most is None:
        return Telling((), (None, None), (), 0)
    said = session.scalars(select(FindingRow.limits).where(FindingRow.id.in_(seen)).order_by(FindingRow.id))
    limits = tuple(dict.fromkeys(limit for some in said for limit in some))
    first_seen = session.get_one(Incident, incident_id).first_seen_at
    extracts = tuple(rule_out(most.extracts, local(first_seen, zone).date()))
    return Telling(extracts, (most.dated_from, most.dated_until), limits[:MOST_LIMITS], len(limits[MOST_LIMITS:]))
