"""Forgetting customers: the next generation is written without anything of theirs, and every older one is removed.

A subject's number (u32) stays taken, so that those of others do not move; behind it there is nothing left: no key, no
fingerprint, pair, sketch, check or sealed number, and no extract has it. Who comes back later is a new subject.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from pyroaring import BitMap

from fingerprints.digests import SUBJECT_CODE, code_of
from fingerprints.generations import current_folder, new_folder, number_of, switch_to
from fingerprints.manifest import ExtractInfo, write_manifest
from fingerprints.ragged import RaggedWriter
from fingerprints.records import bucket_bounds
from fingerprints.tables import write_filter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from fingerprints.index import Index
    from fingerprints.ragged import Ragged

_BLOCK: Final = 1 << 17


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was done: how many subjects and fingerprints went, and the generation without them."""

    subjects: int
    fingerprints: int
    generation: int


def forget_subjects(index_dir: Path, index: Index, subjects: BitMap) -> Forgotten:
    """Write the index anew without the subjects, then remove everything older. Needs the writing lock.

    Asked again, also after being killed half-way, it finishes what is left: with nobody to forget only older
    generations go.
    """
    done = Forgotten(0, 0, index.generation)
    if subjects:
        gone = np.zeros(index.subjects, np.bool_)
        gone[np.array(subjects, np.uint32)] = True
        done = _rewrite(new_folder(index_dir), index, gone)
    current = current_folder(index_dir)
    for folder in index_dir.glob("g*"):
        if folder != current:
            shutil.rmtree(folder)
    return done


def _rewrite(part: Path, index: Index, gone: NDArray[np.bool_]) -> Forgotten:
    records, unnumbered = _copy_records(part, index, gone)
    np.where(gone, np.uint64(0), index.subject_keys).astype("<u8").tofile(part / "subjects.u64")
    np.where(gone, np.uint16(0), index.seen).astype("<u2").tofile(part / "seen.u16")
    np.where(gone[:, None], np.uint16(0), index.checks).astype("<u2").tofile(part / "checks.u16")
    for kind, sketches in index.sketches.items():
        _copy_ragged(part, f"sketch-{kind}", sketches, gone)
    _copy_ragged(part, "sealed", index.sealed, gone)
    filtered = write_filter(part)
    manifest = replace(
        index.manifest,
        generation=number_of(part),
        unnumbered=unnumbered,
        records=records,
        filtered=filtered,
        extracts=tuple(_copy_members(part, index, gone)),
        files={},
    )
    write_manifest(part, manifest)
    folder = switch_to(part)
    return Forgotten(int(gone.sum()), int(index.digests.size) - records, number_of(folder))


def _copy_records(part: Path, index: Index, gone: NDArray[np.bool_]) -> tuple[int, int]:
    """The fingerprints of everybody else, bucket by bucket; how many there are, and how many have no number."""
    bounds = bucket_bounds(index.digests)
    records = unnumbered = 0
    with (
        (part / "digests.u64").open("wb") as digests,
        (part / "holders.u32").open("wb") as holders,
        (part / "intervals.u16").open("wb") as intervals,
    ):
        for start, end in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
            kept = ~gone[index.holders[start:end]]
            digest = index.digests[start:end][kept]
            digests.write(digest.astype("<u8").tobytes())
            holders.write(index.holders[start:end][kept].astype("<u4").tobytes())
            intervals.write(index.interval_ids[start:end][kept].astype("<u2").tobytes())
            records += int(digest.size)
            unnumbered += int((code_of(digest) == SUBJECT_CODE).sum())
    return records, unnumbered


def _copy_ragged(part: Path, name: str, old: Ragged, gone: NDArray[np.bool_]) -> None:
    with RaggedWriter(part, name) as writer:
        for start in range(0, gone.size, _BLOCK):
            block = np.arange(start, min(start + _BLOCK, gone.size))
            kept = ~gone[block]
            lengths = np.zeros(block.size, np.int64)
            lengths[kept], values = old.take(block[kept])
            writer.add(lengths, values)


def _copy_members(part: Path, index: Index, gone: NDArray[np.bool_]) -> Iterator[ExtractInfo]:
    without = BitMap(np.flatnonzero(gone).astype(np.uint32))
    for number, info in enumerate(index.extracts):
        members = index.members(info.name) - without
        members.run_optimize()
        (part / f"members-{number}.roaring").write_bytes(members.serialize())
        yield replace(info, size=len(members))
