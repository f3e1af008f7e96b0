"""A search over documents as SQL conditions on captures."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import String, and_, cast, exists, false, func, not_, or_, select, true
from sqlalchemy.orm import aliased

from archive.models import Capture, CaptureText, DocumentRow
from core.query.expressions import All, Between, Is, Not, Word
from core.query.expressions import Any as AnyOf
from core.query.fields import fold
from core.query.folding import folded
from core.query.wildcards import ESCAPE, has_star, like_of
from incidents.groups import group_ids
from incidents.models import FindingRow, Sighting

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import InstrumentedAttribute, Session

    from core.query.expressions import Expression

FEW: Final = 20_000
"""Findings that are listed first, to look for captures of theirs; of more, captures are looked at one by one."""
_TEXTS: Final = {
    "title": CaptureText.title, "author": CaptureText.author, "address": CaptureText.address,
    "source": CaptureText.source,
}  # fmt: skip
_WITHIN: Final = frozenset({"title", "address"})
"""Fields that hold what is asked for somewhere; the others are it."""
_NUMBERS: Final = {"people": FindingRow.people, "subjects": FindingRow.subjects}
_MOMENTS: Final = {"fetched": Capture.fetched_at, "posted": Capture.posted_at}


def condition(session: Session, expression: Expression) -> ColumnElement[bool]:
    """What has to hold of a capture, its text (`CaptureText`) and its document, which the statement joins."""
    if isinstance(expression, Not):
        return not_(func.coalesce(condition(session, expression.part), false()))
    if isinstance(expression, All):
        return and_(true(), *(condition(session, part) for part in expression.parts))
    if isinstance(expression, AnyOf):
        return or_(*(condition(session, part) for part in expression.parts))
    if isinstance(expression, Word):
        word = folded(expression.text)
        return or_(*(_holds(session, column, word) for column in _TEXTS.values())) if word else true()
    if isinstance(expression, Is):
        return _is(session, expression)
    return _between(session, expression)


def _holds(session: Session, column: InstrumentedAttribute[str], word: str) -> ColumnElement[bool]:
    place = func.strpos if session.get_bind().dialect.name == "postgresql" else func.instr
    return place(column, word) > 0


def _is(session: Session, one: Is) -> ColumnElement[bool]:
    if one.field in _TEXTS:
        column, value = _TEXTS[one.field], folded(one.value)
        if one.field in _WITHIN and not has_star(value):
            return _holds(session, column, value)
        return _like(column, f"*{value}*" if one.field in _WITHIN else value)
    if one.field == "hash":
        return DocumentRow.sha256.like(like_of(fold(one.value).rstrip("*") + "*"), escape=ESCAPE)
    if one.field == "state":
        return _like(DocumentRow.state, one.value)
    if one.field == "verdict":
        return _found(session, _like(FindingRow.verdict, one.value))
    # Both are JSON, whose text holds a name in quotation marks; only findings of somebody's values have any.
    told = func.lower(cast(FindingRow.fields if one.field == "field" else FindingRow.extracts, String))
    name = json.dumps(one.value)[1:-1].lower()
    pattern = f'*"{name}":*' if one.field == "field" else f'*"extract": "{name}"*'
    return _found(session, and_(FindingRow.verdict != "clear", told.like(like_of(pattern), escape=ESCAPE)))


def _like(column: Any, value: str) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.like(like_of(value), escape=ESCAPE) if has_star(value) else column == value
    return found


def _between(session: Session, one: Between) -> ColumnElement[bool]:
    if one.field == "incident":
        if one.low == one.high and isinstance(one.low, int):
            number = one.low if 0 <= one.low < 1 << 31 else 0
            return _sighted(Sighting.incident_id.in_(group_ids(session, number)))
        return _sighted(_bounded(Sighting.incident_id, one))
    if one.field in _NUMBERS:
        return _found(session, _bounded(_NUMBERS[one.field], one))
    return _bounded(_MOMENTS[one.field], one)


def _bounded(column: Any, one: Between) -> ColumnElement[bool]:
    parts: list[ColumnElement[bool]] = [column.is_not(None)]
    if one.low is not None:
        parts.append(column > one.low if one.above else column >= one.low)
    if one.high is not None:
        parts.append(column < one.high if one.below else column <= one.high)
    return and_(*parts)


def sighted_in(incidents: frozenset[int]) -> ColumnElement[bool]:
    """Captures of some incidents."""
    return _sighted(Sighting.incident_id.in_(sorted(incidents)))


def _sighted(which: ColumnElement[bool]) -> ColumnElement[bool]:
    return Capture.id.in_(select(Sighting.capture_id).where(which).correlate(None))


def _found(session: Session, which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Captures whose document's latest finding is such a one."""
    later = aliased(FindingRow)
    of_document = later.document_id == FindingRow.document_id
    latest = ~exists(later.id).where(of_document, later.id > FindingRow.id).correlate(FindingRow)
    some = select(FindingRow.id).where(which).limit(FEW + 1).subquery()
    if (session.scalar(select(func.count()).select_from(some)) or 0) <= FEW:
        known = FindingRow.document_id.is_not(None)
        return Capture.document_id.in_(select(FindingRow.document_id).where(which, latest, known).correlate(None))
    # By its number: asked by document and verdict, SQLite goes through all findings of the verdict for each capture.
    number = select(func.max(later.id)).where(later.document_id == Capture.document_id).correlate(Capture)
    return exists(FindingRow.id).where(FindingRow.id == number.scalar_subquery(), which).correlate(Capture)
