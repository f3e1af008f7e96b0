"""Keeping the verdict over a document: one row a content and index generation, however often it is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pyroaring import BitMap
from sqlalchemy import insert, select

from incidents.models import FindingMatch, FindingRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from archive.models import DocumentRow

LEAK, UNREAD, OVERLAP, CLEAR = "leak", "unread", "overlap", "clear"
MANY_AMONG_OTHERS = 10
"""Customers of ours in somebody else's list from which it is told about like a leak; a single post names fewer."""
KEPT_MATCHES = 10_000
"""How many matches of a finding are kept one by one; all of them are in its bitmap."""


@dataclass(frozen=True, slots=True)
class KeptMatch:
    """One subject found, as it is kept: numbers and places, no value."""

    subject: int
    confidence: float
    fields: Mapping[str, float]
    weights: Mapping[str, float] = field(default_factory=dict)
    place: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewFinding:
    """A verdict to keep; ``members`` are all matched subjects, ``matches`` those to be shown, the surest first."""

    verdict: str
    confidence: float = 0.0
    people: int = 0
    members: BitMap = field(default_factory=BitMap)
    share: float = 0.0
    fields: Mapping[str, int] = field(default_factory=dict)
    matches: Sequence[KeptMatch] = ()
    extracts: Sequence[Mapping[str, Any]] = ()
    dated: tuple[date | None, date | None] = (None, None)
    limits: Sequence[str] = ()
    sketch: Sequence[int] = ()


def is_told(finding: FindingRow) -> bool:
    """Whether a finding opens an incident, or joins one: a leak does, and many of ours among others."""
    return finding.verdict == LEAK or (finding.verdict == OVERLAP and finding.subjects >= MANY_AMONG_OTHERS)


def known_finding(session: Session, sha256: str, generation: int) -> FindingRow | None:
    """The verdict over a content under a generation, if it was given before."""
    same = (FindingRow.sha256 == sha256, FindingRow.generation == generation)
    return session.scalar(select(FindingRow).where(*same))


def record_finding(
    session: Session, document: DocumentRow, new: NewFinding, *, generation: int, now: datetime
) -> FindingRow:
    """Keep a verdict; the one that is there stands, and gets its document back if retention had taken it."""
    known = known_finding(session, document.sha256, generation)
    if known is not None:
        if known.document_id is None:
            known.document_id, known.state = document.id, "new"
        return known
    row = FindingRow(
        document_id=document.id, sha256=document.sha256, generation=generation, verdict=new.verdict,
        confidence=new.confidence, people=new.people, subjects=len(new.members), share=new.share,
        fields=dict(new.fields), extracts=[dict(extract) for extract in new.extracts], dated_from=new.dated[0],
        dated_until=new.dated[1], limits=list(new.limits), sketch=list(new.sketch), members=new.members.serialize(),
        made_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    matches = [
        {
            "finding_id": row.id, "position": position, "subject": match.subject, "confidence": match.confidence,
            "fields": dict(match.fields), "weights": dict(match.weights), "place": dict(match.place),
        }
        for position, match in enumerate(new.matches[:KEPT_MATCHES])
    ]  # fmt: skip
    if matches:
        session.execute(insert(FindingMatch), matches)
    return row
