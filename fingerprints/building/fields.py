"""Writes what a segment keeps of each subject: key, checks, sketches and sealed number.

Of several values of a kind the one that was seen last is kept; of two that were seen last on the same day the one
with the greater tokens, so that the order of enrolments does not matter.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from fingerprints.building.prints import checked_kinds, sketched_kinds
from fingerprints.identifiers import kind_classes
from fingerprints.index.ragged import Ragged, RaggedWriter, flat_positions
from fingerprints.index.sorted_search import distinct
from fingerprints.index.veiled import VeiledArray
from fingerprints.secrets.digests import code_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from fingerprints.building.days import Day
    from fingerprints.index.generation import Index
    from fingerprints.index.layers import LayeredRagged
    from fingerprints.index.records import Records
    from fingerprints.secrets.veil import Veil

_BLOCK: Final = 1 << 17
_NO_ROW: Final = 0xFFFFFFFF
_CODES: Final = 64


class Precedence:
    """By kind and subject, whether a value that a list does not have was seen later, or on the list's very day."""

    def __init__(self, subjects: int, day: Day) -> None:
        self._day = day
        self._rows = {kind.code: place for place, kind in enumerate(kind_classes().values())}
        shape = (len(self._rows), subjects if day.is_late or day.is_shared else 0)
        self._later, self._same = np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)

    def note(self, unseen: Records) -> None:
        """Take in values that the list does not have."""
        if not self._later.size or not unseen.digest.size:
            return
        row_of = np.full(_CODES, -1)
        row_of[list(self._rows)] = list(self._rows.values())
        rows = row_of[code_of(unseen.digest)]
        for table, marked in ((self._later, self._day.outlasts(unseen)), (self._same, self._day.shares(unseen))):
            there = marked & (rows >= 0)
            table[rows[there], unseen.subject[there]] = True

    def later(self, kind: str, subjects: NDArray[np.uint32]) -> NDArray[np.bool_]:
        """Whether the index has a later value of each subject."""
        return self._of(self._later, kind, subjects)

    def same(self, kind: str, subjects: NDArray[np.uint32]) -> NDArray[np.bool_]:
        """Whether the index has another value of the same day."""
        return self._of(self._same, kind, subjects)

    def any_same(self, subjects: NDArray[np.uint32]) -> NDArray[np.bool_]:
        """Whether the index has another value of the same day, of any kind."""
        out = np.zeros(subjects.size, np.bool_)
        for row in self._same if self._same.size else ():
            out |= row[subjects]
        return out

    def _of(self, table: NDArray[np.bool_], kind: str, subjects: NDArray[np.uint32]) -> NDArray[np.bool_]:
        if not table.size:
            return np.zeros(subjects.size, np.bool_)
        row: NDArray[np.bool_] = table[self._rows[kind_classes()[kind].code]]
        return row[subjects]


@dataclass(slots=True)
class FieldWriter:
    """What a list says of its subjects, set against what is known of them.

    Attributes:
        spill: Where the list's rows wait, and the veil over them.
        veil: That of the segment.
        index: The index before it.
        first: The number of the first new subject.
        keys: The stable keys of the new subjects.
        subject_of_row: Whose each row is.
        precedence: Which older values count for more.
    """

    spill: tuple[Path, Veil]
    veil: Veil
    index: Index | None
    first: int
    keys: NDArray[np.uint64]
    subject_of_row: NDArray[np.uint32]
    precedence: Precedence
    _known: NDArray[np.uint32] = field(init=False)
    _place: NDArray[np.uint32] = field(init=False)

    def __post_init__(self) -> None:
        is_known = self.subject_of_row < self.first
        self._known = distinct(self.subject_of_row[is_known])
        if not self.first:
            self._place = self.subject_of_row
            return
        self._place = self.subject_of_row - np.uint32(self.first) + np.uint32(self._known.size)  # wraps for known ones
        self._place[is_known] = np.searchsorted(self._known, self.subject_of_row[is_known])

    def write(self, folder: Path) -> NDArray[np.uint32]:
        """Write the segment's files; gives the known subjects of whom something is different now."""
        fields = [(f"sketch-{kind}", kind, np.uint16) for kind in sketched_kinds()]
        waiting, over = self.spill
        given = {name: Ragged(waiting, name, dtype, over) for name, _kind, dtype in fields}
        given["sealed"] = Ragged(waiting, "sealed", np.uint8, over)
        kinds = {name: kind for name, kind, _dtype in fields}
        checks = self._checks()
        differs = np.zeros(self._known.size, np.bool_)
        if self._known.size:  # twice, since what counts of all fields is known before one is written
            for name, values in given.items():
                self._weighed(kinds.get(name, ""), values, differs)
            differs |= self._weigh_checks(checks)
        others = self._known[differs]
        self.veil.write(folder / "keys.u64", self.keys.astype("<u8", copy=False))
        self.veil.write(folder / "others.u32", others.astype("<u4"))
        with self.veil.writer(folder / "checks.u16") as file:
            for block in self._kept(differs):
                file.write(checks[block].astype("<u2"))
        del checks
        for name, values in given.items():
            source = self._weighed(kinds.get(name, ""), values, differs)
            with RaggedWriter(folder, name, self.veil) as writer:
                for block in self._kept(differs):
                    writer.add(*self._mixed(values, self._stored(name), block, source[block]))
            values.let_go()
        return others

    def _kept(self, differs: NDArray[np.bool_]) -> Iterator[NDArray[np.intp]]:
        """The places of those who are written: the known ones of whom something differs, and all new ones."""
        yield from _blocks(np.flatnonzero(differs))
        for start in range(self._known.size, self._known.size + self.keys.size, _BLOCK):
            yield np.arange(start, min(start + _BLOCK, self._known.size + self.keys.size))

    def _weighed(self, kind: str, values: Ragged, differs: NDArray[np.bool_]) -> NDArray[np.uint32]:
        """By place, the row whose value counts; the known subjects whose value is another now are marked."""
        source = self._sources(values)
        self._weigh(kind, values, source, differs)
        return source

    def _sources(self, values: Ragged) -> NDArray[np.uint32]:
        """By subject, the last row that has a value."""
        source = np.full(self._known.size + self.keys.size, _NO_ROW, np.uint32)
        for start in range(0, len(values), _BLOCK):
            rows = np.arange(start, min(start + _BLOCK, len(values)))
            there = rows[values.lengths(rows) > 0]
            source[self._place[there]] = there
        values.let_go()
        return source

    def _stored(self, name: str) -> LayeredRagged | None:
        if self.index is None:
            return None
        return self.index.sealed if name == "sealed" else self.index.sketches.get(name.removeprefix("sketch-"))

    def _weigh(self, kind: str, values: Ragged, source: NDArray[np.uint32], differs: NDArray[np.bool_]) -> None:
        """Take away the rows whose value does not count, and mark the known subjects whose value is another now.

        A number, which has no kind here, stays what it was once it is there.
        """
        stored = self._stored(f"sketch-{kind}" if kind else "sealed")
        if stored is None:
            return
        for block in _blocks(np.arange(self._known.size)):
            block = block[source[block] != _NO_ROW]  # noqa: PLW2901  # those with a value
            subjects = self._known[block]
            old_lengths, old = stored.take(subjects)
            new_lengths, new = values.take(source[block])
            equal = _equal_rows(old_lengths, old, new_lengths, new)
            keeps = (old_lengths > 0) & (self.precedence.later(kind, subjects) if kind else True)
            if kind:
                for n in np.flatnonzero(
                    (old_lengths > 0) & self.precedence.same(kind, subjects) & ~keeps & ~equal
                ).tolist():
                    keeps[n] = _row(old_lengths, old, n) > _row(new_lengths, new, n)
            source[block[keeps | equal]] = _NO_ROW
            differs[block[~keeps & ~equal]] = True

    def _mixed(
        self, values: Ragged, stored: LayeredRagged | None, places: NDArray[np.intp], source: NDArray[np.uint32]
    ) -> tuple[NDArray[np.int64], NDArray[np.unsignedinteger]]:
        """A field of the subjects at these places: from the list where it counts, else as it was."""
        is_new = source != _NO_ROW
        lengths = np.zeros(places.size, np.int64)
        lengths[is_new], new = values.take(source[is_new])
        is_old = ~is_new & (places < self._known.size)
        if stored is None or not is_old.any():
            return lengths, new
        lengths[is_old], old = stored.take(self._known[places[is_old]])
        starts = np.cumsum(lengths) - lengths
        out = np.empty(int(lengths.sum()), new.dtype)
        out[flat_positions(starts[is_new], lengths[is_new])] = new
        out[flat_positions(starts[is_old], lengths[is_old])] = old
        return lengths, out

    def _checks(self) -> NDArray[np.uint16]:
        """What the list's rows give: one row a subject, the last value of each kind."""
        width = len(checked_kinds())
        given = VeiledArray(self.spill[0] / "checks.u16", np.uint16, self.spill[1])
        table = np.zeros((self._known.size + self.keys.size, width), np.uint16)
        many = given.size // width
        for start in range(0, many, _BLOCK):
            rows = np.arange(start, min(start + _BLOCK, many))
            block = given.between(start * width, (int(rows[-1]) + 1) * width).reshape(-1, width)
            for column in range(width):
                there = block[:, column] != 0
                table[self._place[rows[there]], column] = block[there, column]
        return table

    def _weigh_checks(self, table: NDArray[np.uint16]) -> NDArray[np.bool_]:
        """Set the known subjects' rows to what counts; whether each is different now."""
        if self.index is None or not self._known.size:
            return np.zeros(self._known.size, np.bool_)
        stored, given = self.index.layers.checks(self._known), table[: self._known.size]
        for column, kind in enumerate(checked_kinds()):
            old, new = stored[:, column], given[:, column]
            keeps = (new == 0) | ((old != 0) & self.precedence.later(kind, self._known))
            keeps |= (old > new) & self.precedence.same(kind, self._known)
            new[keeps] = old[keeps]
        differs: NDArray[np.bool_] = (stored != given).any(axis=1)
        return differs


def _blocks(places: NDArray[np.intp]) -> Iterator[NDArray[np.intp]]:
    for start in range(0, places.size, _BLOCK):
        yield places[start : start + _BLOCK]


def _equal_rows(
    one_lengths: NDArray[np.int64],
    one: NDArray[np.unsignedinteger],
    other_lengths: NDArray[np.int64],
    other: NDArray[np.unsignedinteger],
) -> NDArray[np.bool_]:
    """Whether rows of unequal length are the same."""
    equal: NDArray[np.bool_] = one_lengths == other_lengths
    lengths = one_lengths[equal]
    left = one[flat_positions((np.cumsum(one_lengths) - one_lengths)[equal], lengths)]
    right = other[flat_positions((np.cumsum(other_lengths) - other_lengths)[equal], lengths)]
    row = np.repeat(np.arange(lengths.size), lengths)
    wrong = np.bincount(row[left != right], minlength=lengths.size) > 0
    equal[np.flatnonzero(equal)[wrong]] = False
    return equal


def _row(lengths: NDArray[np.int64], values: NDArray[np.unsignedinteger], number: int) -> list[int]:
    start = int(lengths[:number].sum())
    row: list[int] = values[start : start + int(lengths[number])].tolist()
    return row
