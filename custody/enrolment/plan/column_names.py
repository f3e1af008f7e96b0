"""Columns as a person names them: by header, by number from 1, or by the letter that spreadsheets give them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from custody.errors import ColumnError
from fingerprints.identifiers import kind_classes
from fingerprints.identifiers.interface import header_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_LETTERS: Final = re.compile("[A-Za-z]{1,3}")
_STRICT: Final = re.compile("#[1-9][0-9]{0,4}")
"""A number that is taken for no header, as the web page names columns."""
_NEXT_FIELD: Final = re.compile(r",(?=\s*[a-z_]+\s*=)")


def letter_of(place: int) -> str:
    """The letter of a column: A to Z, then AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def parse_mapping(texts: Iterable[str]) -> list[tuple[str, str]]:
    """``phone=携帯,phone=自宅`` as pairs of a field and its column, in order; a header may hold commas itself.

    Raises:
        ColumnError: A part has no '='.
    """
    pairs = []
    for text in texts:
        for part in _NEXT_FIELD.split(text):
            field, sign, column = part.partition("=")
            if sign:
                pairs.append((field.strip(), column.strip()))
            elif part.strip():
                raise ColumnError(f"--map {part!r} has no '='", hint="Write it as --map phone=電話番号,email=3.")
    return pairs


def mapping_of_choices(choices: Sequence[str]) -> list[tuple[str, str]]:
    """What a person chose for each column, as a mapping in which every field is said.

    Args:
        choices: For each column nothing, a field, or a field with ``+`` where it goes on with a value of that
            field: the nearest one to the left, else the first.
    """
    values: dict[str, list[list[int]]] = {}
    for place, choice in enumerate(choices):
        if choice and not choice.endswith("+"):
            values.setdefault(choice, []).append([place])
    for place, choice in enumerate(choices):
        if choice.endswith("+"):
            begun = values.setdefault(choice[:-1], [])
            before = [value for value in begun if value[0] < place]
            if not begun:
                begun.append([])
            (before[-1] if before else begun[0]).append(place)
    said = [
        (kind, "+".join(f"#{place + 1}" for place in value)) for kind, several in values.items() for value in several
    ]
    return said + [(kind, "") for kind in kind_classes() if kind not in values]


class ColumnNames:
    """The columns of one table, to be found by name."""

    def __init__(self, headers: Sequence[str], groups: Sequence[str] = ()) -> None:
        self._headers = tuple(headers)
        self._groups = tuple(groups) or ("",) * len(headers)

    def find(self, names: str) -> tuple[int, ...]:
        """The places of one column, or of several joined with ``+``.

        Raises:
            ColumnError: There is no such column, or more than one.
        """
        if names in self._headers:  # a header may hold a plus itself
            return (self._find_one(names),)
        return tuple(self._find_one(name.strip()) for name in names.split("+"))

    def _find_one(self, name: str) -> int:
        if _STRICT.fullmatch(name) and int(name[1:]) <= len(self._headers):
            return int(name[1:]) - 1
        for named in (
            [n for n, header in enumerate(self._headers) if header == name],
            [n for n in range(len(self._headers)) if self._whole(n) == header_words(name) and self._groups[n]],
            [n for n, header in enumerate(self._headers) if header and header_words(header) == header_words(name)],
        ):
            if len(named) == 1:
                return named[0]
            if named:
                said = " or ".join(letter_of(place) for place in named)
                raise ColumnError(f"{len(named)} columns are named {name!r}", hint=f"Name it by its letter: {said}.")
        place = self._by_number_or_letter(name)
        if place is None:
            listed = ", ".join(f"{letter_of(n)} {header}".strip() for n, header in enumerate(self._headers))
            raise ColumnError(f"there is no column {name!r}", hint=f"Columns are: {listed}.")
        return place

    def _whole(self, place: int) -> str:
        return header_words(f"{self._groups[place]}{self._headers[place]}")

    def _by_number_or_letter(self, name: str) -> int | None:
        if name.isascii() and name.isdecimal():
            place = int(name) - 1
        elif _LETTERS.fullmatch(name):
            place = next((n for n in range(len(self._headers)) if letter_of(n) == name.upper()), -1)
        else:
            return None
        return place if 0 <= place < len(self._headers) else None
