"""What an alert says: pure functions from an incident's figures to words, in Slack's blocks or as plain text.

Nothing that strangers wrote and nothing a person typed freely comes in here: no title, address, author, note or reason.
What remains are counts, kinds of values, names of our own sources and colleagues, and a link.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len

from core.clock import DEFAULT_ZONE, local
from core.texts import load_texts
from incidents.timeline.sentences import field_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from incidents.views import IncidentLine

SHOWN_CHANGES = 20
UNKNOWN = "–"
TOLD = (
    "subjects",
    "subjects_before",
    "severity",
    "severity_before",
    "state",
    "state_before",
    "other",
    "assignee",
    "source",
    "task",
    "day",
    "until",
    "step",
    "whom",
    "mentions",
    "clock",
    "due",
    "due_before",
    "hours",
    "form",
    "number",
    "role",
)
"""The keys of an event's data that may stand in an alert."""


@dataclass(frozen=True, slots=True)
class Change:
    """An event as far as an alert may tell it."""

    kind: str
    actor: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Alert:
    """Everything a message is made of."""

    line: IncidentLine
    url: str
    language: str
    zone: str = DEFAULT_ZONE
    changes: tuple[Change, ...] = ()
    acknowledged_by: str = ""
    deadline: tuple[str, str] = ("", "")
    """The next one: what it is called, and its end."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A message that belongs to no incident: a headline, what it is good for, and a text to be kept as it is."""

    headline: str
    said: str
    verbatim: str

    @property
    def plain_text(self) -> str:
        """The whole notice, for mail and console."""
        return f"{self.headline}\n{self.said}\n\n{self.verbatim}"


@dataclass(frozen=True, slots=True)
class Summary:
    """An incident in words: a headline, labelled figures, and the link."""

    headline: str
    figures: tuple[tuple[str, str], ...]
    link_text: str
    url: str


def told(kind: str, actor: str, data: Mapping[str, Any]) -> Change:
    """An event, cut down to what an alert may say."""
    return Change(kind, actor, {key: data[key] for key in TOLD if key in data})


def told_kinds() -> frozenset[str]:
    """The kinds of events that are worth a message once an incident has its parent message."""
    keys = load_texts("alerts", "en").keys()
    return frozenset(key.removeprefix("change.") for key in keys if key.startswith("change."))


def summary(alert: Alert) -> Summary:
    """The parent message in words."""
    texts, words, line = load_texts("alerts", alert.language), load_texts("incidents", alert.language), alert.line
    link = texts("parent.open", id=line.merged_into or line.id)
    if line.merged_into is not None:
        return Summary(texts("parent.merged", id=line.id, into=line.merged_into), (), link, alert.url)
    severity = words(f"severity.{line.severity}")
    sides = {"value.csirt": line.csirt_confirmed_at, "value.owner": line.owner_confirmed_at}
    confirmed = [texts(key) for key, at in sides.items() if at is not None]
    figures = {
        "state": words(f"state.{line.state}"),
        "severity": severity,
        "subjects": texts("value.people", n=f"{line.subjects:,}"),
        "people": texts("value.people", n=f"{line.people:,}"),
        "fields": field_names(line.fields, alert.language),
        "confidence": f"{line.confidence:.1%}",
        "sources": ", ".join(_source(source, alert.language) for source in line.sources) or UNKNOWN,
        "places": texts("value.places", documents=line.documents, sightings=line.sightings),
        "first_seen": f"{local(line.first_seen_at, alert.zone):%Y-%m-%d %H:%M %Z}",
        "confirmed": ", ".join(confirmed) or texts("value.unconfirmed"),
        "acknowledged": alert.acknowledged_by or texts("value.nobody"),
        "assignee": line.assignee or texts("value.nobody"),
    }
    clock, due = alert.deadline
    if clock:
        figures["deadline"] = texts("value.deadline", clock=clock, due=due) if due != UNKNOWN else clock
    headline = texts("parent.header", severity=severity, id=line.id, subjects=f"{line.subjects:,}")
    return Summary(headline, tuple((texts(f"label.{key}"), text) for key, text in figures.items()), link, alert.url)


def change_lines(alert: Alert) -> list[str]:
    """What is new, a line each; equal lines once with their number, and no endless list."""
    texts = load_texts("alerts", alert.language)
    counted = Counter(change_words(change, alert.language, f"{alert.url}/reports") for change in alert.changes)
    lines = [texts("value.times", text=text, n=n) if n > 1 else text for text, n in counted.items()]
    rest = len(lines) - SHOWN_CHANGES
    return lines if rest <= 0 else [*lines[:SHOWN_CHANGES], texts("value.more", n=rest)]


def plain_text(alert: Alert) -> str:
    """The whole message as plain text, for mail and console."""
    said = summary(alert)
    width = max((cell_len(label) for label, _ in said.figures), default=0)
    figures = [f"  {label}{' ' * (width - cell_len(label))}  {text}" for label, text in said.figures]
    changes = [f"  * {line}" for line in change_lines(alert)]
    return "\n".join([said.headline, *changes, *figures, f"  {said.url}"])


def change_words(change: Change, language: str, reports: str) -> str:
    """An event in a sentence; ``reports`` is the address under which the reports are that it may be about."""
    texts, words = load_texts("alerts", language), load_texts("incidents", language)
    values: dict[str, Any] = dict.fromkeys(TOLD, UNKNOWN) | {"actor": change.actor}
    for key, value in change.data.items():
        if isinstance(value, dict):
            values[key] = value.get(language, UNKNOWN)
            continue
        table = key.removesuffix("_before")
        known = f"{table}.{value}"
        values[key] = words(known) if table in {"severity", "state", "source"} and known in words else value
    form = change.data.get("form", "")
    values["form"] = _named("reports", f"form.{form}.title", language) or values["form"]
    values["role"] = _named("people", f"role.{change.data.get('role', '')}", language) or values["role"]
    values["link"] = f"{reports}/{form}/versions/{change.data.get('number', '')}"
    return texts(f"change.{change.kind}", **values)


def _named(room: str, key: str, language: str) -> str:
    texts = load_texts(room, language)
    return texts(key) if key in texts else ""


def _source(source: str, language: str) -> str:
    words = load_texts("incidents", language)
    return words(f"source.{source}") if f"source.{source}" in words else source
