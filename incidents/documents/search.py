"""Searching documents: captures that fit, newest first, counted one by one up to `COUNTED`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from archive.models import Capture, CaptureText, DocumentRow
from core.query.expressions import All, Word
from incidents.blocks.finder import COUNTED
from incidents.documents.compiled import condition, sighted_in
from incidents.documents.fields import DocumentQuery, parse_documents
from incidents.errors import SearchError
from incidents.models import FindingRow, Sighting
from incidents.views import DocumentHit, DocumentHits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

    from core.query.expressions import Expression

__all__ = ["DocumentQuery", "every_document", "parse_documents", "search_documents"]

PAGE_SIZE: Final = 50
_AT_ONCE: Final = 500
FEW_TEXTS: Final = 5000
"""Captures that are listed by the words in their texts, before anything else is asked of them."""


def search_documents(
    session: Session, query: DocumentQuery, *, after: str = "", limit: int = PAGE_SIZE
) -> DocumentHits:
    """One page of the places that fit, newest first.

    Args:
        session: For reading.
        query: Understood (`parse_documents`).
        after: ``next`` of the page before.
        limit: How many at most.

    Raises:
        SearchError: The place to go on from is none.
    """
    where = _where(session, query)
    total = session.scalar(select(func.count()).select_from(_newest(where, COUNTED + 1).subquery())) or 0
    hits = _page(session, [*where, *_beyond(after)], limit + 1)
    more = f"{hits[limit - 1].fetched_at.isoformat()}_{hits[limit - 1].capture_id}" if len(hits) > limit else ""
    return DocumentHits(min(total, COUNTED), tuple(hits[:limit]), more, is_all=total <= COUNTED)


def every_document(session: Session, query: DocumentQuery) -> Iterator[DocumentHit]:
    """Every place that fits, newest first, read as they are asked for."""
    where, after = _where(session, query), ""
    while hits := _page(session, [*where, *_beyond(after)], _AT_ONCE):
        yield from hits
        after = f"{hits[-1].fetched_at.isoformat()}_{hits[-1].capture_id}"


def _where(session: Session, query: DocumentQuery) -> list[ColumnElement[bool]]:
    where = [condition(session, query.expression), *_narrowing(session, query.expression)]
    return where if query.within is None else [*where, sighted_in(query.within)]


def _narrowing(session: Session, expression: Expression) -> list[ColumnElement[bool]]:
    """The few captures that hold the words, if they are few: their narrow table is looked through before any other."""
    parts = expression.parts if isinstance(expression, All) else (expression,)
    words = [condition(session, part) for part in parts if isinstance(part, Word)]
    if not words:
        return []
    some = session.scalars(select(CaptureText.capture_id).where(*words).limit(FEW_TEXTS + 1)).all()
    return [Capture.id.in_(some)] if len(some) <= FEW_TEXTS else []


def _newest(where: list[ColumnElement[bool]], limit: int) -> Select[int]:
    joined = select(Capture.id).join(DocumentRow, DocumentRow.id == Capture.document_id)
    joined = joined.join(CaptureText, CaptureText.capture_id == Capture.id).where(*where)
    return joined.order_by(Capture.fetched_at.desc(), Capture.id.desc()).limit(limit)


def _page(session: Session, where: list[ColumnElement[bool]], limit: int) -> list[DocumentHit]:
    chosen = session.scalars(_newest(where, limit)).all()
    found = aliased(FindingRow)
    latest = select(func.max(found.id)).where(found.document_id == Capture.document_id).scalar_subquery()
    rows = session.execute(
        select(Capture, DocumentRow, FindingRow, Sighting.incident_id)
        .join(DocumentRow, DocumentRow.id == Capture.document_id)
        .outerjoin(FindingRow, FindingRow.id == latest)
        .outerjoin(Sighting, Sighting.capture_id == Capture.id)
        .where(Capture.id.in_(chosen))
        .order_by(Capture.fetched_at.desc(), Capture.id.desc())
    )
    return [
        DocumentHit(
            capture_id=capture.id, document_id=document.id, incident_id=incident_id, sha256=document.sha256,
            source=capture.source, address=capture.address, title=document.title, author=capture.author,
            posted_at=capture.posted_at, fetched_at=capture.fetched_at, state=document.state,
            verdict=finding.verdict if finding else "", people=finding.people if finding else 0,
            subjects=finding.subjects if finding else 0, fields=tuple(finding.fields) if finding else (),
        )
        for capture, document, finding, incident_id in rows
    ]  # fmt: skip


def _beyond(after: str) -> list[ColumnElement[bool]]:
    if not after:
        return []
    moment, _, capture_id = after.rpartition("_")
    try:
        at, last = datetime.fromisoformat(moment), int(capture_id)
        at = at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise SearchError("no_place", value=after) from None
    return [or_(Capture.fetched_at < at, and_(Capture.fetched_at == at, Capture.id < last))]
