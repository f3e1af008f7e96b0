"""Access records opened for people: what stands behind handles in searches, handles for what they type, masked rows."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from core.query.expressions import All, Is, Not, Word, any_of
from core.query.expressions import Any as AnyOf
from core.query.wildcards import fits, has_star
from fingerprints.errors import NoIndexError
from fingerprints.identifiers import load_kinds
from fingerprints.identifiers.customer_number import NUMBER_KIND
from fingerprints.secrets.digests import Digester
from incidents.errors import NoIncidentError
from incidents.marks import RECORD, starred, tagged
from root_cause.dossier.holders import leaked_of
from trails.errors import DamagedTrailError
from trails.explore.conditions import InSessions
from trails.explore.handles import MARK, is_handle, is_masked
from trails.explore.language import unheard_words
from trails.explore.questions import ask
from trails.explore.rows import read_rows_at
from trails.number_digests import KeyedDoor
from trails.store.kept_lines import read_line
from trails.store.runs import RUN_KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from core.database import Database
    from core.query.expressions import Expression
    from fingerprints.index.generation import Index
    from fingerprints.secrets.keys import Key
    from trails.explore.explorer import Explorer
    from trails.explore.handles import Handles

CUSTOMER: Final = "customer"
MOST_NAMES: Final = 50
"""A star in a name stands for no more than so many."""
COLUMNS: Final = (
    "system", "operator", "account", "terminal", "address", "processor", "session", "action", "outcome", "extract",
    "host", "subject",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class OpenedRecords:
    """Access records opened, with what it takes to speak of them without names."""

    explorer: Explorer
    handles: Handles
    key: Key
    database: Database
    open_index: Callable[[], Index]

    def index(self) -> Index | None:
        """The index of customers; None where none was enrolled."""
        try:
            return self.open_index()
        except NoIndexError:
            return None


class KeyedMeanings:
    """What stands behind handles in a search; a plain name or number means nobody here."""

    def __init__(self, records: OpenedRecords) -> None:
        self._records = records

    def names(self, kind: str, value: str) -> Sequence[str]:
        """The names behind a handle; of a session also those of a record, as ``~file.row``."""
        explorer, handles = self._records.explorer, self._records.handles
        if kind == "session":
            return session_names(explorer, value)
        return handles.find(kind, value, explorer.names(kind).values()) if is_handle(value) else []

    def customers(self, value: str) -> Sequence[int]:
        """The digest that a handle is, with those of former keys."""
        if not is_handle(value):
            return []
        digest, index = int(value.removeprefix(MARK), 16), self._records.index()
        if index is None or not index.former.size:
            return [digest]
        return [digest, *index.former_digests(np.array([digest], np.uint64)).tolist()]

    def leaked(self, incident_id: int) -> Sequence[int]:
        """The digests of a leak's customers; none of a leak that is not there."""
        index = self._records.index()
        if index is None:
            return []
        try:
            with self._records.database.read() as session:
                return leaked_of(session, incident_id, index).asked.tolist()  # type: ignore[no-any-return]
        except NoIncidentError:
            return []

    def tagged(self, tag: str) -> Sequence[tuple[int, int]]:
        """The records that have a tag."""
        with self._records.database.read() as session:
            return _places(tagged(session, RECORD, tag))

    def starred(self) -> Sequence[tuple[int, int]]:
        """The records that have a star."""
        with self._records.database.read() as session:
            return _places(starred(session, RECORD))


def _places(records: Sequence[str]) -> list[tuple[int, int]]:
    return [(int(part), int(row)) for part, _, row in (one.partition(".") for one in records)]


def session_names(explorer: Explorer, value: str) -> list[str]:
    """The session of a record, named by its place (``~file.row``)."""
    number, _, row = value.removeprefix(MARK).partition(".")
    if not (value.startswith(MARK) and number.isdecimal() and row.isdecimal()):
        return []
    part = explorer.part(int(number))
    if part is None or int(row) >= part.head.rows:
        return []
    found = read_rows_at(explorer, {part.number: np.array([int(row)])}, ["session"])["session"]
    return [str(name) for name in found.drop_nulls().to_list()]


def read_kept_line(part: Path, digest: int, keys: Sequence[Key]) -> str | None:
    """The line of a record, sealed under one of some keys; None where lines were not kept.

    Raises:
        DamagedTrailError: It is not as it was written, or was sealed under none of these keys.
    """
    for key in keys[:-1]:
        with suppress(DamagedTrailError):
            return read_line(part, digest, key=key, door=door_of(key))
    return read_line(part, digest, key=keys[-1], door=door_of(keys[-1]))


def door_of(key: Key) -> KeyedDoor:
    """Makes digests of lines under a key."""
    return KeyedDoor(Digester(key), load_kinds()[NUMBER_KIND])


def is_plain(expression: Expression, records: OpenedRecords) -> bool:
    """Whether a search names somebody without a handle, or may do so by a word that finds nothing."""
    return bool(plain_fields(expression) or unheard_words(expression, records.explorer))


def plain_fields(expression: Expression) -> set[str]:
    """The fields that a search names somebody by without a handle."""
    match expression:
        case Is():
            named = expression.field == CUSTOMER or is_masked(expression.field)
            return {expression.field} if named and not expression.value.startswith(MARK) else set()
        case Not():
            return plain_fields(expression.part)
        case All() | AnyOf():
            return set().union(*(plain_fields(part) for part in expression.parts))
        case _:
            return set()


def with_handles(expression: Expression, records: OpenedRecords, *, words: bool = True) -> Expression:
    """The same search with handles in the place of names and numbers; with ``words`` also of words that are names."""
    match expression:
        case Is() if plain_fields(expression):
            return _handle(expression, records)
        case Word() if words:
            return _named_word(expression, records)
        case Not():
            return Not(with_handles(expression.part, records, words=words))
        case All():
            return All(tuple(with_handles(part, records, words=words) for part in expression.parts))
        case AnyOf():
            return any_of(with_handles(part, records, words=words) for part in expression.parts)
        case _:
            return expression


def _named_word(word: Word, records: OpenedRecords) -> Expression:
    """A word that is somebody's name, as the handles of that name."""
    folded = word.text.casefold()
    named = [
        Is(kind, records.handles.of(kind, name))
        for kind in RUN_KINDS
        for name in records.explorer.names(kind).values()
        if name.casefold() == folded
    ]
    return any_of(named) if named else word


def _handle(part: Is, records: OpenedRecords) -> Expression:
    if part.field == CUSTOMER:
        canonical = load_kinds()[NUMBER_KIND].canonical(part.value)
        digest = Digester(records.key).digest(NUMBER_KIND, canonical or part.value)
        return Is(CUSTOMER, f"{MARK}{digest:016x}")
    handles = records.handles
    if part.field == "session":
        return Is(part.field, _session_handle(part.value, records))
    if not has_star(part.value):
        return Is(part.field, handles.of(part.field, part.value))
    folded = part.value.casefold()
    known = sorted(name for name in records.explorer.names(part.field).values() if fits(folded, name.casefold()))
    named = [Is(part.field, handles.of(part.field, name)) for name in known[:MOST_NAMES]]
    return any_of(named) if named else Is(part.field, handles.of(part.field, part.value))


def _session_handle(name: str, records: OpenedRecords) -> str:
    """A record of a session (``~file.row``) in the place of its name: there are too many to try handles on them all."""
    found = ask(records.explorer, InSessions(frozenset({name})), limit=1, facets=()).page
    return f"{MARK}{found[0].part}.{found[0].row}" if found else records.handles.of("session", name)


def shown_records(frame: Any, handles: Handles, *, reveal: bool = False) -> list[dict[str, Any]]:
    """Records as pages and exports show them: names masked unless revealed, customers as the digits of their digest."""
    shown = []
    for row in frame.iter_rows(named=True):
        one: dict[str, Any] = {"part": row["part"], "row": row["row"], "when": row["when"], "handles": {}}
        for name in COLUMNS:
            one[name] = shown_value(name, row[name], handles, reveal=reveal)
            if is_masked(name) and name != "session" and row[name] is not None:
                one["handles"][name] = handles.of(name, row[name])
        one["customer"] = f"{MARK}{row['subject']:016x}" if row["subject"] else ""
        shown.append(one)
    return shown


def shown_value(name: str, value: Any, handles: Handles, *, reveal: bool = False) -> str:
    """One value of a record."""
    if value is None or value == "":
        return ""
    if name == "subject":
        return f"{value:016x}"[:8] if value else ""
    return str(value) if reveal or not is_masked(name) else handles.masked(name, str(value))


def moment_of(second: int) -> datetime | None:
    """A second of a record as a moment."""
    return datetime.fromtimestamp(second, UTC) if second else None
