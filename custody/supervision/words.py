"""How supervision is called in a language: kinds, duties, stages, fields, and what tells numbers apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.texts import load_texts
from custody.supervision.numbers import MEASURES

if TYPE_CHECKING:
    from custody.supervision.check_sheets import Sheets
    from custody.supervision.numbers import NumberBehind

ROOT: Final = "supervision"


class Words:
    """The words of one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._texts = load_texts("custody", language)

    def __call__(self, table: str, name: str | None) -> str:
        """A word: what ``name`` is called, or itself where it has no name of its own."""
        key = f"{ROOT}.{table}.{name}"
        return self._texts(key) if key in self._texts else name or ""

    def said(self, name: str, /, **values: object) -> str:
        """A sentence of the draft."""
        return self._texts(f"{ROOT}.draft.{name}", **values)

    def meanings(self, table: str) -> dict[str, str]:
        """Back from words to names, in every language."""
        start = f"{ROOT}.{table}."
        names = [key.removeprefix(start) for key in sorted(self._texts.keys()) if key.startswith(start)]
        found: dict[str, str] = {}
        for language in ("en", "ja"):
            texts = load_texts("custody", language)
            for name in names:
                found |= {name: name, texts(start + name).casefold(): name}
        return found

    def labels(self, number: NumberBehind, sheets: Sheets) -> str:
        """What tells a number from the others of its group."""
        if number.group == MEASURES:
            sheet = sheets[number.labels["sheet"]]
            question = sheet.question[number.labels["question"]]
            asked = question.ja if self.language == "ja" else question.en
            return f"{asked} – {self('answer', number.labels['answer'])}"
        said = []
        for name, value in number.labels.items():
            if name == "company":
                said.append(value or self("label", "carrier"))
            elif name == "way":
                said.append(self("topic", value))
            elif name == "consent" or value == "unknown":
                said.append(self("result", value))
            else:
                said.append(self("label", value))
        return " · ".join(said)

    def cell(self, column: str, value: object) -> object:
        """A value of a list as people read it."""
        tables = {"stage": "stage", "way": "topic", "consent": "result"}
        if column in tables and isinstance(value, str):
            return self(tables[column], value)
        return "" if value is None else value
