"""Writes the tables of a generation: fingerprints bucket by bucket, and what is kept of each subject block by block."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Final, Self

import numpy as np

from fingerprints.bloom import write_bloom
from fingerprints.digests import SUBJECT_CODE, code_of, posted_codes
from fingerprints.errors import FingerprintError
from fingerprints.files import map_array
from fingerprints.prints import checked_kinds, sketched_kinds
from fingerprints.ragged import Ragged, RaggedWriter, flat_positions
from fingerprints.records import Day, Records, bucket_bounds, merge, sort_unique

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

    from numpy.typing import NDArray

    from fingerprints.index import Index

MAX_INTERVALS: Final = 65536
_BLOCK: Final = 1 << 17
_CHUNK: Final = 1 << 20
_NO_ROW: Final = 0xFFFFFFFF


class IntervalTable:
    """Numbers for the pairs of since and until that occur, so that a fingerprint holds two bytes instead of four."""

    def __init__(self, pairs: tuple[tuple[int, int], ...]) -> None:
        self._ids = {since << 16 | until: number for number, (since, until) in enumerate(pairs)}

    @property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """All intervals, by number."""
        return tuple((both >> 16, both & 0xFFFF) for both in self._ids)

    def number(self, since: NDArray[np.uint16], until: NDArray[np.uint16]) -> NDArray[np.uint16]:
        """The number of each interval; new ones are added.

        Raises:
            FingerprintError: More intervals than two bytes can number.
        """
        both, inverse = np.unique(since.astype(np.uint32) << np.uint32(16) | until, return_inverse=True)
        ids = [self._ids.setdefault(value, len(self._ids)) for value in both.tolist()]
        if len(self._ids) > MAX_INTERVALS:
            raise FingerprintError(f"{len(self._ids)} different intervals, the index can number {MAX_INTERVALS}")
        return np.array(ids, np.uint16)[inverse]


class RecordWriter:
    """Writes the sorted fingerprints, one bucket after the other.

    Attributes:
        records: How many were written.
        enrolled: How many different ones this enrolment gave.
        unnumbered: How many subjects have no customer number.
    """

    def __init__(self, folder: Path, index: Index | None, intervals: IntervalTable) -> None:
        self.intervals = intervals
        self.records = 0
        self.enrolled = 0
        self.unnumbered = 0
        self._index = index
        self._bounds = bucket_bounds(index.digests) if index is not None else None
        self._open = ExitStack()
        self._digests, self._holders, self._numbers = (
            self._open.enter_context((folder / name).open("wb"))
            for name in ("digests.u64", "holders.u32", "intervals.u16")
        )

    def add_bucket(self, number: int, digest: NDArray[np.uint64], subject: NDArray[np.uint32], day: Day) -> None:
        """Merge the enrolment's fingerprints of one bucket with the old ones and write them."""
        digest, subject = sort_unique(digest, subject)
        self.enrolled += int(digest.size)
        merged = merge(self._old(number), digest, subject, day)
        self.records += int(merged.digest.size)
        self.unnumbered += int((code_of(merged.digest) == SUBJECT_CODE).sum())
        self._digests.write(merged.digest.astype("<u8").data)
        self._holders.write(merged.subject.astype("<u4").data)
        self._numbers.write(self.intervals.number(merged.since, merged.until).astype("<u2").data)

    def _old(self, number: int) -> Records:
        if self._index is None or self._bounds is None:
            none = np.empty(0, np.uint16)
            return Records(np.empty(0, np.uint64), np.empty(0, np.uint32), none, none)
        part = slice(int(self._bounds[number]), int(self._bounds[number + 1]))
        table = np.array(self._index.manifest.intervals, np.uint16).reshape(-1, 2)
        ids = self._index.interval_ids[part]
        return Records(self._index.digests[part], self._index.holders[part], table[ids, 0], table[ids, 1])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()


def write_subjects(
    folder: Path,
    spill: Path,
    index: Index | None,
    keys: NDArray[np.uint64],
    subject_of_row: NDArray[np.uint32],
    late: NDArray[np.bool_],
) -> None:
    """Write what is kept of each subject: key, sketches, checks, sealed number; a new value takes the place of an old.

    Args:
        folder: Where to.
        spill: Where the enrolment's rows wait.
        index: The generation before.
        keys: The stable key of every subject.
        subject_of_row: Whose each row is.
        late: By row, whether the subject was seen on a later day already: then an old value stays.
    """
    keys.astype("<u8").tofile(folder / "subjects.u64")
    for kind in sketched_kinds():
        old = index.sketches.get(kind) if index is not None else None
        _merge_ragged(
            folder, Ragged(spill, f"sketch-{kind}", np.uint16), old, f"sketch-{kind}", keys.size, subject_of_row, late
        )
    old_sealed = index.sealed if index is not None else None
    _merge_ragged(folder, Ragged(spill, "sealed", np.uint8), old_sealed, "sealed", keys.size, subject_of_row, late)
    _merge_checks(folder, spill, index, keys.size, subject_of_row, late)


def _merge_ragged(
    folder: Path,
    new: Ragged,
    old: Ragged | None,
    name: str,
    size: int,
    subject_of_row: NDArray[np.uint32],
    late: NDArray[np.bool_],
) -> None:
    source = np.full(size, _NO_ROW, np.uint32)
    for start in range(0, len(new), _BLOCK):
        rows = np.arange(start, min(start + _BLOCK, len(new)))
        rows = rows[new.lengths(rows) > 0]
        known = np.flatnonzero(late[rows] & (subject_of_row[rows] < (len(old) if old else 0)))
        if old is not None and known.size:
            kept = known[old.lengths(subject_of_row[rows[known]]) > 0]
            rows = np.delete(rows, kept)
        source[subject_of_row[rows]] = rows
    with RaggedWriter(folder, name) as writer:
        for start in range(0, size, _BLOCK):
            writer.add(*_block(new, old, np.arange(start, min(start + _BLOCK, size)), source[start : start + _BLOCK]))


def _block(
    new: Ragged, old: Ragged | None, subjects: NDArray[np.int64], source: NDArray[np.uint32]
) -> tuple[NDArray[np.int64], NDArray[np.unsignedinteger]]:
    is_new = source != _NO_ROW
    if is_new.all() or old is None:
        lengths = np.zeros(subjects.size, np.int64)
        lengths[is_new], values = new.take(source[is_new])
        return lengths, values
    is_old = ~is_new & (subjects < len(old))
    lengths = np.zeros(subjects.size, np.int64)
    lengths[is_new], new_values = new.take(source[is_new])
    lengths[is_old], old_values = old.take(subjects[is_old])
    starts = np.cumsum(lengths) - lengths
    values = np.empty(int(lengths.sum()), new_values.dtype)
    values[flat_positions(starts[is_new], lengths[is_new])] = new_values
    values[flat_positions(starts[is_old], lengths[is_old])] = old_values
    return lengths, values


def _merge_checks(
    folder: Path,
    spill: Path,
    index: Index | None,
    size: int,
    subject_of_row: NDArray[np.uint32],
    late: NDArray[np.bool_],
) -> None:
    width = len(checked_kinds())
    table = np.zeros((size, width), np.uint16)
    if index is not None:
        table[: index.subjects] = index.checks
    rows = map_array(spill / "checks.u16", np.uint16).reshape(-1, width)
    for start in range(0, len(rows), _BLOCK):
        part = slice(start, start + _BLOCK)
        subjects = subject_of_row[part]
        for column in range(width):
            given = rows[part, column]
            taken = (given != 0) & ~(late[part] & (table[subjects, column] != 0))
            table[subjects[taken], column] = given[taken]
    table.astype("<u2").tofile(folder / "checks.u16")


def write_filter(folder: Path) -> int:
    """Write the filter in front of a folder's fingerprints, those that are posted; how many it was made for."""
    digests = map_array(folder / "digests.u64", np.uint64)
    posted = posted_codes()

    def batches() -> Iterator[NDArray[np.uint64]]:
        for start in range(0, digests.size, _CHUNK):
            part = digests[start : start + _CHUNK]
            yield part[posted[code_of(part)]]

    filtered = sum(batch.size for batch in batches())
    write_bloom(folder / "bloom.bin", filtered, batches())
    return filtered
