"""The words of incidents and events, in both languages, from kinds and plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.query.folding import folded
from core.texts import LANGUAGES, Texts, load_texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# Keys of an event's data that hold one of our own words, and the table of the texts that translates it.
TRANSLATED = {
    "source": "source",
    "state": "state",
    "state_before": "state",
    "severity": "severity",
    "severity_before": "severity",
    "waived": "waivable",
    "room": "room",
    "about_kind": "about_kind",
    "holder": "holder",
    "fact": "fact",
    "answer": "answer",
    "answer_before": "answer",
    "basis": "basis",
    "why": "halted",
    "form": "report_form",
}
BY_LANGUAGE = frozenset({"what", "clock"})
"""Keys whose value is there in every language."""
FIELD_ORDER = (
    "name",
    "kana",
    "phone",
    "email",
    "postal_code",
    "address",
    "birth_date",
    "customer_number",
    "card_number",
)
SEPARATORS = {"ja": "、", "en": ", "}
UNKNOWN = "–"
BY = "by"
"""Where an event says whose account acted, and how it was authenticated: nothing that is searched for as words."""
NO_WORDS = frozenset({BY, "made"})
"""Keys of what is there to be played again, and is no words of this event."""


def kind_name(kind: str, language: str) -> str:
    """What a kind of event is called."""
    texts = load_texts("incidents", language)
    return texts(f"kind.{kind}") if f"kind.{kind}" in texts else kind


def sentence(kind: str, data: Mapping[str, Any], language: str) -> str:
    """The sentence of an event."""
    texts = load_texts("incidents", language)
    known = f"event.{kind}" if f"event.{kind}" in texts else "event.other"
    values = {name: _shown(name, value, texts) for name, value in data.items()} | {"kind": kind}
    while True:
        try:
            return texts(known, **values).strip()
        except KeyError as missing:  # events written by an earlier version may lack what the sentence now tells
            values[str(missing.args[0])] = UNKNOWN


def title(sources: Iterable[str], subjects: int, fields: Iterable[str], language: str) -> str:
    """The title of an incident: where, how many, what; never a value."""
    texts = load_texts("incidents", language)
    places = [_word("source", source, texts) for source in sources] or [UNKNOWN]
    values = {"source": places[0], "subjects": subjects, "fields": field_names(fields, language)}
    if len(places) == 1:
        return texts("title.leak", **values)
    return texts("title.many", others=len(places) - 1, **values)


def field_names(kinds: Iterable[str], language: str) -> str:
    """The kinds of values that were exposed, in a fixed order, as one text."""
    texts, given = load_texts("incidents", language), set(kinds)
    ordered = [kind for kind in FIELD_ORDER if kind in given] + sorted(given - set(FIELD_ORDER))
    return SEPARATORS[texts.language].join(_word("field", kind, texts) for kind in ordered) or UNKNOWN


def search_text(kind: str, data: Mapping[str, Any], *, actor: str, source: str) -> str:
    """Everything an event can be found by: its sentences, its data, who and where."""
    parts = [sentence(kind, data, language) for language in LANGUAGES]
    parts += [
        kind,
        *(kind_name(kind, language) for language in LANGUAGES),
        actor,
        source,
        *_strings({key: value for key, value in data.items() if key not in NO_WORDS}),
    ]
    return folded(" \n ".join(dict.fromkeys(parts)))


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for item in value.values() for text in _strings(item)]
    if isinstance(value, list | tuple):
        return [text for item in value for text in _strings(item)]
    return []


def _shown(key: str, value: Any, texts: Texts) -> object:
    if key == "fields" and isinstance(value, dict | list):
        return field_names(value, texts.language)
    if key in BY_LANGUAGE and isinstance(value, dict):
        return value.get(texts.language, "")
    if key in TRANSLATED:
        return _word(TRANSLATED[key], str(value), texts)
    return value


def _word(table: str, word: str, texts: Texts) -> str:
    return texts(f"{table}.{word}") if f"{table}.{word}" in texts else word
