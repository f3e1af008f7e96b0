"""Compaction: small segments are merged into larger ones, so that a lookup asks few of them.

By itself after an enrolment, in steps of size: each segment stays at least `RATIO` times as large as all newer ones
together, so that a record is written again only when four times as much has come in since, and the number of segments
grows with the logarithm of the index. By hand (`hinomi index compact`) into one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from fingerprints.building.merging import merge_segments
from fingerprints.index.files import link_files
from fingerprints.index.folder import new_folder, number_of, remove_old, switch_to
from fingerprints.index.manifest import write_manifest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from fingerprints.index.generation import Index
    from fingerprints.index.manifest import SegmentInfo

RATIO: Final = 4
"""How much larger a segment stays than all that is newer."""
SMALL: Final = 10_000
"""Fingerprints below which segments count as equally small."""


@dataclass(frozen=True, slots=True)
class Compacted:
    """What was done: how many segments there were and are, and how much was written."""

    before: int
    after: int
    written_bytes: int


def run_to_merge(segments: Sequence[SegmentInfo]) -> int:
    """The position from which on segments are to be merged; the number of segments when none is."""
    start, total = len(segments), 0
    for place in range(len(segments) - 1, -1, -1):
        if place < len(segments) - 1 and max(segments[place].records, SMALL) < RATIO * max(total, SMALL):
            start = place
        total += segments[place].records
    return start if start < len(segments) - 1 else len(segments)


def compact(
    index_dir: Path, index: Index, *, whole: bool, advance: Callable[[float], None] = lambda _: None
) -> Compacted:
    """Merge segments where it is due, or all of them. Needs the writing lock; what the index says stays the same.

    Args:
        index_dir: The folder of the index.
        index: Its current generation.
        whole: Merge all into one.
        advance: Told the share of the work that is done, 0 to 1.
    """
    segments = index.manifest.segments
    start = 0 if whole else run_to_merge(segments)
    if len(segments) - start < 2:  # noqa: PLR2004  # nothing to merge
        return Compacted(len(segments), len(segments), 0)
    part = new_folder(index_dir)
    merged = merge_segments(part / f"s{number_of(part):06d}", index.segments[start:], index.veil, advance=advance)
    link_files(index.folder, part, without=[info.name for info in segments[start:]])
    manifest = replace(index.manifest, generation=number_of(part), segments=(*segments[:start], merged), files={})
    manifest = write_manifest(part, manifest, index.veil, index.manifest)
    switch_to(part)
    remove_old(index_dir)
    own = (info.size_bytes for name, info in manifest.files.items() if name.startswith(f"{merged.name}/"))
    return Compacted(len(segments), start + 1, sum(own))
