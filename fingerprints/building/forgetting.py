"""Forgetting customers: all segments are merged into one without anything of theirs, and every older one is removed.

A subject's number (u32) stays taken, so that those of others do not move; behind it there is nothing left: no key, no
fingerprint, pair, sketch, check or sealed number, and no extract has it. Who comes back later is a new subject.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from fingerprints.building.merging import merge_segments
from fingerprints.building.rotation import write_former
from fingerprints.identifiers.customer_number import NUMBER_KIND
from fingerprints.index.folder import current_folder, new_folder, next_dir, number_of, switch_to
from fingerprints.index.manifest import ExtractInfo, write_manifest
from fingerprints.secrets.veil import keep_veil

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pyroaring import BitMap

    from fingerprints.index.generation import Index


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
        done = _rewrite(new_folder(index_dir), index, subjects)
    _remove_others(index_dir)
    following = current_folder(next_dir(index_dir)) if next_dir(index_dir).is_dir() else None
    if following is not None:  # a key is being changed: everybody has the same number in the index under the new one
        if subjects:
            _rewrite(new_folder(next_dir(index_dir)), index.sibling(following), subjects)
        _remove_others(next_dir(index_dir))
    return done


def _remove_others(index_dir: Path) -> None:
    current = current_folder(index_dir)
    for folder in index_dir.glob("g*"):
        if folder != current:
            shutil.rmtree(folder)


def _rewrite(part: Path, index: Index, subjects: BitMap) -> Forgotten:
    gone = np.zeros(index.subjects, np.bool_)
    gone[np.array(subjects, np.uint32)] = True
    if index.former.size:
        theirs = index.carried(NUMBER_KIND, subjects)[1]
        kept = ~np.isin(index.former_now, theirs)
        write_former(part, index.former[kept], index.former_now[kept])
    merged = merge_segments(part / f"s{number_of(part):06d}", index.segments, index.veil, gone)
    keep_veil(index.folder, part)
    manifest = replace(
        index.manifest,
        generation=number_of(part),
        content=number_of(part),
        segments=(merged,),
        enrolments=tuple(_copy_members(part, index, subjects)),
        files={},
    )
    write_manifest(part, manifest, index.veil)
    folder = switch_to(part)
    before = sum(segment.info.records - segment.again.size for segment in index.segments)
    return Forgotten(int(gone.sum()), before - merged.records, number_of(folder))


def _copy_members(part: Path, index: Index, gone: BitMap) -> Iterator[ExtractInfo]:
    for info in index.enrolments:
        members = index.members_of(info) - gone
        members.run_optimize()
        index.veil.write(part / info.members, members.serialize())
        yield replace(info, size=len(members))
