"""The last ranking of an incident, kept with masked names, and what tells whether it would come out the same again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from core.database import insert_into
from custody.register.holdings import first_lent
from incidents import queries
from incidents.models import PastRanking, RankingRow
from trails.gaps import read_gaps
from trails.models import TrailPart

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from fingerprints.index.generation import Index

METHOD_VERSION: Final = 3
"""Raised whenever the same evidence may give other figures, or an answer says more."""


@dataclass(frozen=True)
class StoredRanking:
    """A ranking as it was answered, when, and the hash of what it was made from."""

    basis: str
    found: dict[str, Any]
    asked_at: datetime


def basis_of(session: Session, incident_id: int, index: Index, zone: str) -> str:
    """The hash of everything that a ranking is made from.

    Raises:
        NoIncidentError: There is no such incident.
    """
    page = queries.incident(session, incident_id, language="en", zone=zone)
    made_from = {
        "method": METHOD_VERSION,
        "zone": zone,
        "index": [index.manifest.key_id, index.generation],
        "members": hashlib.sha256(queries.members(session, incident_id).serialize()).hexdigest(),
        "documents": [[view.sha256, str(view.posted_at), str(view.fetched_at)] for view in page.documents],
        "dated": [str(day) for day in page.dated],
        "trails": session.scalars(select(TrailPart.sha256).order_by(TrailPart.path)).all(),
        "gaps": [gap.as_json() for gap in read_gaps(session)],
        "lent": sorted((name, str(day)) for name, day in first_lent(session).items()),
    }
    return hashlib.sha256(json.dumps(made_from, sort_keys=True, default=list).encode()).hexdigest()


def read_ranking(session: Session, incident_id: int, language: str) -> StoredRanking | None:
    """The last ranking of an incident, its sentence in a language; none before anybody asked."""
    row = session.get(RankingRow, incident_id)
    if row is None:
        return None
    return StoredRanking(row.basis, _in_language(row.found, language), row.asked_at)


def past_rankings(session: Session, incident_id: int) -> list[PastRanking]:
    """Every ranking of an incident that came of other evidence than the one before, the latest first."""
    asked = select(PastRanking).where(PastRanking.incident_id == incident_id).order_by(PastRanking.id.desc())
    return list(session.scalars(asked))


def read_past(session: Session, incident_id: int, past_id: int, language: str) -> StoredRanking | None:
    """One ranking of those that were kept; none when it is no ranking of this incident."""
    row = session.get(PastRanking, past_id)
    if row is None or row.incident_id != incident_id:
        return None
    return StoredRanking(row.basis, _in_language(row.found, language), row.asked_at)


def _in_language(found: dict[str, Any], language: str) -> dict[str, Any]:
    return {**found, "sentence": found["sentences"].get(language, found["sentence"])}


def store_ranking(session: Session, incident_id: int, basis: str, found: dict[str, Any], now: datetime) -> None:
    """Keep a ranking as the last one, those before it beside it; the same from the same evidence is no other."""
    last = select(PastRanking.basis).where(PastRanking.incident_id == incident_id)
    if session.scalar(last.order_by(PastRanking.id.desc()).limit(1)) != basis:
        session.add(PastRanking(incident_id=incident_id, basis=basis, found=found, asked_at=now))
    values = {"basis": basis, "found": found, "asked_at": now}
    insert = insert_into(session, RankingRow).values(incident_id=incident_id, **values)
    session.execute(insert.on_conflict_do_update(index_elements=[RankingRow.incident_id], set_=values))
