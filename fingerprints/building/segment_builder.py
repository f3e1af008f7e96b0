"""Builds the segment of one enrolment out of the rows that wait for it."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from pyroaring import BitMap

from fingerprints.building.days import enrolled_after
from fingerprints.building.fields import FieldWriter, Precedence
from fingerprints.building.tables import RecordWriter, write_filter, write_rows
from fingerprints.index.manifest import SegmentInfo
from fingerprints.index.records import BUCKETS, CURRENT_DAY, Records, changes, newest, part_of
from fingerprints.index.veiled import VeiledArray
from fingerprints.secrets.digests import SUBJECT_CODE, code_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from fingerprints.building.days import Day
    from fingerprints.building.spill import Spill
    from fingerprints.index.generation import Index
    from fingerprints.secrets.veil import Veil


@dataclass(frozen=True, slots=True)
class WrittenSegment:
    """What was written.

    Attributes:
        info: The segment; None when nothing in the index is different.
        given: How many different fingerprints the list has, those that are in the index already among them.
        changed: How many subjects are new or not as they were.
        subjects: How many subjects there are now.
    """

    info: SegmentInfo | None
    given: int
    changed: int
    subjects: int


class SegmentBuilder:
    """The segment of an enrolment, under way."""

    def __init__(self, folder: Path, index: Index | None, spill: Spill, veil: Veil) -> None:
        folder.mkdir(mode=0o700)
        self.folder = folder
        self._veil = veil
        self._index = index
        self._spill = spill
        self._first = index.subjects if index is not None else 0

    def write(
        self,
        subject_of_row: NDArray[np.uint32],
        new_keys: NDArray[np.uint64],
        day: Day,
        advance: Callable[[float], None],
    ) -> WrittenSegment:
        """Write all files of the segment.

        Args:
            subject_of_row: Whose each waiting row is.
            new_keys: The stable keys of the new subjects.
            day: The list's day.
            advance: Told the share of the work that is done, 0 to 1.
        """
        subjects = self._first + new_keys.size
        changed = np.zeros(subjects, np.bool_)
        changed[self._first :] = True
        precedence = Precedence(self._first, day)
        given = 0
        with RecordWriter(self.folder, self._veil) as writer:
            wanted, unchanged = self._mask(subject_of_row), self._mask(self._spill.unchanged)
            bounds = [segment.bounds() for segment in self._index.segments] if self._index is not None else []
            old, parts = newest(()), self._spill.parts_of_bucket
            for place, (digest, subject) in enumerate(self._spill.parts(subject_of_row)):
                number, part = divmod(place, parts)
                if part == 0:
                    given += self._count_current(number, bounds, unchanged & ~wanted, day)
                    old = self._old(number, bounds, wanted)
                given += int(digest.size)
                found = changes(part_of(old, place, BUCKETS * parts), digest, subject, day)
                writer.add(found.records)
                changed[found.records.subject] = True
                precedence.note(found.unseen)
                advance(0.6 * (place + 1) / (BUCKETS * parts))
            table = writer.close()
        waiting = (self._spill.folder, self._spill.veil)
        fields = FieldWriter(waiting, self._veil, self._index, self._first, new_keys, subject_of_row, precedence)
        with ThreadPoolExecutor(1) as beside:
            filtering = beside.submit(write_filter, self.folder)
            changed[fields.write(self.folder)] = True
            advance(0.8)
            filtered = filtering.result()
        self._write_rows(subject_of_row, subjects, day, precedence)
        older = BitMap(np.flatnonzero(changed[: self._first]).astype(np.uint32))
        older.run_optimize()
        self._veil.write(self.folder / "changed.roaring", older.serialize())
        if self._index is not None and self._is_empty(table.records, new_keys.size):
            shutil.rmtree(self.folder)
            return WrittenSegment(None, given, 0, subjects)
        advance(1.0)
        info = SegmentInfo(
            self.folder.name, self._first, int(new_keys.size), table.records, table.unnumbered, filtered,
            table.intervals,
        )  # fmt: skip
        return WrittenSegment(info, given, int(changed.sum()), subjects)

    def _is_empty(self, records: int, new: int) -> bool:
        """Whether the list said nothing that is not known."""
        others = VeiledArray(self.folder / "others.u32", np.uint32, self._veil)
        return not (records or new or others.size or (self.folder / "rows.u64").stat().st_size)

    def _mask(self, subjects: NDArray[np.uint32]) -> NDArray[np.bool_]:
        """By known subject, whether it is one of these."""
        mask = np.zeros(self._first, np.bool_)
        mask[subjects[subjects < self._first]] = True
        return mask

    def _count_current(
        self, number: int, bounds: list[NDArray[np.intp]], unchanged: NDArray[np.bool_], day: Day
    ) -> int:
        """How many fingerprints of a bucket the unchanged subjects have in the list."""
        found = self._old(number, bounds, unchanged)
        code = code_of(found.digest)
        return int(((found.until == CURRENT_DAY) & (day.codes[code] | (code == SUBJECT_CODE))).sum())

    def _old(self, number: int, bounds: list[NDArray[np.intp]], wanted: NDArray[np.bool_]) -> Records:
        """What is known of them in a bucket, as the segments say it together."""
        if self._index is None or not wanted.any():
            return newest(())
        return newest(
            [segment.bucket(number, mine, wanted) for segment, mine in zip(self._index.segments, bounds, strict=True)]
        )

    def _write_rows(self, subject_of_row: NDArray[np.uint32], subjects: int, day: Day, precedence: Precedence) -> None:
        """Keep the digests of rows that say all that is current of their subject in their columns."""
        last = np.empty(subjects, np.uint32)
        last[subject_of_row] = rows = np.arange(subject_of_row.size, dtype=np.uint32)
        again = np.zeros(subjects, np.bool_)
        again[subject_of_row[last[subject_of_row] != rows]] = again[self._spill.unchanged] = True
        del last, rows
        whole = ~again[subject_of_row]
        known = np.flatnonzero(subject_of_row < self._first)
        if day.is_shared:
            whole[known] &= ~precedence.any_same(subject_of_row[known])
        if day.is_late:
            late = np.array(enrolled_after(self._index, day.as_of), np.uint32)
            whole[known] &= ~np.isin(subject_of_row[known], late)
        kept = ((digest[whole[row]], subject_of_row[row[whole[row]]]) for digest, row in self._spill.row_digests())
        write_rows(self.folder, kept, self._veil)
