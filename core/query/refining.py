"""Searches changed by a click: a value of a field added or taken away, a range in place of another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.query.expressions import All, Any, Between, Is, all_of, any_of, is_value

if TYPE_CHECKING:
    from core.query.expressions import Expression


def toggled(expression: Expression, value: Is | Between) -> Expression:
    """The search with one more value of a field, or without it if it asks for that value.

    Where the field is asked for already, either value will do.
    """
    parts, done = [], False
    for part in _parts(expression):
        given = part.parts if isinstance(part, Any) else (part,)
        if done or not is_value(part) or any(_field(one) != value.field for one in given):
            parts.append(part)
            continue
        done = True
        left = [one for one in given if one != value] if value in given else [*given, value]
        if left:
            parts.append(any_of(left))
    return all_of(parts if done else [*parts, value])


def asks_for(expression: Expression, value: Is | Between) -> bool:
    """Whether `toggled` would take it away."""
    return any(
        value in (part.parts if isinstance(part, Any) else (part,)) for part in _parts(expression) if is_value(part)
    )


def narrowed(expression: Expression, range_: Between) -> Expression:
    """The search with a range of a field in place of those it has."""
    kept = [part for part in _parts(expression) if not (isinstance(part, Between) and part.field == range_.field)]
    return all_of([*kept, range_])


def _parts(expression: Expression) -> tuple[Expression, ...]:
    return expression.parts if isinstance(expression, All) else (expression,)


def _field(expression: Expression) -> str:
    return expression.field if isinstance(expression, Is | Between) else ""
