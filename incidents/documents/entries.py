"""Entries of JSON columns of findings as SQL: one kind of value, one extract; never a piece of two of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import String, and_, cast, exists, func, or_

from core.query.wildcards import ESCAPE, like_of
from incidents.models import FindingRow

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session


def has_field(session: Session, value: str) -> ColumnElement[bool]:
    """Findings of somebody's values that expose a kind of value; a ``*`` stands for any text."""
    given = FindingRow.fields
    if _is_postgresql(session):
        keys = func.json_object_keys(given).table_valued("key").render_derived()
    else:
        keys = func.json_each(given).table_valued("key")
    return _has(given, keys.c.key, value)


def has_extract(session: Session, value: str) -> ColumnElement[bool]:
    """Findings of somebody's values that an extract explains; a ``*`` stands for any text."""
    given = FindingRow.extracts
    if _is_postgresql(session):
        each = func.json_array_elements(given).table_valued("value")
        return _has(given, func.json_extract_path_text(each.c.value, "extract"), value)
    each = func.json_each(given).table_valued("value")
    return _has(given, func.json_extract(each.c.value, "$.extract"), value)


def _has(given: Any, name: Any, value: str) -> ColumnElement[bool]:
    """Whether an entry's name is the value, whatever its case.

    The text is looked through first: reading the entries of a finding takes longer than seeing that it lacks the name.
    """
    quoted = like_of(f'*"{json.dumps(value)[1:-1].lower()}"*')
    told = func.lower(cast(given, String)).like(quoted, escape=ESCAPE)
    same = or_(name.like(like_of(value), escape=ESCAPE), func.lower(name).like(like_of(value.lower()), escape=ESCAPE))
    return and_(FindingRow.verdict != "clear", told, exists().where(same))


def _is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"
