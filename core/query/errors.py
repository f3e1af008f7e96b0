"""A search that cannot be meant, said in both languages; what is said stands in ``texts/``."""

from __future__ import annotations

from core.errors import SpokenError, UsageError
from core.texts import load_texts

SHOWN = 60
"""Characters of what somebody typed that an error repeats."""


class QueryError(SpokenError, UsageError):
    """What is wrong with a search.

    Attributes:
        key: Which error it is; a key of ``texts/``.
    """

    package = "core.query"

    def __init__(self, key: str, **values: object) -> None:
        self.key = key
        super().__init__(key, **{name: _short(value) for name, value in values.items()})

    def said(self, language: str) -> tuple[str, str]:
        """Message and hint in a language."""
        said, hint = super().said(language)
        meant = self._values.get("meant")
        return said + load_texts(self.package, language)("meant", meant=meant) if meant else said, hint


def _short(value: object) -> object:
    if not isinstance(value, str):
        return value
    clean = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in value)
    return clean if len(clean) <= SHOWN else clean[: SHOWN - 1] + "…"
