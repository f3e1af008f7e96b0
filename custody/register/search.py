"""The register extract by extract: from lines, one a copy, to what a list shows; filtered and sorted. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from custody.lifecycle import ERASED, OVERDUE, RETURNED
from custody.models import LENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from custody.register.overview import Line

UNLENT: Final = "unlent"
"""The standing of an extract that nobody ever held."""
STANDINGS: Final = (OVERDUE, LENT, RETURNED, ERASED, UNLENT)
"""The gravest first: an extract stands as the first of these that a copy of it has."""
DEFAULT_SORT: Final = "name"


@dataclass(frozen=True, slots=True)
class LentExtract:
    """An extract with its copies on a day.

    Attributes:
        id: Its number.
        name: Its name.
        standing: Of `STANDINGS`.
        copies: A line each; none of an extract that was never lent.
        about: Any line of it, for what is the same on all of them.
    """

    id: int
    name: str
    standing: str
    copies: tuple[Line, ...]
    about: Line

    @property
    def holding(self) -> tuple[Line, ...]:
        """The copies that are still out."""
        return tuple(copy for copy in self.copies if copy.standing in {LENT, OVERDUE})


@dataclass(frozen=True, slots=True)
class RegisterQuery:
    """What somebody looks for in the register; what is empty narrows nothing.

    Attributes:
        text: Every word of it in the name, the purpose, the recipient or a holder's name.
        standing: Of `STANDINGS`; ``lent`` means overdue ones too.
        processor: Has, or had, a copy: itself, not somebody below it.
        contract: The kind of contract it was lent under.
    """

    text: str = ""
    standing: str = ""
    processor: str = ""
    contract: str = ""


def extracts_among(lines: Iterable[Line]) -> list[LentExtract]:
    """The extracts of a register's lines, by name."""
    of: dict[int, list[Line]] = {}
    for line in lines:
        of.setdefault(line.extract_id, []).append(line)
    return [_lent(copies) for copies in of.values()]


def find_extracts(extracts: Iterable[LentExtract], wanted: RegisterQuery) -> list[LentExtract]:
    """Those that fit."""
    words = wanted.text.casefold().split()
    return [one for one in extracts if _fits(one, wanted, words)]


def _no_day(day: date | None) -> tuple[bool, date]:
    return day is None, day or date.max


SORTS: Final[dict[str, Callable[[LentExtract], object]]] = {
    "name": lambda one: one.name,
    "standing": lambda one: (STANDINGS.index(one.standing), one.name),
    "due": lambda one: (*_no_day(one.about.due_on if one.holding else None), one.name),
    "size": lambda one: (-one.about.size, one.name),
    "as_of": lambda one: (-one.about.as_of.toordinal(), one.name),
    "holders": lambda one: (-len(one.holding), one.name),
}
"""The ways to sort: by name, the gravest, the nearest due day, the largest, the newest, the most widely held first."""


def sort_extracts(extracts: Iterable[LentExtract], by: str) -> list[LentExtract]:
    """In that order; in the order of names where there is no such way."""
    return sorted(extracts, key=SORTS.get(by, SORTS[DEFAULT_SORT]))  # type: ignore[arg-type]


def _lent(lines: Sequence[Line]) -> LentExtract:
    copies = tuple(line for line in lines if line.processor_id is not None)
    found = {line.standing for line in copies}
    standing = next((one for one in STANDINGS if one in found), UNLENT)
    return LentExtract(lines[0].extract_id, lines[0].extract, standing, copies, lines[0])


def _fits(one: LentExtract, wanted: RegisterQuery, words: Sequence[str]) -> bool:
    standings = {LENT, OVERDUE} if wanted.standing == LENT else {wanted.standing}
    if wanted.standing and one.standing not in standings:
        return False
    if wanted.contract and one.about.extract_contract != wanted.contract:
        return False
    if wanted.processor and not any(copy.processor == wanted.processor for copy in one.copies):
        return False
    if not words:
        return True
    said = " ".join((one.name, one.about.purpose, one.about.recipient, *(copy.processor for copy in one.copies)))
    return all(word in said.casefold() for word in words)
