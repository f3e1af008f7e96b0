"""Searching documents: captures that fit, newest first, counted one by one up to `COUNTED`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from archive.models import Capture, CaptureText, DocumentRow
from core.query.expressions import All, Word
from incidents.blocks.finder import COUNTED
from incidents.documents.compiled import condition, sighted_in
from incidents.documents.facets import count_days, count_facets
from incidents.documents.fields import DocumentQuery, parse_documents
from incidents.models import FindingRow, Sighting
from incidents.timeline.query import place_of
from incidents.views import DocumentHit, DocumentHits, DocumentResult

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

    from core.query.expressions import Expression

__all__ = ["DocumentQuery", "every_document", "parse_documents", "search_all_documents", "search_documents"]

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
    return _asked(session, query, after, limit)[0]


def search_all_documents(
    session: Session, query: DocumentQuery, *, after: str = "", limit: int = PAGE_SIZE
) -> DocumentResult:
    """A page, with the facets and the days of everything that was counted.

    Raises:
        SearchError: The place to go on from is none.
    """
    page, counted = _asked(session, query, after, limit)
    return DocumentResult(
        page,
        count_facets(session, [number for number, _ in counted]),
        tuple(count_days((moment for _, moment in counted), query.zone)),
    )


def _asked(
    session: Session, query: DocumentQuery, after: str, limit: int
) -> tuple[DocumentHits, Sequence[tuple[int, datetime]]]:
    """A page, and what was counted: each place, and when it was fetched."""
    where, beyond = _where(session, query), _beyond(after)
    found = [(number, moment) for number, moment in session.execute(_newest(where, COUNTED + 1))]
    since = found.pop()[1] if len(found) > COUNTED else None
    if beyond:
        chosen: Sequence[int] = session.scalars(_newest([*where, *beyond], limit + 1)).all()
    else:
        chosen = [number for number, _ in found[: limit + 1]]
    hits = _page(session, chosen)
    more = f"{hits[limit - 1].fetched_at.isoformat()}_{hits[limit - 1].capture_id}" if len(hits) > limit else ""
    return DocumentHits(len(found), tuple(hits[:limit]), more, is_all=since is None, since=since), found


def every_document(session: Session, query: DocumentQuery) -> Iterator[DocumentHit]:
    """Every place that fits, newest first, read as they are asked for."""
    where, after = _where(session, query), ""
    while hits := _page(session, session.scalars(_newest([*where, *_beyond(after)], _AT_ONCE)).all()):
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


def _newest(where: list[ColumnElement[bool]], limit: int) -> Select[int, datetime]:
    joined = select(Capture.id, Capture.fetched_at).join(DocumentRow, DocumentRow.id == Capture.document_id)
    joined = joined.join(CaptureText, CaptureText.capture_id == Capture.id).where(*where)
    return joined.order_by(Capture.fetched_at.desc(), Capture.id.desc()).limit(limit)


def _page(session: Session, chosen: Sequence[int]) -> list[DocumentHit]:
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
    place = place_of(after)
    if place is None:
        return []
    at, last = place
    return [or_(Capture.fetched_at < at, and_(Capture.fetched_at == at, Capture.id < last))]
