"""Merging segments into one: what newer ones replace goes, and so does what is to be forgotten.

Bucket by bucket and block by block, so that memory does not grow with the index beyond a few bytes a subject.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np
from pyroaring import BitMap

from fingerprints.building.tables import RecordWriter, write_filter, write_rows
from fingerprints.index.layers import Layers
from fingerprints.index.manifest import SegmentInfo
from fingerprints.index.ragged import RaggedWriter
from fingerprints.index.records import BUCKETS, Records, newest
from fingerprints.index.sorted_search import distinct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from fingerprints.building.tables import Written
    from fingerprints.index.segments import Segment
    from fingerprints.secrets.veil import Veil

_BLOCK: Final = 1 << 17
_Word = TypeVar("_Word", np.uint64, np.uint16)


def merge_segments(
    folder: Path,
    run: Sequence[Segment],
    veil: Veil,
    gone: NDArray[np.bool_] | None = None,
    advance: Callable[[float], None] = lambda _: None,
) -> SegmentInfo:
    """Write segments that follow on each other, the oldest first, as one into a new folder.

    Args:
        folder: The new segment's.
        run: What it is made of.
        veil: That of the index.
        gone: By subject, of whom nothing may be left.
        advance: Told the share of the work that is done, 0 to 1.
    """
    folder.mkdir(mode=0o700)
    first, new = run[0].info.first, sum(segment.info.new for segment in run)
    table = _write_records(folder, run, veil, gone, lambda share: advance(0.5 * share))
    _write_fields(folder, run, veil, (first, new), gone)
    advance(0.8)
    _write_row_digests(folder, run, veil, gone)
    changed = BitMap.union(BitMap(), *(segment.changed for segment in run)) if first else BitMap()
    changed = BitMap(one for one in changed if one < first)
    changed.run_optimize()
    veil.write(folder / "changed.roaring", changed.serialize())
    filtered = write_filter(folder)
    advance(1.0)
    return SegmentInfo(folder.name, first, new, table.records, table.unnumbered, filtered, table.intervals)


def _write_records(
    folder: Path, run: Sequence[Segment], veil: Veil, gone: NDArray[np.bool_] | None, advance: Callable[[float], None]
) -> Written:
    wanted = None if gone is None else ~gone
    bounds = [segment.bounds() for segment in run]
    with RecordWriter(folder, veil) as writer:
        for number in range(BUCKETS):
            parts: list[Records] = [
                segment.bucket(number, mine, wanted) for segment, mine in zip(run, bounds, strict=True)
            ]
            writer.add(newest(parts))
            advance((number + 1) / BUCKETS)
        return writer.close()


def _write_fields(
    folder: Path, run: Sequence[Segment], veil: Veil, numbers: tuple[int, int], gone: NDArray[np.bool_] | None
) -> None:
    first, new = numbers
    layers = Layers(run)
    older = [segment.others[segment.others < first] for segment in run]
    others = distinct(np.concatenate(older)) if older else np.empty(0, np.uint32)
    if gone is not None:
        others = others[~gone[others]]
    veil.write(folder / "others.u32", others.astype("<u4"))
    fields = layers.fields()
    with veil.writer(folder / "keys.u64") as keys:
        for block in _blocks(np.empty(0, np.uint32), first, new):
            keys.write(_without(layers.keys(block), block, gone).astype("<u8"))
    with veil.writer(folder / "checks.u16") as checks:
        for block in _blocks(others, first, new):
            checks.write(_without(layers.checks(block), block, gone).astype("<u2"))
    for name, field in fields.items():
        with RaggedWriter(folder, name, veil) as writer:
            for block in _blocks(others, first, new):
                kept = np.ones(block.size, np.bool_) if gone is None else ~gone[block]
                lengths = np.zeros(block.size, np.int64)
                lengths[kept], values = field.take(block[kept])
                writer.add(lengths, values)


def _write_row_digests(folder: Path, run: Sequence[Segment], veil: Veil, gone: NDArray[np.bool_] | None) -> None:
    """Those that newer segments of the run did not overtake."""
    rows, subjects = [np.empty(0, np.uint64)], [np.empty(0, np.uint32)]
    changed = BitMap()
    for segment in reversed(run):
        who = segment.row_subjects.whole()
        stands = ~np.isin(who, np.array(changed, np.uint32)) if changed else np.ones(who.size, np.bool_)
        if gone is not None:
            stands &= ~gone[who]
        rows.append(np.asarray(segment.rows[stands]))
        subjects.append(who[stands])
        changed |= segment.changed
    all_rows, place = np.unique(np.concatenate(rows), return_index=True)
    write_rows(folder, [(all_rows, np.concatenate(subjects)[place])], veil)


def _blocks(others: NDArray[np.uint32], first: int, new: int) -> Iterator[NDArray[np.uint32]]:
    for start in range(0, others.size, _BLOCK):
        yield others[start : start + _BLOCK]
    for start in range(first, first + new, _BLOCK):
        yield np.arange(start, min(start + _BLOCK, first + new), dtype=np.uint32)


def _without(values: NDArray[_Word], subjects: NDArray[np.uint32], gone: NDArray[np.bool_] | None) -> NDArray[_Word]:
    if gone is None:
        return values
    values = values.copy()
    values[gone[subjects]] = 0
    return values
