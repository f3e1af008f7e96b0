"""What is typed, cut into terms: words, phrases, fields with their values, brackets, operators."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from core.query.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.query.fields import SearchField, SearchFields

MOST_CHARACTERS: Final = 2000
MOST_TERMS: Final = 200
MOMENT_WORDS: Final = {
    "after": "after", "since": "after", "以降": "after", "before": "before", "until": "before", "以前": "before",
    "on": "on", "日付": "on", "日": "on",
}  # fmt: skip
"""What stands before a date alone; it speaks of the field `SearchFields.moment`."""
OPERATORS: Final = {"AND": "and", "かつ": "and", "OR": "or", "または": "or", "NOT": "not", "ではない": "isnt"}
_CLOSERS: Final = {'"': '"', "＂": '"＂', "“": '”“"', "”": '”“"', "„": '“”"', "「": "」", "『": "』"}
_QUOTES: Final = '"＂“”„'  # these end a word; 「 begins a phrase only where a term begins
_BRACKETS: Final = {"(": "open", "（": "open", ")": "close", "）": "close"}
_DASHES: Final = "-－−"
_COLONS: Final = ":："
_COMMAS: Final = ",，、"
_SCHEMES: Final = frozenset({"mailto", "tel", "urn", "sip", "sips", "data", "doi", "javascript", "magnet", "about"})
_NAME: Final = re.compile(r"[^\W\d_][\w-]*")
_SHORTEST_NAME: Final = 2  # C:\ is a place on a disk


@dataclass(frozen=True, slots=True)
class QueryTerm:
    """One term: ``kind`` is word, field, open, close, and, or, not, isnt."""

    kind: str
    text: str = ""
    field: str = ""
    values: tuple[str, ...] = ()


def terms_of(typed: str, fields: SearchFields) -> Iterator[QueryTerm]:
    """The terms, in their order.

    Raises:
        QueryError: It is too long, or names a field that does not exist.
    """
    if len(typed) > MOST_CHARACTERS:
        raise QueryError("too_long", limit=MOST_CHARACTERS)
    count = 0
    for term in _Reader(typed, fields).terms():
        count += max(1, len(term.values))
        if count > MOST_TERMS:
            raise QueryError("too_many", limit=MOST_TERMS)
        yield term


class _Reader:
    """A place in a text that moves on."""

    def __init__(self, text: str, fields: SearchFields) -> None:
        self.text = text
        self.fields = fields
        self.at = 0

    def terms(self) -> Iterator[QueryTerm]:
        while self._skip_spaces():
            here = self.text[self.at]
            if here in _BRACKETS:
                self.at += 1
                yield QueryTerm(_BRACKETS[here])
            elif here in _CLOSERS:
                phrase = self._phrase()
                if phrase.strip():
                    yield QueryTerm("word", phrase)
            elif here in _DASHES and self._denies():
                self.at += 1
                yield QueryTerm("not")
            else:
                yield self._term()

    def _denies(self) -> bool:
        following = self.text[self.at + 1 : self.at + 2]
        return bool(following) and not following.isspace() and following not in _DASHES and following not in ")）"

    def _skip_spaces(self) -> bool:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1
        return self.at < len(self.text)

    def _phrase(self) -> str:
        opened = self.text[self.at]
        closers = _CLOSERS[opened]
        self.at += 1
        said = ""
        while self.at < len(self.text):
            here = self.text[self.at]
            self.at += 1
            if here not in closers:
                said += here
            elif opened == here == '"' and self.text[self.at : self.at + 1] == '"':
                said += here  # twice is the character itself
                self.at += 1
            else:
                break
        return said

    def _plain(self, stops: str) -> str:
        start = self.at
        while self.at < len(self.text):
            here = self.text[self.at]
            if here.isspace() or here in stops:
                break
            self.at += 1
        return self.text[start : self.at]

    def _term(self) -> QueryTerm:
        start = self.at
        plain = self._plain(_QUOTES + "()（）")
        operator = unicodedata.normalize("NFKC", plain)
        if operator in OPERATORS:
            return QueryTerm(OPERATORS[operator])
        colon = next((at for at, character in enumerate(plain) if character in _COLONS), -1)
        if colon > 0:
            name, rest = plain[:colon], plain[colon + 1 :]
            field = self._field(name)
            if field:
                self.at = start + colon + 1
                return QueryTerm("field", name, field, self._values(name))
            follows = rest or self.text[self.at : self.at + 1].strip()
            if follows and _looks_like_a_field(name, rest):
                raise _unknown_field(name, self.fields)
        return QueryTerm("word", plain)

    def _field(self, name: str) -> str:
        """What a name is known as; nothing if it is not."""
        found: SearchField | None = self.fields.find(name)
        if found:
            return found.name
        folded = unicodedata.normalize("NFKC", name).casefold()
        return MOMENT_WORDS.get(folded, "") if self.fields.moment else ""

    def _values(self, name: str) -> tuple[str, ...]:
        self._skip_spaces()  # "kind: note" is how people write
        values = []
        while self.at < len(self.text):
            here = self.text[self.at]
            value = self._phrase() if here in _CLOSERS else self._plain(_QUOTES + "()（）" + _COMMAS)
            if value.strip():
                values.append(value)
            if self.at < len(self.text) and self.text[self.at] in _COMMAS:
                self.at += 1
            else:
                break
        if not values:
            raise QueryError("no_value", field=name)
        return tuple(values)


def _looks_like_a_field(name: str, rest: str) -> bool:
    """Whether somebody who wrote ``name:rest`` meant a field: not an address, a time of day, a place on a disk."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    if not _NAME.fullmatch(folded) or len(folded) < _SHORTEST_NAME or any(character.isdigit() for character in folded):
        return False
    return folded not in _SCHEMES and not rest.startswith(("//", "\\")) and not any(one in rest for one in _COLONS)


def _unknown_field(name: str, fields: SearchFields) -> QueryError:
    from rapidfuzz import fuzz, process

    from core.query.fields import fold

    known = (*fields.spelled(), *(MOMENT_WORDS if fields.moment else ()))
    near = process.extractOne(fold(name), known, scorer=fuzz.ratio, score_cutoff=60)
    return QueryError("unknown_field", field=name, meant=f"{near[0]}:" if near else "")
