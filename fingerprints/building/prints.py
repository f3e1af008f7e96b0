"""Rows of an extract turned into fingerprints: digests, pairs, sketches, checks and sealed numbers, in one pass.

A subject is known by its customer number. A row without one is the subject of an earlier extract when the index has a
subject with the same phone, e-mail or address *and* a pair with the same name; else a subject of its own, with a key
made from its strongest identifiers.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import reduce
from typing import TYPE_CHECKING, Final

import numpy as np
from pyroaring import BitMap

from fingerprints.building.days import enrolled_after
from fingerprints.building.row_digests import RowDigester, SeenRows
from fingerprints.identifiers import kind_classes
from fingerprints.identifiers.customer_number import NUMBER_KIND
from fingerprints.pairs import PARTS, derive_columns
from fingerprints.secrets.digests import PAIRS, Digester, coded_as_subject
from fingerprints.secrets.seals import Sealer
from fingerprints.secrets.siphash import siphash
from fingerprints.secrets.sketches import MAX_FIELD, Sketcher

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from fingerprints.index.generation import Index
    from fingerprints.secrets.keys import Key

    _Further = tuple[str, Sequence[str | None], NDArray[np.uint64]]

UNKNOWN: Final = -1
IDENTITIES: Final = (
    ("name", "email"), ("name", "phone"), ("kana", "email"), ("kana", "phone"), ("email",), ("name", "birth_date"),
    ("kana", "birth_date"), ("name", "address"), ("kana", "address"), ("phone",), ("address",), ("name", "postal_code"),
    ("kana", "postal_code"),
)  # fmt: skip
"""What makes a subject of its own of a row without a number; the first of these that the row has."""
_CONTACTS: Final = ("phone", "email", "address")


def sketched_kinds() -> tuple[str, ...]:
    """Kinds kept as sketches."""
    return tuple(name for name, kind in kind_classes().items() if kind.sketched)


def checked_kinds() -> tuple[str, ...]:
    """Kinds kept as one check token of the whole value."""
    return tuple(name for name, kind in kind_classes().items() if not kind.sketched)


@dataclass(frozen=True, slots=True)
class Prints:
    """The fingerprints of some rows.

    Attributes:
        subject_keys: The stable key of each row's subject.
        known: Its number in the index, or `UNKNOWN`.
        numbered: Whether the row has a customer number.
        digests: By kind and pair, one for each row, 0 where the row has none.
        sketches: By kind, lengths and tokens.
        checks: One column for each of `checked_kinds`.
        sealed: Lengths and bytes of the sealed numbers.
        more: Digests of further values of a kind and of their pairs, each one for each row.
        rows: The digest of each whole row as it is written; 0 where none is kept.
        unchanged: Subjects of further rows that are in the index just as they are; nothing else is said of those.
    """

    subject_keys: NDArray[np.uint64]
    known: NDArray[np.int64]
    numbered: NDArray[np.bool_]
    digests: dict[str, NDArray[np.uint64]]
    sketches: dict[str, tuple[NDArray[np.uint32], NDArray[np.uint16]]]
    checks: NDArray[np.uint16]
    sealed: tuple[NDArray[np.uint32], NDArray[np.uint8]]
    more: tuple[NDArray[np.uint64], ...] = ()
    rows: NDArray[np.uint64] = field(default_factory=lambda: np.empty(0, np.uint64))
    unchanged: NDArray[np.uint32] = field(default_factory=lambda: np.empty(0, np.uint32))


class Printer:
    """Makes fingerprints under one key, against the index as it is before the enrolment."""

    def __init__(self, key: Key, index: Index | None, as_of: int | None = None) -> None:
        """A printer.

        Args:
            key: The master key.
            index: The index before the enrolment.
            as_of: The list's day; without it every row counts as changed.
        """
        self._rows = RowDigester(key)
        self._late = enrolled_after(index, as_of) if as_of is not None else BitMap()
        self._finds_rows = index is not None and as_of is not None
        self._digester = Digester(key)
        self._sketcher = Sketcher(key)
        self._sealer = Sealer(key)
        self._subject_key = key.derive("subject", 16)
        self._index = index

    def print_rows(
        self,
        columns: Mapping[str, Sequence[str | None]],
        more: Sequence[tuple[str, Sequence[str | None]]] = (),
        seen: SeenRows | None = None,
    ) -> Prints:
        """Fingerprints of rows given as columns of canonical values.

        Args:
            columns: By kind; every row is usable by them (see `is_usable`).
            more: Further columns of a kind, such as a second phone: found like the first, but no part of who a row is.
            seen: What `look_up` says of them, who are those that the index does not have; without it the canonical
                values count as what is written, and rows that the index has are left out here.
        """
        if seen is None:
            kinds = sorted(columns)
            written = [*(columns[kind] for kind in kinds), *(values for _kind, values in more)]
            seen = self.look_up(repr((kinds, [kind for kind, _values in more])), written)
            places = seen.places.tolist()
            columns = {kind: [values[n] for n in places] for kind, values in columns.items()}
            more = [(kind, [values[n] for n in places]) for kind, values in more]
        digests = {kind: self._digester.digest_many(kind, values) for kind, values in columns.items()}
        further = [(kind, values, self._digester.digest_many(kind, values)) for kind, values in more]
        return replace(self._print(columns, digests, further), rows=seen.digests, unchanged=seen.unchanged)

    def look_up(self, form: str, columns: Sequence[Sequence[str | None]]) -> SeenRows:
        """What the index knows of rows as they are written.

        Args:
            form: What the columns are, and how their values are taken.
            columns: Of one length.
        """
        rows = self._rows.digests(form, columns)
        subjects = self._unchanged(rows)
        places = np.flatnonzero(subjects < 0)
        return SeenRows(places, rows[places], subjects[subjects >= 0].astype(np.uint32))

    def _unchanged(self, rows: NDArray[np.uint64]) -> NDArray[np.int64]:
        """The subject of each row that the index has as it is; -1 for the others."""
        if self._index is None or not self._finds_rows:
            return np.full(rows.size, UNKNOWN, np.int64)
        subjects = self._index.row_subjects(rows)
        if self._late:
            late = [one >= 0 and one in self._late for one in subjects.tolist()]
            subjects[np.array(late, np.bool_)] = UNKNOWN
        return subjects

    def _print(
        self,
        columns: Mapping[str, Sequence[str | None]],
        digests: dict[str, NDArray[np.uint64]],
        further: Sequence[_Further],
    ) -> Prints:
        size = len(next(iter(columns.values())))
        pairs = self._pairs(columns, digests)
        digests = digests | {name: words[0] for name, words in pairs.items()}
        numbers = columns.get(NUMBER_KIND) or [None] * size
        numbered = np.fromiter(map(bool, numbers), np.bool_, size)
        identity = self._identities(digests, numbered)
        digests["subject"] = np.where(numbered, np.uint64(0), coded_as_subject(identity))
        known = self._resolve(digests, numbered)
        keys = identity
        if self._index is not None:
            before = self._index.subject_digests(np.maximum(known, 0))
            keys = np.where(known == UNKNOWN, identity, before)
        salts = self._sketcher.salts(keys)
        return Prints(
            subject_keys=keys,
            known=known,
            numbered=numbered,
            digests=digests,
            sketches=self._sketches(columns, salts),
            checks=self._checks(digests, salts),
            sealed=self._sealer.seal_many(keys, numbers),
            more=(
                *(word for words in pairs.values() for word in words[1:]),
                *(one for part in further for one in self._further(columns, digests, *part)),
            ),
        )

    def _further(
        self,
        columns: Mapping[str, Sequence[str | None]],
        digests: Mapping[str, NDArray[np.uint64]],
        kind: str,
        values: Sequence[str | None],
        mine: NDArray[np.uint64],
    ) -> list[NDArray[np.uint64]]:
        """Digests of a further column of a kind, and of the pairs it makes with the other kinds."""
        pairs = self._pairs({**columns, kind: values}, {**digests, kind: mine})
        touched = {pair.name for pair in PAIRS if kind in {pair.left.kind, pair.right.kind}}
        return [mine, *(word for name in pairs if name in touched for word in pairs[name])]

    def _pairs(
        self, columns: Mapping[str, Sequence[str | None]], digests: Mapping[str, NDArray[np.uint64]]
    ) -> dict[str, list[NDArray[np.uint64]]]:
        """By pair, its digests: once for each part of a value, which may have several of a kind."""
        terms = {kind: [words] for kind, words in digests.items()}
        for kind in {term.kind for term in PARTS} & set(columns):
            derived = derive_columns(kind, columns[kind])
            for term in PARTS:
                if term.kind == kind:
                    parts = derived.get(term.part, ())
                    terms[term.name] = [self._digester.digest_many(term.name, values) for values in parts]
        return {
            pair.name: [self._digester.pair(pair.name, left, right) for left in lefts for right in rights]
            for pair in PAIRS
            if (lefts := terms.get(pair.left.name)) and (rights := terms.get(pair.right.name))
        }

    def _identities(self, digests: Mapping[str, NDArray[np.uint64]], numbered: NDArray[np.bool_]) -> NDArray[np.uint64]:
        identity = np.zeros(numbered.size, np.uint64)
        for kinds in ((NUMBER_KIND,), *IDENTITIES):
            if all(kind in digests for kind in kinds) and not identity.all():
                words = [digests[kind] for kind in kinds]
                there = reduce(np.logical_and, [word != 0 for word in words]) & (identity == 0)
                identity[there] = _mixed(self._subject_key, [word[there] for word in words])
        return identity

    def _resolve(self, digests: Mapping[str, NDArray[np.uint64]], numbered: NDArray[np.bool_]) -> NDArray[np.int64]:
        known = np.full(numbered.size, UNKNOWN, np.int64)
        if self._index is None:
            return known
        for kind in (NUMBER_KIND, "subject"):
            if kind in digests:
                hits = self._index.lookup(digests[kind])
                known[hits.query] = hits.subject
        open_rows = np.flatnonzero((known == UNKNOWN) & (~numbered | (self._index.manifest.unnumbered > 0)))
        if open_rows.size:
            known[open_rows] = self._by_evidence(digests, open_rows, numbered[open_rows])
        return known

    def _by_evidence(
        self, digests: Mapping[str, NDArray[np.uint64]], rows: NDArray[np.intp], numbered: NDArray[np.bool_]
    ) -> NDArray[np.int64]:
        """The subject that shares a contact and, in a pair, a name with each row; that shares most, or `UNKNOWN`."""
        index = self._index
        if index is None:
            return np.full(rows.size, UNKNOWN, np.int64)
        # A house has many people, and half of a name many bearers.
        pair_names = {pair.name for pair in PAIRS if pair.left.kind in {"name", "kana"} and not pair.slips}
        found: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]] = []
        for name, values in digests.items():
            if name in pair_names or name in _CONTACTS:
                hits = index.lookup(values[rows])
                weight = np.full(hits.query.size, 1 if name in pair_names else 1 << 16, np.int64)
                found.append((hits.query.astype(np.int64), hits.subject.astype(np.int64), weight))
        row, subject, weight = (np.concatenate(parts) for parts in zip(*found, strict=True))
        if row.size == 0:
            return np.full(rows.size, UNKNOWN, np.int64)
        both, inverse = np.unique(row << 32 | subject, return_inverse=True)
        score = np.bincount(inverse, weight).astype(np.int64)
        row, subject = both >> 32, both & 0xFFFFFFFF
        fits = (score & 0xFFFF > 0) & (score >= 1 << 16)
        fits &= ~(numbered[row] & (index.sealed.lengths(subject) > 0))
        order = np.lexsort((-subject, score))[np.flatnonzero(fits[np.lexsort((-subject, score))])]
        out = np.full(rows.size, UNKNOWN, np.int64)
        out[row[order]] = subject[
            order
        ]  # the last entry of a row stands: the best score, the lowest number among equals
        return out

    def _sketches(
        self, columns: Mapping[str, Sequence[str | None]], salts: NDArray[np.uint64]
    ) -> dict[str, tuple[NDArray[np.uint32], NDArray[np.uint16]]]:
        return {
            kind: self._sketcher.tokens(kind, salts, [(value or "")[:MAX_FIELD] for value in columns[kind]])
            for kind in sketched_kinds()
            if kind in columns
        }

    def _checks(self, digests: Mapping[str, NDArray[np.uint64]], salts: NDArray[np.uint64]) -> NDArray[np.uint16]:
        out = np.zeros((salts.size, len(checked_kinds())), np.uint16)
        for column, kind in enumerate(checked_kinds()):
            if kind in digests:
                out[:, column] = self._sketcher.checks(kind, salts, digests[kind])
        return out


def key_of_numbers(key: Key, digests: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The stable keys of subjects from the digests of their customer numbers."""
    return _mixed(key.derive("subject", 16), [digests])


def _mixed(subject_key: bytes, words: Sequence[NDArray[np.uint64]]) -> NDArray[np.uint64]:
    mixed = siphash(subject_key, np.full(words[0].size, len(words), np.uint64), *words)
    return np.maximum(mixed, np.uint64(1))


def is_usable(kinds: frozenset[str]) -> bool:
    """Whether a row with values of these kinds can be told from others: a number, or one of `IDENTITIES`."""
    return NUMBER_KIND in kinds or any(kinds.issuperset(identity) for identity in IDENTITIES)
