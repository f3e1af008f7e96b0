"""Changing the master key: the next index grows beside the old one under the new key, then both are switched.

Digests cannot be made anew without the values, so every extract is enrolled again from its file. What can be carried
over is: customer numbers are unsealed under the old key and sealed under the new one, and with them everybody keeps
his number in the index, so that incidents and memberships stay right. Until its file comes an enrolment is *pending*:
who is in it is known, what they carry is not. The digests of customer numbers under the old key stay in the index
beside the new ones (``former``), because access records hold them and are never rewritten.

The next index lies in ``next/`` inside the index folder. It is found by its key: whoever comes with the new key opens
it as soon as it is marked as ready, and the first writer moves it to the index's own place.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
from pyroaring import BitMap

from core.files import write_safely
from fingerprints.building.prints import checked_kinds, key_of_numbers, sketched_kinds
from fingerprints.building.tables import RecordWriter, write_filter, write_rows
from fingerprints.identifiers.customer_number import NUMBER_KIND
from fingerprints.index.canaries import read_canaries, write_canaries
from fingerprints.index.files import link_files
from fingerprints.index.folder import (
    READY_FILE,
    current_folder,
    new_folder,
    next_dir,
    number_of,
    ready_folder,
    switch_to,
)
from fingerprints.index.manifest import SegmentInfo, read_manifest, write_manifest
from fingerprints.index.ragged import RaggedWriter
from fingerprints.index.records import Records, bucket_bounds
from fingerprints.secrets.digests import Digester, codes
from fingerprints.secrets.seals import Sealer
from fingerprints.secrets.sketches import Sketcher
from fingerprints.secrets.veil import FORMER_FILE, Veil, new_secret

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from fingerprints.building.tables import Written
    from fingerprints.index.generation import Index
    from fingerprints.index.manifest import ExtractInfo
    from fingerprints.secrets.keys import Key

_BLOCK: Final = 1 << 16


def begin(index_dir: Path, index: Index, new_key: Key) -> None:
    """Make the next index: everybody in his place with number and seal, every enrolment pending. Needs the lock."""
    folder = next_dir(index_dir)
    shutil.rmtree(folder, ignore_errors=True)  # left by a run that died before it had a current generation
    folder.mkdir(mode=0o700)
    part = new_folder(folder, above=index.manifest.generation)
    segment = part / f"s{number_of(part):06d}"
    segment.mkdir(mode=0o700)
    veil = Veil(new_secret())
    veil.seal(part, new_key)
    veil.seal(part, index.key, FORMER_FILE)
    numbers = _write_fields(segment, index, new_key, veil)
    old, since, until = _known_numbers(index)
    table = _write_numbers(segment, numbers, since, until, veil)
    write_former(part, *_with_older(index, old[(old != 0) & (numbers != 0)], numbers[(old != 0) & (numbers != 0)]))
    info = SegmentInfo(
        segment.name, 0, index.subjects, table.records, table.unnumbered, write_filter(segment), table.intervals
    )
    for one in index.enrolments:
        veil.write(part / one.members, index.members_of(one).serialize())
    manifest = replace(
        index.manifest,
        generation=number_of(part),
        content=number_of(part),
        key_id=new_key.id,
        codes=codes(),
        segments=(info,),
        enrolments=tuple(replace(one, pending=True) for one in index.enrolments),
        files={},
    )
    write_manifest(part, manifest, veil)
    switch_to(part)


def missing(index: Index, following: Index) -> list[ExtractInfo]:
    """Enrolments whose files are still to come, those that an extract was enrolled with last before the older ones."""
    there = {(one.name, one.as_of) for one in following.enrolments if not one.pending}
    left = [one for one in index.enrolments if (one.name, one.as_of) not in there]
    latest = set(index.extracts)
    return sorted(left, key=lambda one: one not in latest)


def make_ready(index_dir: Path, key: Key, new_key: Key) -> None:
    """Seal the canaries under the new key as well, and mark the next index as ready to serve. Needs the lock."""
    write_canaries(next_dir(index_dir), new_key, read_canaries(index_dir, key))
    write_safely(next_dir(index_dir) / READY_FILE, new_key.id.encode())


def adopt(index_dir: Path, key: Key) -> bool:
    """Give the ready next index the place of the old one, which goes with all its generations. Needs the lock.

    Killed at any moment it is done by the next call: before the switch the index is found in ``next/``, after it in
    its own place, and what is left over is removed.
    """
    source = ready_folder(index_dir, key.id)
    folder = current_folder(index_dir)
    if source is None:
        return False
    if folder is None or read_manifest(folder).key_id != key.id:
        manifest = read_manifest(source)
        part = new_folder(index_dir, above=manifest.generation)
        link_files(source, part, without=[FORMER_FILE])
        generation = number_of(part)
        taken = replace(manifest, generation=generation, content=generation, files={})
        write_manifest(part, taken, Veil.open(source, key), manifest)
        write_canaries(index_dir, key, read_canaries(next_dir(index_dir), key))
        folder = switch_to(part)
    for old in index_dir.glob("g*"):
        if old != folder:
            shutil.rmtree(old)
    left = index_dir / "g000000.part"  # whatever is cut off here, the next writer removes it
    next_dir(index_dir).rename(left)
    shutil.rmtree(left)
    return True


def write_former(folder: Path, old: NDArray[np.uint64], new: NDArray[np.uint64]) -> None:
    """Write the digests of numbers under former keys, sorted, and beside each the one under this key."""
    order = np.argsort(old)
    old[order].astype("<u8").tofile(folder / "former.u64")
    new[order].astype("<u8").tofile(folder / "former-now.u64")


def _with_older(
    index: Index, old: NDArray[np.uint64], new: NDArray[np.uint64]
) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """The pairs of this rotation, and those of earlier ones led on to the new key."""
    order = np.argsort(old)
    place = np.minimum(np.searchsorted(old[order], index.former_now), max(old.size - 1, 0))
    there = old[order][place] == index.former_now if old.size else np.zeros(0, np.bool_)
    return (
        np.concatenate((old, np.asarray(index.former)[there])),
        np.concatenate((new, new[order][place[there]])),
    )


def _known_numbers(index: Index) -> tuple[NDArray[np.uint64], NDArray[np.uint16], NDArray[np.uint16]]:
    """By subject: the digest of the customer number under the old key, and its interval; 0 for those without."""
    subjects, digests = index.carried(NUMBER_KIND, BitMap(range(index.subjects)))
    hits = index.lookup(digests)
    old = np.zeros(index.subjects, np.uint64)
    since, until = np.zeros(index.subjects, np.uint16), np.zeros(index.subjects, np.uint16)
    old[subjects] = digests
    since[hits.subject], until[hits.subject] = hits.since, hits.until
    return old, since, until


def _write_fields(folder: Path, index: Index, new_key: Key, veil: Veil) -> NDArray[np.uint64]:
    """Write keys, seals and checks under the new key, all sketches empty; gives the digest of everybody's number."""
    digester, sketcher, sealer = Digester(new_key), Sketcher(new_key), Sealer(new_key)
    digests = np.zeros(index.subjects, np.uint64)
    column = checked_kinds().index(NUMBER_KIND)
    for kind in sketched_kinds():
        with RaggedWriter(folder, f"sketch-{kind}", veil) as writer:
            writer.add(np.zeros(index.subjects, np.int64), np.empty(0, np.uint16))
    with (
        veil.writer(folder / "keys.u64") as keys_file,
        veil.writer(folder / "checks.u16") as checks_file,
        RaggedWriter(folder, "sealed", veil) as sealed_file,
    ):
        for start in range(0, index.subjects, _BLOCK):
            subjects = np.arange(start, min(start + _BLOCK, index.subjects), dtype=np.uint32)
            sealed = index.sealed.lengths(subjects) > 0
            numbers = [n if s else None for n, s in zip(index.reveal(subjects), sealed.tolist(), strict=True)]
            digests[subjects] = mine = digester.digest_many(NUMBER_KIND, numbers)
            keys = np.where(sealed, key_of_numbers(new_key, mine), np.uint64(0))
            checks = np.zeros((subjects.size, len(checked_kinds())), np.uint16)
            checks[:, column] = sketcher.checks(NUMBER_KIND, sketcher.salts(keys), mine)
            keys_file.write(keys.astype("<u8"))
            checks_file.write(checks.astype("<u2"))
            sealed_file.add(*sealer.seal_many(keys, numbers))
    return digests


def _write_numbers(
    folder: Path, numbers: NDArray[np.uint64], since: NDArray[np.uint16], until: NDArray[np.uint16], veil: Veil
) -> Written:
    """Write the fingerprints of the numbers, and nothing where nothing is known."""
    subjects = np.flatnonzero(numbers != 0).astype(np.uint32)
    subjects = subjects[np.argsort(numbers[subjects])]
    bounds = bucket_bounds(numbers[subjects])
    with RecordWriter(folder, veil) as writer:
        for start, end in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
            mine = subjects[start:end]
            writer.add(Records(numbers[mine], mine, since[mine], until[mine], np.zeros(mine.size, np.bool_)))
        table = writer.close()
    veil.write(folder / "others.u32", np.empty(0, "<u4"))
    write_rows(folder, (), veil)
    veil.write(folder / "changed.roaring", BitMap().serialize())
    return table
