"""What the places of documents that a search counted have in common, and on which days they were fetched."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from archive.models import Capture, DocumentRow
from incidents.models import FindingRow
from incidents.timeline.facets import most_frequent
from incidents.views import DayCount, DocumentFacets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

NO_EXTRACT: Final = "none of these"
"""Stands among the extracts of a finding, and is none (`custody.ranking`)."""
_AT_ONCE: Final = 5000


def count_facets(session: Session, captures: Sequence[int]) -> DocumentFacets:
    """The values of each field among some captures, as a search by that value would find them."""
    counted: dict[str, Counter[str]] = {name: Counter() for name in ("source", "verdict", "state", "field", "extract")}
    places = Counter[int]()
    for at in range(0, len(captures), _AT_ONCE):
        some = captures[at : at + _AT_ONCE]
        asked = select(Capture.source, Capture.document_id, DocumentRow.state)
        asked = asked.join(DocumentRow, DocumentRow.id == Capture.document_id).where(Capture.id.in_(some))
        for source, document_id, state in session.execute(asked):
            counted["source"][source] += 1
            counted["state"][state] += 1
            places[document_id] += 1
    documents = list(places)
    for at in range(0, len(documents), _AT_ONCE):
        for document_id, verdict, fields, extracts in _findings(session, documents[at : at + _AT_ONCE]):
            number = places[document_id]
            counted["verdict"][verdict] += number
            if verdict != "clear":
                for name in fields:
                    counted["field"][name] += number
                for name in {one["extract"] for one in extracts} - {NO_EXTRACT}:
                    counted["extract"][name] += number
    return DocumentFacets(**{name: most_frequent(counter) for name, counter in counted.items()})


def count_days(fetched: Iterable[datetime], zone: str) -> Iterator[DayCount]:
    """How many moments fall on each day of a zone, the earliest day first; other days are left out."""
    here = ZoneInfo(zone)
    days = Counter(moment.astimezone(here).date() for moment in fetched)
    yield from (DayCount(day, number) for day, number in sorted(days.items()))


def _findings(
    session: Session, documents: Sequence[int]
) -> Iterator[tuple[int, str, dict[str, int], list[dict[str, str]]]]:
    """The latest finding of each document that has one."""
    latest = select(func.max(FindingRow.id)).where(FindingRow.document_id.in_(documents))
    numbers = session.scalars(latest.group_by(FindingRow.document_id)).all()
    asked = select(FindingRow.document_id, FindingRow.verdict, FindingRow.fields, FindingRow.extracts)
    for document_id, verdict, fields, extracts in session.execute(asked.where(FindingRow.id.in_(numbers))):
        if document_id is not None:
            yield document_id, verdict, fields, extracts
