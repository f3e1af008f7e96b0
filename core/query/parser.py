"""Reading a search: what is typed becomes an expression."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from core.query.bounds import number, span
from core.query.errors import QueryError
from core.query.expressions import EVERYTHING, Between, Is, Word, all_of, any_of, is_value, none_of
from core.query.fields import FieldKind, fold
from core.query.terms import QueryTerm, terms_of
from core.query.wildcards import fits, has_star

if TYPE_CHECKING:
    from datetime import datetime

    from core.query.expressions import Bound, Expression
    from core.query.fields import SearchField, SearchFields

DEEPEST: Final = 20
CHOICES_SHOWN: Final = 20
_RANGE: Final = re.compile(r"(.*?)(\.\.<|\.\.|〜|~)(.*)", re.DOTALL)
_COMPARED: Final = {"≥": ">=", "≦": "<=", "≧": ">=", "≤": "<="}


def parse(text: str, fields: SearchFields, zone: str, *, now: datetime | None = None) -> Expression:
    """Understand what a person typed; nothing typed is `EVERYTHING`.

    Args:
        text: As it was typed.
        fields: Those that there are.
        zone: In which days are counted.
        now: The present moment, if ``today`` and ``7d`` (seven days ago) are to mean something.

    Raises:
        QueryError: It cannot be meant; the error says why, in both languages.
    """
    return _Parser(list(terms_of(text, fields)), fields, ZoneInfo(zone), now).everything()


class _Parser:
    """Recursive descent over terms: choices of conjunctions of conditions."""

    def __init__(self, terms: list[QueryTerm], fields: SearchFields, zone: ZoneInfo, now: datetime | None) -> None:
        self.terms = terms
        self.fields = fields
        self.zone = zone
        self.now = now
        self.at = 0
        self.depth = 0

    def everything(self) -> Expression:
        parts = []
        while self.at < len(self.terms):
            part = self._choice()
            if part is not None:
                parts.append(part)
            self.at += 1  # a bracket that nobody opened
        return all_of(parts) if parts else EVERYTHING

    def _peek(self) -> str:
        return self.terms[self.at].kind if self.at < len(self.terms) else "end"

    def _choice(self) -> Expression | None:
        parts = []
        while True:
            part = self._conjunction()
            if part is not None:
                parts.append(part)
            if self._peek() != "or":
                return any_of(parts) if parts else None
            self.at += 1

    def _conjunction(self) -> Expression | None:
        parts: list[Expression] = []
        merged: dict[str, int] = {}  # fields of terms that stand side by side, and where their values are gathered
        while self._peek() not in {"or", "close", "end"}:
            kind = self._peek()
            if kind == "and":
                merged.clear()
                self.at += 1
                continue
            term = self.terms[self.at]
            part = self._condition()
            if part is None:
                continue
            isnt = self._peek() == "isnt"
            if isnt:
                self.at += 1
                part = none_of(part)
            if kind == "field" and not isnt and is_value(part):
                if term.field in merged:
                    parts[merged[term.field]] = any_of((parts[merged[term.field]], part))
                    continue
                merged[term.field] = len(parts)
            parts.append(part)
        return all_of(parts) if parts else None

    def _condition(self) -> Expression | None:
        term = self.terms[self.at]
        self.at += 1
        if term.kind == "word":
            return Word(term.text)
        if term.kind == "field":
            return any_of(dict.fromkeys(self._is(term, value) for value in term.values))
        if term.kind in {"not", "open"}:
            self.depth += 1
            if self.depth > DEEPEST:
                raise QueryError("too_deep", limit=DEEPEST)
            part = self._denied() if term.kind == "not" else self._bracket()
            self.depth -= 1
            return part
        return None  # an operator with nothing to work on

    def _denied(self) -> Expression | None:
        if self._peek() in {"or", "and", "close", "end", "isnt"}:
            return None
        part = self._condition()
        return None if part is None else none_of(part)

    def _bracket(self) -> Expression | None:
        part = self._choice()
        if self._peek() == "close":
            self.at += 1
        return part

    def _is(self, term: QueryTerm, value: str) -> Expression:
        if term.field in {"after", "before", "on"} and self.fields.find(term.field) is None:
            first, beyond = span(term.text, _narrow(value), self.zone, self.now)
            low, high = first if term.field != "before" else None, beyond if term.field == "on" else None
            return _between(self.fields.moment, low, first if term.field == "before" else high, below=True)
        field = self.fields[term.field]
        if field.is_ranged:
            return self._ranged(field, term.text, _narrow(value))
        if field.kind is FieldKind.CHOICE:
            return Is(field.name, _chosen(field, term.text, value))
        return Is(field.name, value)

    def _ranged(self, field: SearchField, typed: str, value: str) -> Expression:
        for sign in (">=", "<=", ">", "<", "="):
            if value.startswith(sign):
                return self._compared(field, typed, sign, value.removeprefix(sign).strip())
        two = _RANGE.fullmatch(value)
        if not two:
            return self._compared(field, typed, "=", value)
        low, sign, high = two[1].strip(), two[2], two[3].strip()
        parts = [self._compared(field, typed, ">=", low)] if low else []
        parts += [self._compared(field, typed, "<" if sign == "..<" else "<=", high)] if high else []
        if not parts:
            raise QueryError("no_value", field=typed)
        first, last = parts[0], parts[-1]
        if len(parts) == 1:
            return first
        between = _between(field.name, first.low, last.high, below=last.below)
        if between.low > between.high:  # type: ignore[operator]  # both are there
            raise QueryError("turned", field=typed, value=value)
        return between

    def _compared(self, field: SearchField, typed: str, sign: str, value: str) -> Between:
        first: Bound
        beyond: Bound
        if field.kind is FieldKind.NUMBER:
            first = beyond = number(typed, value)
        else:
            first, beyond = span(typed, value, self.zone, self.now)
        is_moment = field.kind is FieldKind.MOMENT
        low = {">=": first, "=": first, ">": beyond}.get(sign)
        high = {"<": first, "=": beyond, "<=": beyond}.get(sign)
        return _between(field.name, low, high, above=sign == ">" and not is_moment, below=sign == "<" or is_moment)


def _between(field: str, low: Bound | None, high: Bound | None, *, above: bool = False, below: bool = False) -> Between:
    return Between(field, low, high, above and low is not None, below and high is not None)


def _narrow(value: str) -> str:
    narrow = unicodedata.normalize("NFKC", value).strip()
    return "".join(_COMPARED.get(character, character) for character in narrow)


def _chosen(field: SearchField, typed: str, value: str) -> str:
    chosen = field.choice(value)
    if chosen is not None:
        return chosen
    folded = fold(value)
    if has_star(folded) and any(fits(folded, known) for known in field.choices.values()):
        return folded
    from rapidfuzz import fuzz, process

    near = process.extractOne(folded, list(field.choices), scorer=fuzz.ratio, score_cutoff=60, processor=fold)
    every = list(dict.fromkeys(field.choices.values()))
    shown = ", ".join(every[:CHOICES_SHOWN]) + (", …" if len(every) > CHOICES_SHOWN else "")
    raise QueryError("unknown_value", field=typed, value=value, meant=near[0] if near else "", choices=shown)
