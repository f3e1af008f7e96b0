"""The fields that a room's searches know: their names in both languages, and what may stand in them."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class FieldKind(StrEnum):
    """What may stand in a field."""

    WORD = "word"
    CHOICE = "choice"
    NUMBER = "number"
    MOMENT = "moment"
    ID = "id"


@dataclass(frozen=True, slots=True)
class SearchField:
    """One field.

    Attributes:
        name: As expressions have it; lower case.
        kind: What may stand in it. ``word`` and ``id`` take any text, ``choice`` only what stands in ``choices``.
        names: What else it is called; Japanese names too.
        choices: What may be typed, and the value that it stands for: ``{"note": "note", "メモ": "note"}``.
    """

    name: str
    kind: FieldKind
    names: tuple[str, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_ranged(self) -> bool:
        """Whether it is compared by size."""
        return self.kind in {FieldKind.NUMBER, FieldKind.MOMENT}

    def choice(self, typed: str) -> str | None:
        """The value that a typed one stands for."""
        folded = fold(typed)
        return next((value for spelled, value in self.choices.items() if fold(spelled) == folded), None)


class SearchFields:
    """All fields of one room.

    Args:
        fields: Each of them once.
        moment: Which of them ``after:``, ``before:`` and ``on:`` speak of.
    """

    def __init__(self, *fields: SearchField, moment: str = "") -> None:
        self._fields = {one.name: one for one in fields}
        self._by_name = {fold(name): one for one in fields for name in (one.name, *one.names)}
        self.moment = moment
        if moment and self._fields[moment].kind is not FieldKind.MOMENT:
            raise ValueError(f"{moment!r} is no moment")

    def __iter__(self) -> Iterator[SearchField]:
        return iter(self._fields.values())

    def __getitem__(self, name: str) -> SearchField:
        return self._fields[name]

    def find(self, typed: str) -> SearchField | None:
        """The field of a name, in either language, however wide its letters."""
        return self._by_name.get(fold(typed))

    def spelled(self) -> tuple[str, ...]:
        """Every name that may be typed, as it is compared."""
        return tuple(self._by_name)


def fold(text: str) -> str:
    """A name or a value of our own, as it is compared: neither case nor width matters."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).strip()
