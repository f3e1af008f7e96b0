"""The page of events: each kind, what it is called, and its sentence."""

from __future__ import annotations

from typing import Final

from core.texts import load_texts
from incidents.timeline.sentences import kind_name
from tools.site.reference._markdown import cell, code, table

WORDS: Final = {
    "en": (
        "# Events\n\nEach line of a timeline is of one of these kinds; `{word}` in a sentence is what its data say.\n",
        ("kind", "called", "its sentence"),
    ),
    "ja": (
        "# イベント\n\nタイムラインの一行は、このどれかの種類である。文の `{word}` にはそのデータが入る。\n",
        ("種類", "呼び名", "文"),
    ),
}


def kinds() -> list[str]:
    """Every kind that has a name, in alphabetical order."""
    keys = load_texts("incidents", "en").keys()
    return sorted(key.removeprefix("kind.") for key in keys if key.startswith("kind."))


def page(language: str) -> str:
    """The page in a language."""
    intro, head = WORDS[language]
    texts = load_texts("incidents", language)
    rows = [
        (
            code(kind),
            cell(kind_name(kind, language)),
            cell(texts.template(f"event.{kind}" if f"event.{kind}" in texts else "event.other")),
        )
        for kind in kinds()
    ]
    return "\n".join([intro, *table(head, rows)])
