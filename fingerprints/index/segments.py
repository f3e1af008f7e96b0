"""A segment of the index, mapped: the fingerprints it holds, and what it keeps of the subjects it is about.

An enrolment writes one segment with what it added or changed. Where two segments speak of the same fingerprint, or of
the same subject, the newer one counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from pyroaring import BitMap

from fingerprints.index.bloom import BloomReader
from fingerprints.index.files import map_array
from fingerprints.index.ragged import Ragged
from fingerprints.index.records import Records, bucket_bounds
from fingerprints.index.sorted_search import search_sorted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from fingerprints.index.manifest import Manifest, SegmentInfo

_NOBODY: Final = -1
MAX_SHORT: Final = 256
"""Different intervals that one byte can number."""


class Segment:
    """The files of one segment."""

    def __init__(self, folder: Path, info: SegmentInfo, manifest: Manifest) -> None:
        self.info = info
        self.folder = folder
        self.digests: NDArray[np.uint64] = map_array(folder / "digests.u64", np.uint64)
        self.holders: NDArray[np.uint32] = map_array(folder / "holders.u32", np.uint32)
        self.again: NDArray[np.uint64] = map_array(folder / "again.u64", np.uint64)
        self.keys: NDArray[np.uint64] = map_array(folder / "keys.u64", np.uint64)
        self.others: NDArray[np.uint32] = map_array(folder / "others.u32", np.uint32)
        self.rows: NDArray[np.uint64] = map_array(folder / "rows.u64", np.uint64)
        self.row_subjects: NDArray[np.uint32] = map_array(folder / "row-subjects.u32", np.uint32)
        width = max(len(manifest.checks), 1)
        self.checks: NDArray[np.uint16] = map_array(folder / "checks.u16", np.uint16).reshape(-1, width)
        self.sketches = {kind: Ragged(folder, f"sketch-{kind}", np.uint16) for kind in manifest.sketches}
        self.sealed = Ragged(folder, "sealed", np.uint8)
        self.changed = BitMap.deserialize((folder / "changed.roaring").read_bytes())
        self._bloom = BloomReader(folder / "bloom.bin", info.filtered)
        self.only_interval = info.intervals[0] if len(info.intervals) == 1 else None
        """When all its values were current, if that is the same for all."""
        table = np.array(info.intervals, np.uint16).reshape(-1, 2)
        self._since, self._until = table.T
        self._intervals = _map_intervals(folder, len(table), self.digests.size)

    def intervals(
        self, places: NDArray[np.integer] | NDArray[np.bool_] | slice
    ) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
        """Since and until of the fingerprints at these places."""
        found = self._intervals[places]
        if self._since.size:
            return self._since[found], self._until[found]
        return (found >> np.uint32(16)).astype(np.uint16), (found & np.uint32(0xFFFF)).astype(np.uint16)

    def might_hold(self, digests: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Whether each digest may be in the segment; false is certain. For posted kinds and pairs alone."""
        return self._bloom.might_hold(digests)

    def places(self, wanted: NDArray[np.uint64], most: int | None = None) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """For every fingerprint that is wanted: the position of what asked for it, and its place.

        Args:
            wanted: Digests in order: neighbours find their pages already in memory.
            most: A digest that more subjects carry gives no place.
        """
        first = search_sorted(self.digests, wanted)
        found = np.flatnonzero(
            self.digests[np.minimum(first, max(self.digests.size - 1, 0))] == wanted
            if self.digests.size
            else np.zeros(wanted.size, np.bool_)
        )
        first = first[found]
        counts = self._repeats(first, wanted[found])
        if most is not None:
            few = counts <= most
            first, found, counts = first[few], found[few], counts[few]
        places = np.repeat(first - (np.cumsum(counts) - counts), counts) + np.arange(int(counts.sum()))
        return np.repeat(found, counts), places

    def _repeats(self, first: NDArray[np.intp], wanted: NDArray[np.uint64]) -> NDArray[np.intp]:
        """How often each digest stands there from its first place on; a look at the next place tells most alone."""
        counts = np.ones(first.size, np.intp)
        following = np.minimum(first + 1, self.digests.size - 1)
        several = np.flatnonzero((following > first) & (self.digests[following] == wanted))
        counts[several] = np.searchsorted(self.digests, wanted[several], "right") - first[several]
        return counts

    def count(self, wanted: NDArray[np.uint64]) -> NDArray[np.int64]:
        """How many subjects carry each of the sorted digests here, and in no older segment."""
        first, last = search_sorted(self.digests, wanted), search_sorted(self.digests, wanted, "right")
        if not self.again.size:
            return last - first
        return last - first - (np.searchsorted(self.again, last) - np.searchsorted(self.again, first))

    def rows_of(self, subjects: NDArray[np.integer]) -> NDArray[np.int64]:
        """Where the segment keeps what it says of each subject; -1 for those it says nothing of."""
        numbers = subjects.astype(np.int64)
        rows = numbers - self.info.first + self.others.size
        rows[(numbers < self.info.first) | (numbers >= self.info.first + self.info.new)] = _NOBODY
        if self.others.size:
            place = np.minimum(np.searchsorted(self.others, subjects), self.others.size - 1)
            rows = np.where(self.others[place] == subjects, place, rows)
        return rows

    def subjects(self) -> Iterator[NDArray[np.uint32]]:
        """The subjects it keeps something of, in the order of its rows."""
        yield np.asarray(self.others)
        yield np.arange(self.info.first, self.info.first + self.info.new, dtype=np.uint32)

    def bucket(self, number: int, bounds: NDArray[np.intp], wanted: NDArray[np.bool_] | None) -> Records:
        """The fingerprints of a bucket, of all subjects or of those that are wanted."""
        part = slice(int(bounds[number]), int(bounds[number + 1]))
        holders = self.holders[part]
        mine = wanted[holders] if wanted is not None else np.ones(holders.size, np.bool_)
        places = np.flatnonzero(mine) + part.start
        again = np.isin(places, self.again, assume_unique=True) if self.again.size else np.zeros(places.size, np.bool_)
        since, until = self.intervals(places)
        return Records(np.asarray(self.digests[places]), np.asarray(holders[mine]), since, until, again)

    def bounds(self) -> NDArray[np.intp]:
        """Where each bucket begins."""
        return bucket_bounds(self.digests)


def _map_intervals(folder: Path, intervals: int, records: int) -> NDArray[np.unsignedinteger]:
    """Which interval each fingerprint has, or itself where there are too many; no file says so where there is one."""
    if intervals == 1:
        return np.broadcast_to(np.uint8(0), (records,))
    kinds = (("u32", np.uint32), ("u8", np.uint8), ("u16", np.uint16))
    name, dtype = kinds[0 if not intervals else 1 if intervals <= MAX_SHORT else 2]
    return map_array(folder / f"intervals.{name}", dtype)
