"""Builds the next generation of the index: what an enrolment adds and changes becomes one more segment.

Rows come in batches and wait on disk (`fingerprints.building.spill`); those that the index has as they are were left
out before. Then each bucket is set against what is known of the subjects whose rows may have changed. What older
segments say is not written again: their files are linked into the new generation. Nothing that readers see changes
until `finish` has everything on disk; a builder that is not finished leaves a ``.part`` folder, and the next one
removes it.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

import numpy as np
from pyroaring import BitMap

from core.clock import day_number
from fingerprints.building.days import Day
from fingerprints.building.prints import Printer, Prints, checked_kinds, sketched_kinds
from fingerprints.building.rotation import adopt
from fingerprints.building.segment_builder import SegmentBuilder, WrittenSegment
from fingerprints.building.spill import Spill
from fingerprints.errors import NoIndexError
from fingerprints.identifiers import load_kinds
from fingerprints.identifiers.customer_number import NUMBER_KIND, learn_patterns
from fingerprints.index.files import link_files
from fingerprints.index.folder import new_folder, number_of, remove_old, switch_to, writing_lock
from fingerprints.index.generation import Index
from fingerprints.index.manifest import ExtractInfo, Manifest, write_manifest
from fingerprints.secrets.digests import codes
from fingerprints.secrets.veil import Veil, new_secret

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date
    from pathlib import Path
    from types import TracebackType

    from fingerprints.secrets.keys import Key


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What a finished build did.

    Attributes:
        generation: The new generation.
        subjects: How many subjects the extract has.
        fingerprints: How many different fingerprints the extract has.
        unchanged: How many rows the index had as they are.
        changed: How many subjects are new or not as they were.
        total_subjects: How many subjects the index has.
        size_bytes: Of the whole generation.
        written_bytes: Of what was written for it.
    """

    generation: int
    subjects: int
    fingerprints: int
    unchanged: int
    changed: int
    total_subjects: int
    size_bytes: int
    written_bytes: int


class IndexBuilder:
    """The next generation of an index, under way. The caller holds `generations.writing_lock`."""

    def __init__(self, index_dir: Path, key: Key, index: Index | None) -> None:
        self._index_dir = index_dir
        self._key = key
        self._index = index
        self._part = new_folder(index_dir)
        self._veil = Veil(new_secret()) if index is None else index.veil
        self._spill = Spill(self._part / "spill")

    @property
    def generation(self) -> int:
        """The number that the generation will have."""
        return number_of(self._part)

    def add(self, prints: Prints) -> None:
        """Take the fingerprints of some rows."""
        self._spill.add(prints)

    def finish(
        self, extract: ExtractInfo, number_patterns: tuple[str, ...], advance: Callable[[float], None] = lambda _: None
    ) -> Enrolled:
        """Compare, write, make safe, and switch to the new generation.

        Args:
            extract: What was enrolled; its size is filled in here.
            number_patterns: How the extract's customer numbers look.
            advance: Told the share of the work that is done, 0 to 1.
        """
        self._spill.close()
        before = self._index.subjects if self._index is not None else 0
        subject_of_row, new_keys = self._spill.number_subjects(before)
        unchanged = self._spill.unchanged
        listed = np.zeros(before + new_keys.size, np.bool_)
        listed[subject_of_row] = listed[unchanged] = True
        members = BitMap(np.flatnonzero(listed).astype(np.uint32))
        del listed
        members.run_optimize()
        segment = SegmentBuilder(self._part / f"s{self.generation:06d}", self._index, self._spill, self._veil)
        day = Day(extract.as_of, extract.columns, self._index, BitMap(unchanged))
        written = segment.write(subject_of_row, new_keys, day, lambda share: advance(0.9 * share))
        shutil.rmtree(self._spill.folder)
        mine = replace(extract, size=len(members), rows=extract.rows or self._spill.rows + unchanged.size)
        manifest = self._write_manifest(written, mine, members, number_patterns)
        advance(0.95)
        folder = switch_to(self._part)
        remove_old(self._index_dir)
        advance(1.0)
        own = (info.size_bytes for name, info in manifest.files.items() if name.startswith(f"{segment.folder.name}/"))
        return Enrolled(
            generation=number_of(folder),
            subjects=len(members),
            fingerprints=written.given,
            unchanged=int(unchanged.size),
            changed=written.changed,
            total_subjects=manifest.subjects,
            size_bytes=sum(info.size_bytes for info in manifest.files.values()),
            written_bytes=sum(own) + manifest.files[manifest.enrolments[-1].members].size_bytes,
        )

    def abandon(self) -> None:
        """Throw away what was built; the index stays as it is."""
        with suppress(OSError):  # on a full disk what still waits cannot be written; it is not wanted any more
            self._spill.close()
        shutil.rmtree(self._part, ignore_errors=True)

    def _write_manifest(
        self, written: WrittenSegment, extract: ExtractInfo, members: BitMap, number_patterns: tuple[str, ...]
    ) -> Manifest:
        before = self._index.manifest if self._index is not None else None
        if before is not None and self._index is not None:
            link_files(self._index.folder, self._part)
        else:
            self._veil.seal(self._part, self._key)
        others = [one for one in before.enrolments if not self._is_repeated(one, extract, members)] if before else []
        name = f"members-{self.generation:06d}.roaring"
        self._veil.write(self._part / name, members.serialize())
        for gone in set(before.enrolments if before else ()) - set(others):
            (self._part / gone.members).unlink()
        segments = (*(before.segments if before else ()), *([written.info] if written.info else ()))
        manifest = Manifest(
            generation=self.generation,
            content=self.generation,
            key_id=self._key.id,
            subjects=written.subjects,
            codes=codes(),
            sketches=sketched_kinds(),
            checks=checked_kinds(),
            number_patterns=tuple(dict.fromkeys((*(before.number_patterns if before else ()), *number_patterns))),
            segments=segments,
            enrolments=(*others, replace(extract, generation=self.generation, members=name)),
        )
        return write_manifest(self._part, manifest, self._veil, before)

    def _is_repeated(self, known: ExtractInfo, extract: ExtractInfo, members: BitMap) -> bool:
        """Whether an enrolment says nothing that the new one does not say as well: another run over the same list."""
        same = (known.name, known.as_of) == (extract.name, extract.as_of)
        same = same and (known.pending or set(known.columns) == set(extract.columns))
        if not same or self._index is None:
            return False
        return known.pending or self._index.members_of(known) == members

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._part.exists():
            self.abandon()


def open_for_writing(index_dir: Path, key: Key) -> Index | None:
    """The index as it is before an enrolment; None when there is none yet. One under a new key is moved into place."""
    adopt(index_dir, key)
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
    patterns = learn_patterns([number for number in values.get(NUMBER_KIND, ()) if number])
    with writing_lock(index_dir):
        index = open_for_writing(index_dir, key)
        with IndexBuilder(index_dir, key, index) as builder:
            builder.add(Printer(key, index, day_number(as_of)).print_rows(values))
            info = ExtractInfo(extract, tuple(columns), 0, day_number(as_of), 0, "")
            return builder.finish(info, patterns)
