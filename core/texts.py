"""Text that people read, in every language we speak: one TOML file a language beside the package that shows it.

A package keeps ``texts/en.toml`` and ``texts/ja.toml``: flat or nested tables of strings with ``{placeholders}``.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

LANGUAGES = ("ja", "en")


class Texts:
    """The texts of one package in one language.

    ``texts("overview.title")`` gives a text; ``texts("incident.people", n=3)`` fills its placeholders in.
    """

    def __init__(self, entries: Mapping[str, str], language: str) -> None:
        self.language = language
        self._entries = entries

    def __call__(self, key: str, /, **values: object) -> str:
        """The text under ``key`` with ``values`` filled in.

        Raises:
            KeyError: No such text, or a placeholder without a value: both are programming errors.
        """
        return self._entries[key].format_map(values)

    def template(self, key: str) -> str:
        """The text under ``key`` with its placeholders as they stand."""
        return self._entries[key]

    def __contains__(self, key: object) -> bool:
        return key in self._entries

    def keys(self) -> frozenset[str]:
        """All keys, for the test that languages agree."""
        return frozenset(self._entries)


@cache
def load_texts(package: str, language: str) -> Texts:
    """The texts of ``package`` (its import name) in ``language`` (``ja`` or ``en``; anything else reads as ``en``)."""
    import tomllib  # most processes say nothing
    from importlib import resources

    language = language if language in LANGUAGES else "en"
    source = resources.files(package).joinpath("texts", f"{language}.toml")
    return Texts(_flatten(tomllib.loads(source.read_text(encoding="utf-8"))), language)


def _flatten(table: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            flat |= _flatten(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = str(value)
    return flat
