"""Forgetting customers: all segments are merged into one without anything of theirs, and every older one is removed.

A subject's number (u32) stays taken, so that those of others do not move; behind it there is nothing left: no key, no
fingerprint, pair, sketch, check or sealed number, and no extract has it. Who comes back later is a new subject.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from pyroaring import BitMap

from fingerprints.generations import current_folder, new_folder, number_of, switch_to
from fingerprints.manifest import ExtractInfo, write_manifest
from fingerprints.merging import merge_segments

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from fingerprints.index import Index


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
    merged = merge_segments(part / f"s{number_of(part):06d}", index.segments, gone)
    manifest = replace(
        index.manifest,
        generation=number_of(part),
        content=number_of(part),
        segments=(merged,),
        enrolments=tuple(_copy_members(part, index, gone)),
        files={},
    )
    write_manifest(part, manifest)
    folder = switch_to(part)
    before = sum(segment.info.records - segment.again.size for segment in index.segments)
    return Forgotten(int(gone.sum()), before - merged.records, number_of(folder))


def _copy_members(part: Path, index: Index, gone: NDArray[np.bool_]) -> Iterator[ExtractInfo]:
    without = BitMap(np.flatnonzero(gone).astype(np.uint32))
    for info in index.enrolments:
        members = index.members_of(info) - without
        members.run_optimize()
        (part / info.members).write_bytes(members.serialize())
        yield replace(info, size=len(members))
