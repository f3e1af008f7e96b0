"""Writing an expression the way a person would type it: read again, it is the same expression."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from core.query.bounds import day_start
from core.query.expressions import All, Any, Between, Is, Not, Word, is_value
from core.query.terms import OPERATORS

if TYPE_CHECKING:
    from core.query.expressions import Bound, Expression
    from core.query.fields import SearchFields

_OPENING = "-－−「『"
_SPECIAL = '"＂“”„()（）:：'
_LISTED = _SPECIAL.replace(":", "").replace("：", "") + ",，、「『"


def unparse(expression: Expression, fields: SearchFields, zone: str) -> str:
    """What to type for an expression.

    Args:
        expression: As `core.query.parser.parse` gives it, or made of such.
        fields: Those that it was read with.
        zone: In which days are counted.
    """
    return _Writer(fields, ZoneInfo(zone)).choice(expression)


def quoted(text: str) -> str:
    """A text in quotation marks."""
    return '"' + text.replace('"', '""') + '"'


class _Writer:
    def __init__(self, fields: SearchFields, zone: ZoneInfo) -> None:
        self.fields = fields
        self.zone = zone

    def choice(self, expression: Expression) -> str:
        if isinstance(expression, Any) and not self._as_list(expression):
            return " OR ".join(self._conjunction(part) for part in expression.parts)
        return self._conjunction(expression)

    def _conjunction(self, expression: Expression) -> str:
        if not isinstance(expression, All):
            return self._condition(expression)
        named = [name for name in map(self._listed_field, expression.parts) if name]
        side_by_side = len(named) == len(set(named))
        return (" " if side_by_side else " AND ").join(self._condition(part) for part in expression.parts)

    def _condition(self, expression: Expression) -> str:
        if isinstance(expression, Word):
            return _word(expression.text)
        if isinstance(expression, Is):
            return f"{expression.field}:{_value(expression.value)}"
        if isinstance(expression, Between):
            return self._between(expression)
        if isinstance(expression, Not):
            denied = self._condition(expression.part)
            return f"-({denied})" if denied.startswith("-") else f"-{denied}"
        return self._as_list(expression) or f"({self.choice(expression)})"

    def _listed_field(self, expression: Expression) -> str:
        """The field of a part whose values a neighbour's would join."""
        if not is_value(expression):
            return ""
        parts = expression.parts if isinstance(expression, Any) else (expression,)
        names = {part.field for part in parts if isinstance(part, Is | Between)}
        return names.pop() if len(names) == 1 else ""

    def _as_list(self, expression: Expression) -> str:
        name = self._listed_field(expression)
        if not name or not isinstance(expression, Any) or len(set(expression.parts)) != len(expression.parts):
            return ""
        values = [part for part in expression.parts if isinstance(part, Is | Between)]
        if len(values) != len(expression.parts):
            return ""
        return f"{name}:{','.join(map(self._listed, values))}"

    def _listed(self, one: Is | Between) -> str:
        return _value(one.value) if isinstance(one, Is) else self._bound(one.low)

    def _between(self, one: Between) -> str:
        if one.field == self.fields.moment and isinstance(one.low or one.high, datetime):
            days = self._days(one)
            if days:
                return days
        low, high = self._bound(one.low), self._bound(one.high)
        if one.low is None:
            return f"{one.field}:{'<' if one.below else '<='}{high}"
        if one.high is None:
            return f"{one.field}:{'>' if one.above else '>='}{low}"
        if one.low == one.high and not one.above and not one.below:
            return f"{one.field}:{low}"
        if one.above:
            closed = Between(one.field, None, one.high, below=one.below)
            return f"({self._between(Between(one.field, one.low, None, above=True))} {self._between(closed)})"
        return f"{one.field}:{low}{'..<' if one.below else '..'}{high}"

    def _days(self, one: Between) -> str:
        low = self._day(one.low)
        if isinstance(one.high, datetime):
            high = self._day(one.high)
            if one.low is None:
                return f"before:{high}" if high else ""
            day = isinstance(one.low, datetime) and one.low.astimezone(self.zone).date()
            if not low or not day:
                return ""
            return f"on:{low}" if one.high == day_start(day + timedelta(days=1), self.zone) else ""
        return f"after:{low}" if low else ""

    def _day(self, moment: Bound | None) -> str:
        """The day that begins at a moment, if one does."""
        if not isinstance(moment, datetime):
            return ""
        day = moment.astimezone(self.zone).date()
        return day.isoformat() if day_start(day, self.zone) == moment else ""

    def _bound(self, bound: Bound | None) -> str:
        if isinstance(bound, datetime):
            return self._day(bound) or bound.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").replace(".000000Z", "Z")
        if isinstance(bound, float):
            whole, _, part = f"{bound:.15f}".partition(".")
            return f"{whole}.{part.rstrip('0') or '0'}"
        return "" if bound is None else str(bound)


def _word(text: str) -> str:
    plain = not any(character.isspace() or character in _SPECIAL for character in text)
    operator = unicodedata.normalize("NFKC", text) in OPERATORS
    return text if plain and text and text[0] not in _OPENING and not operator else quoted(text)


def _value(text: str) -> str:
    return quoted(text) if not text or any(one.isspace() or one in _LISTED for one in text) else text
