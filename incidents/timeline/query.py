"""The language of searches: ``漏洩 "two words" kind:repost source:my-paste state:open after:2026-11-01 on:2026-11-22``.

Words all have to occur, as written, anywhere in an event. Of one field several values may be given, and any of them
will do. Days are days in the reader's zone: ``after:`` includes its day, ``before:`` does not, ``on:`` is one day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from core.clock import DEFAULT_ZONE
from incidents.errors import SearchError
from incidents.timeline.sentences import normalise

if TYPE_CHECKING:
    from collections.abc import Iterator

FIELDS = ("kind", "actor", "source", "incident", "state")
DATES = ("after", "before", "on")
_TERM = re.compile(r'(?:(?P<field>[a-z]+):)?(?:"(?P<quoted>[^"]*)"?|(?P<plain>[^\s"]+))', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A search, understood.

    Attributes:
        words: Normalised; each occurs in the event's text.
        fields: Values per field, any of which will do.
        after: From this moment on.
        before: Until just before this moment.
        zone: In which the days of the query and of the chart are counted.
        within: Incidents outside of which nothing is found; None for everything.
    """

    words: tuple[str, ...] = ()
    fields: dict[str, tuple[str, ...]] = field(default_factory=dict)
    after: datetime | None = None
    before: datetime | None = None
    zone: str = DEFAULT_ZONE
    within: frozenset[int] | None = None


def parse_query(text: str, *, zone: str = DEFAULT_ZONE) -> SearchQuery:
    """Understand what a person typed; what looks like a field but is none is a word.

    Raises:
        SearchError: A date that does not exist, or an incident that is no number.
    """
    words: list[str] = []
    fields: dict[str, list[str]] = {}
    since: list[datetime] = []
    until: list[datetime] = []
    for name, value in _terms(text):
        if name in DATES:
            first, last = _day(name, value, ZoneInfo(zone))
            since += [first] if name in {"after", "on"} else []
            until += [first] if name == "before" else [last] if name == "on" else []
        elif name in FIELDS:
            fields.setdefault(name, []).append(_checked(name, value))
        elif word := normalise(value):
            words.append(word)
    return SearchQuery(
        words=tuple(dict.fromkeys(words)),
        fields={name: tuple(values) for name, values in fields.items()},
        after=max(since, default=None),
        before=min(until, default=None),
        zone=zone,
    )


def _terms(text: str) -> Iterator[tuple[str, str]]:
    # Full-width colons and quotes come out of Japanese keyboards.
    for term in _TERM.finditer(text.replace("：", ":").replace("“", '"').replace("”", '"').replace("　", " ")):
        name = (term["field"] or "").lower()
        value = term["plain"] if term["quoted"] is None else term["quoted"]
        if name in FIELDS + DATES and value:
            yield name, value
        else:
            yield "", f"{term['field']}:{value}" if term["field"] else value


def _checked(name: str, value: str) -> str:
    if name == "incident" and not (value.isascii() and value.isdigit() and int(value) < 1 << 31):
        raise SearchError("no_number", value=value)
    return value


def _day(name: str, value: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    try:
        day = date.fromisoformat(value.replace("/", "-"))
        first = datetime.combine(day, time(), zone)
        last = datetime.combine(day + timedelta(days=1), time(), zone)
        return first.astimezone(UTC), last.astimezone(UTC)
    except (ValueError, OverflowError):
        raise SearchError("no_day", name=name, value=value) from None
