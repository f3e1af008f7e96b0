"""A search that cannot be meant, said in both languages; what is said stands in ``texts/``."""

from __future__ import annotations

from core.errors import UsageError
from core.texts import load_texts

SHOWN = 60
"""Characters of what somebody typed that an error repeats."""


class QueryError(UsageError):
    """What is wrong with a search.

    Attributes:
        key: Which error it is; a key of ``texts/``.
    """

    def __init__(self, key: str, **values: object) -> None:
        self.key = key
        self._values = {name: _short(value) for name, value in values.items()}
        message, hint = self.said("en")
        super().__init__(message, hint=hint)

    def said(self, language: str) -> tuple[str, str]:
        """Message and hint in a language."""
        texts = load_texts("core.query", language)
        hint = f"{self.key}.hint"
        values = {"meant": ""} | self._values
        said = texts(f"{self.key}.text", **values)
        if values["meant"]:
            said += texts("meant", meant=values["meant"])
        return said, texts(hint, **values) if hint in texts else ""


def _short(value: object) -> object:
    if not isinstance(value, str):
        return value
    clean = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in value)
    return clean if len(clean) <= SHOWN else clean[: SHOWN - 1] + "…"
