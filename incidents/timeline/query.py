"""Searches over timelines: the fields they know, and what a person typed, understood (`core.query`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Final

from core.clock import DEFAULT_ZONE
from core.query.errors import SHOWN
from core.query.expressions import EVERYTHING, Is, Not, all_of
from core.query.fields import FieldKind, SearchField, SearchFields
from core.query.parser import parse
from core.texts import LANGUAGES, load_texts
from incidents.errors import SearchError
from incidents.states import STATES
from incidents.timeline.readings import READING

if TYPE_CHECKING:
    from core.query.expressions import Expression

STARRED: Final = {"yes": "yes", "no": "no", "あり": "yes", "なし": "no", "はい": "yes", "いいえ": "no"}
AT: Final = "at"
LEARNED: Final = "learned"
LARGEST_ID: Final = 2**31 - 1
"""PostgreSQL keeps ids in 32 bits, and refuses to compare them with more."""


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A search, understood.

    Attributes:
        expression: What has to hold.
        zone: In which the days of the query and of the chart are counted.
        within: Incidents outside of which nothing is found; None for everything.
    """

    expression: Expression = EVERYTHING
    zone: str = DEFAULT_ZONE
    within: frozenset[int] | None = None

    def narrowed(self, kind: str) -> SearchQuery:
        """The same search, among events of a kind."""
        return SearchQuery(all_of([self.expression, Is("kind", kind)]), self.zone, self.within)

    def without(self, kind: str) -> SearchQuery:
        """The same search, without events of a kind."""
        return SearchQuery(all_of([self.expression, Not(Is("kind", kind))]), self.zone, self.within)


@cache
def event_fields() -> SearchFields:
    """The fields of events."""
    return SearchFields(
        SearchField("kind", FieldKind.CHOICE, ("種類", "種別"), _choices("kind", ("event",)) | {READING: READING}),
        SearchField("actor", FieldKind.WORD, ("操作者", "実施者", "by")),
        SearchField("source", FieldKind.WORD, ("情報源",)),
        SearchField("incident", FieldKind.NUMBER, ("事案",)),
        SearchField("state", FieldKind.CHOICE, ("状態",), _choices("state", (), STATES)),
        SearchField("title", FieldKind.WORD, ("件名", "表題")),
        SearchField("tag", FieldKind.WORD, ("タグ",)),
        SearchField("starred", FieldKind.CHOICE, ("star", "スター", "星"), STARRED),
        SearchField(AT, FieldKind.MOMENT, ("日時", "発生", "happened")),
        SearchField(LEARNED, FieldKind.MOMENT, ("把握",)),
        moment=AT,
    )


def parse_query(text: str, *, zone: str = DEFAULT_ZONE, now: datetime | None = None) -> SearchQuery:
    """Understand what a person typed.

    Args:
        text: As it was typed.
        zone: In which days are counted.
        now: The present moment, for ``today`` and ``7d``.

    Raises:
        core.query.errors.QueryError: It cannot be meant.
    """
    return SearchQuery(parse(text, event_fields(), zone, now=now), zone)


def place_of(after: str) -> tuple[datetime, int] | None:
    """Where a page goes on, as pages write it: a moment in UTC and an id; None for the beginning.

    Raises:
        SearchError: It is none.
    """
    if not after:
        return None
    moment, _, number = after.rpartition("_")
    try:
        at, last = datetime.fromisoformat(moment), int(number)
        if at.tzinfo is not None and 0 <= last <= LARGEST_ID:
            return at.astimezone(UTC), last
    except (ValueError, OverflowError):
        pass
    raise SearchError("no_place", value=after[:SHOWN])


def _choices(table: str, more: tuple[str, ...], only: tuple[str, ...] = ()) -> dict[str, str]:
    """What may be typed for a word of ours: itself, and what it is called in both languages."""
    choices: dict[str, str] = {}
    for language in LANGUAGES:
        texts = load_texts("incidents", language)
        for key in sorted(texts.keys()):
            name, _, word = key.partition(".")
            if name in {table, *more} and (not only or word in only):
                choices[word] = word
        for word in sorted(set(choices.values())):
            if f"{table}.{word}" in texts:
                choices.setdefault(texts(f"{table}.{word}"), word)
    return choices
