"""Builds the next generation of the index: rows come in batches, wait on disk in buckets, and are merged with what was.

Memory is that of one bucket, one batch, and some sixteen bytes for each row and subject. Nothing that readers see
changes until `finish` has everything on disk; a builder that is not finished leaves a ``.part`` folder, and the next
one removes it.
"""

from __future__ import annotations

import os
import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

import numpy as np
from pyroaring import BitMap

from fingerprints.digests import codes, codes_of_columns
from fingerprints.errors import NoIndexError
from fingerprints.generations import new_folder, number_of, remove_old, switch_to, writing_lock
from fingerprints.identifiers import load_kinds
from fingerprints.identifiers.customer_number import learn_patterns
from fingerprints.index import Index
from fingerprints.manifest import ExtractInfo, Manifest, write_manifest
from fingerprints.prints import NUMBER, UNKNOWN, Printer, Prints, checked_kinds, sketched_kinds
from fingerprints.ragged import RaggedWriter
from fingerprints.records import BUCKET_BITS, BUCKETS, ROW_DTYPE, Day
from fingerprints.tables import IntervalTable, RecordWriter, write_filter, write_subjects

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date
    from pathlib import Path
    from types import TracebackType

    from numpy.typing import NDArray

    from fingerprints.keys import Key

EPOCH: Final = 719163
"""``date(1970, 1, 1).toordinal()``: days in the index count from there."""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What a finished build did.

    Attributes:
        generation: The new generation.
        subjects: How many subjects the extract has.
        fingerprints: How many different fingerprints its rows gave.
        total_subjects: How many subjects the index has.
        size_bytes: Of the whole generation.
    """

    generation: int
    subjects: int
    fingerprints: int
    total_subjects: int
    size_bytes: int


class IndexBuilder:
    """The next generation of an index, under way. The caller holds `generations.writing_lock`."""

    def __init__(self, index_dir: Path, key: Key, index: Index | None) -> None:
        self._index_dir = index_dir
        self._key = key
        self._index = index
        self._part = new_folder(index_dir)
        self._spill = self._part / "spill"
        self._spill.mkdir()
        self._open = ExitStack()
        self._buckets = [self._open.enter_context((self._spill / f"{n}.rows").open("wb")) for n in range(BUCKETS)]
        self._sketches = {
            kind: self._open.enter_context(RaggedWriter(self._spill, f"sketch-{kind}")) for kind in sketched_kinds()
        }
        self._sealed = self._open.enter_context(RaggedWriter(self._spill, "sealed"))
        self._checks = self._open.enter_context((self._spill / "checks.u16").open("wb"))
        self._keys: list[NDArray[np.uint64]] = []
        self._known: list[NDArray[np.int64]] = []
        self._numbered: list[NDArray[np.bool_]] = []
        self._rows = 0

    @property
    def generation(self) -> int:
        """The number that the generation will have."""
        return number_of(self._part)

    def add(self, prints: Prints) -> None:
        """Take the fingerprints of some rows."""
        size = prints.subject_keys.size
        self._keys.append(prints.subject_keys)
        self._known.append(prints.known)
        self._numbered.append(prints.numbered)
        self._add_records(prints, size)
        for kind, writer in self._sketches.items():
            nothing = (np.zeros(size, np.uint32), np.empty(0, np.uint16))
            writer.add(*prints.sketches.get(kind, nothing))
        self._sealed.add(*prints.sealed)
        self._checks.write(prints.checks.astype("<u2").tobytes())
        self._rows += size

    def finish(
        self, extract: ExtractInfo, number_patterns: tuple[str, ...], advance: Callable[[float], None] = lambda _: None
    ) -> Enrolled:
        """Merge, write, make safe, and switch to the new generation.

        Args:
            extract: What was enrolled; its size is filled in here.
            number_patterns: How the extract's customer numbers look.
            advance: Told the share of the work that is done, 0 to 1.
        """
        self._open.close()
        subject_of_row, keys = self._number_subjects()
        seen = np.zeros(keys.size, np.uint16)
        if self._index is not None:
            seen[: self._index.subjects] = self._index.seen
        touched = np.zeros(keys.size, np.bool_)
        touched[subject_of_row] = True
        day = Day(extract.as_of, codes_of_columns(extract.columns), touched, seen)
        writer = self._merge_buckets(subject_of_row, day, advance)
        late = seen[subject_of_row] > extract.as_of
        write_subjects(self._part, self._spill, self._index, keys, subject_of_row, late)
        np.where(touched, np.maximum(seen, extract.as_of), seen).astype("<u2").tofile(self._part / "seen.u16")
        advance(0.85)
        filtered = write_filter(self._part)
        size = int(touched.sum())
        extracts = self._write_members(extract, subject_of_row, size)
        shutil.rmtree(self._spill)
        manifest = self._manifest(writer, keys.size, filtered, extracts, number_patterns)
        advance(0.95)
        folder = switch_to(self._part)
        remove_old(self._index_dir)
        advance(1.0)
        size_bytes = sum(info.size_bytes for info in manifest.files.values())
        return Enrolled(number_of(folder), size, writer.enrolled, int(keys.size), size_bytes)

    def abandon(self) -> None:
        """Throw away what was built; the index stays as it is."""
        self._open.close()
        shutil.rmtree(self._part, ignore_errors=True)

    def _add_records(self, prints: Prints, size: int) -> None:
        rows = np.arange(self._rows, self._rows + size, dtype=np.uint32)
        columns = [*prints.digests.values(), *prints.more]
        digests = np.concatenate(columns)
        row = np.tile(rows, len(columns))
        there = digests != 0
        digests, row = digests[there], row[there]
        bucket = (digests >> np.uint64(64 - BUCKET_BITS)).astype(np.uint8)
        order = np.argsort(bucket, kind="stable")
        packed = np.empty(digests.size, ROW_DTYPE)
        packed["digest"], packed["row"] = digests[order], row[order]
        bounds = np.searchsorted(bucket[order], np.arange(BUCKETS + 1))
        for number in range(BUCKETS):
            self._buckets[number].write(packed[bounds[number] : bounds[number + 1]].tobytes())

    def _number_subjects(self) -> tuple[NDArray[np.uint32], NDArray[np.uint64]]:
        """The subject of each row, new ones numbered as they appear, and the key of every subject."""
        keys = np.concatenate(self._keys) if self._keys else np.empty(0, np.uint64)
        known = np.concatenate(self._known) if self._known else np.empty(0, np.int64)
        before = self._index.subjects if self._index is not None else 0
        new_rows = np.flatnonzero(known == UNKNOWN)
        unique, first, inverse = np.unique(keys[new_rows], return_index=True, return_inverse=True)
        rank = np.empty(unique.size, np.int64)
        rank[np.argsort(first)] = np.arange(unique.size)
        known[new_rows] = before + rank[inverse]
        all_keys = np.empty(before + unique.size, np.uint64)
        if self._index is not None:
            all_keys[:before] = self._index.subject_keys
        all_keys[before + rank] = unique
        self._keys.clear()
        self._known.clear()
        return known.astype(np.uint32), all_keys

    def _merge_buckets(
        self, subject_of_row: NDArray[np.uint32], day: Day, advance: Callable[[float], None]
    ) -> RecordWriter:
        intervals = IntervalTable(self._index.manifest.intervals if self._index is not None else ())
        with RecordWriter(self._part, self._index, intervals) as writer:
            for number in range(BUCKETS):
                path = self._spill / f"{number}.rows"
                packed = np.fromfile(path, ROW_DTYPE)
                path.unlink()
                writer.add_bucket(number, packed["digest"].astype(np.uint64), subject_of_row[packed["row"]], day)
                advance(0.6 * (number + 1) / BUCKETS)
        return writer

    def _write_members(
        self, extract: ExtractInfo, subject_of_row: NDArray[np.uint32], size: int
    ) -> tuple[ExtractInfo, ...]:
        others = list(enumerate(self._index.extracts)) if self._index is not None else []
        kept = [(number, info) for number, info in others if info.name != extract.name]
        for place, (number, _info) in enumerate(kept):
            if self._index is not None:
                os.link(self._index.folder / f"members-{number}.roaring", self._part / f"members-{place}.roaring")
        bitmap = BitMap(np.unique(subject_of_row))
        bitmap.run_optimize()
        (self._part / f"members-{len(kept)}.roaring").write_bytes(bitmap.serialize())
        mine = ExtractInfo(extract.name, extract.columns, size, extract.as_of, self._rows, extract.sha256)
        return (*(info for _number, info in kept), mine)

    def _manifest(
        self,
        writer: RecordWriter,
        subjects: int,
        filtered: int,
        extracts: tuple[ExtractInfo, ...],
        number_patterns: tuple[str, ...],
    ) -> Manifest:
        before = self._index.number_patterns if self._index is not None else ()
        manifest = Manifest(
            generation=number_of(self._part),
            key_id=self._key.id,
            subjects=subjects,
            unnumbered=writer.unnumbered,
            records=writer.records,
            filtered=filtered,
            intervals=writer.intervals.pairs,
            codes=codes(),
            sketches=sketched_kinds(),
            checks=checked_kinds(),
            number_patterns=tuple(dict.fromkeys((*before, *number_patterns))),
            extracts=extracts,
        )
        return write_manifest(self._part, manifest)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._part.exists():
            self.abandon()


def day_number(day: date) -> int:
    """Days from 1970-01-01."""
    return day.toordinal() - EPOCH


def open_for_writing(index_dir: Path, key: Key) -> Index | None:
    """The index as it is before an enrolment; None when there is none yet."""
    try:
        return Index.open(index_dir, key)
    except NoIndexError:
        return None


def build_index(
    index_dir: Path, key: Key, extract: str, columns: Mapping[str, Sequence[str]], *, as_of: date
) -> Enrolled:
    """Enrol a handful of rows straight from memory, as tests and drills do.

    Args:
        index_dir: Where the index is or will be.
        key: The master key.
        extract: The extract's name.
        columns: Values as written, by kind; an empty one is none.
        as_of: The day they were current.
    """
    kinds = load_kinds()
    values = {kind: [kinds[kind].canonical(text) for text in texts] for kind, texts in columns.items()}
    patterns = learn_patterns([number for number in values.get(NUMBER, ()) if number])
    with writing_lock(index_dir):
        index = open_for_writing(index_dir, key)
        with IndexBuilder(index_dir, key, index) as builder:
            builder.add(Printer(key, index).print_rows(values))
            info = ExtractInfo(extract, tuple(columns), 0, day_number(as_of), 0, "")
            return builder.finish(info, patterns)
