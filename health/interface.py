"""What a look is: a function of a home folder that says what it found, in words of every language."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from core.texts import load_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from core.errors import HinomiError
    from home import Home

Level: TypeAlias = Literal["ok", "note", "bad"]
Look: TypeAlias = "Callable[[Home, bool], Iterator[Diagnosis]]"
"""What it finds in a home; with true it reads all of what it looks at, else only as much as a page may wait for."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What one look found.

    Attributes:
        level: In order, worth knowing, or wrong.
        about: What it is about.
        what: What was found; with ``about`` the key of its words.
        values: What fills the placeholders of those words.
    """

    level: Level
    about: str
    what: str
    values: Mapping[str, object] = field(default_factory=dict)

    def seen(self, language: str) -> str:
        """What was seen, as a sentence."""
        values = {name: _said(value, "seen", language) for name, value in self.values.items()}
        return load_texts("health", language)(f"{self.about}.{self.what}.seen", **values)

    def hint(self, language: str) -> str:
        """What to do; empty where nothing is."""
        texts, key = load_texts("health", language), f"{self.about}.{self.what}.hint"
        values = {name: _said(value, "hint", language) for name, value in self.values.items()}
        return texts(key, **values) if key in texts else ""


def _said(value: object, what: str, language: str) -> object:
    """A value that speaks for itself, in the reader's language; any other as it is."""
    speaks = getattr(value, what, None)
    return speaks(language) if callable(speaks) else value


def failed(about: str, error: HinomiError) -> Diagnosis:
    """An error of ours as a finding, in its own words."""
    return Diagnosis("bad", about, "failed", {"message": str(error), "hint": error.hint})
