"""A segment of the index, mapped: the fingerprints it holds, and what it keeps of the subjects it is about.

The digests stand in order, each once and in the open: under a key they are random numbers. How many carry each, who
that is and since when is veiled, and so is all that is kept of the subjects.

An enrolment writes one segment with what it added or changed. Where two segments speak of the same fingerprint, or of
the same subject, the newer one counts.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
from pyroaring import BitMap

from fingerprints.index.bloom import BloomReader
from fingerprints.index.carriers import Carriers
from fingerprints.index.files import map_array
from fingerprints.index.ragged import Ragged, flat_positions
from fingerprints.index.records import Records, bucket_bounds
from fingerprints.index.sorted_search import search_sorted
from fingerprints.index.veiled import VeiledArray

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from fingerprints.index.manifest import Manifest, SegmentInfo
    from fingerprints.secrets.veil import Veil

_NOBODY: Final = -1
MAX_SHORT: Final = 256
"""Different intervals that one byte can number."""


class Segment:
    """The files of one segment.

    A *place* is that of a fingerprint among all of the segment, sorted by digest and subject.
    """

    def __init__(self, folder: Path, info: SegmentInfo, manifest: Manifest, veil: Veil) -> None:
        self.info = info
        self.folder = folder
        self.digests: NDArray[np.uint64] = map_array(folder / "digests.u64", np.uint64)
        self._carriers = Carriers(folder, veil)
        self.holders = VeiledArray(folder / "holders.u32", np.uint32, veil)
        self._again = VeiledArray(folder / "again.u64", np.uint64, veil)
        self.keys = VeiledArray(folder / "keys.u64", np.uint64, veil)
        self._others = VeiledArray(folder / "others.u32", np.uint32, veil)
        self.rows: NDArray[np.uint64] = map_array(folder / "rows.u64", np.uint64)
        self.row_subjects = VeiledArray(folder / "row-subjects.u32", np.uint32, veil)
        self.width = max(len(manifest.checks), 1)
        self.checks = VeiledArray(folder / "checks.u16", np.uint16, veil)
        self.sketches = {kind: Ragged(folder, f"sketch-{kind}", np.uint16, veil) for kind in manifest.sketches}
        self.sealed = Ragged(folder, "sealed", np.uint8, veil)
        self.changed = BitMap.deserialize(veil.read(folder / "changed.roaring"))
        self._bloom = BloomReader(folder / "bloom.bin", info.filtered)
        self.only_interval = info.intervals[0] if len(info.intervals) == 1 else None
        """When all its values were current, if that is the same for all."""
        table = np.array(info.intervals, np.uint16).reshape(-1, 2)
        self._since, self._until = table.T
        self._intervals = _map_intervals(folder, len(table), veil)

    @cached_property
    def again(self) -> NDArray[np.uint64]:
        """The places of fingerprints that an older segment has as well, in order."""
        return self._again.whole()

    @cached_property
    def others(self) -> NDArray[np.uint32]:
        """The older subjects of whom the segment says something, in order."""
        return self._others.whole()

    def intervals(self, places: NDArray[np.integer]) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
        """Since and until of the fingerprints at these places."""
        found = np.zeros(places.size, np.uint8) if self._intervals is None else self._intervals[places]
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
        number, found = self._numbers(wanted)
        first, counts = self._carriers.of(number)
        if most is not None:
            few = counts <= most
            first, found, counts = first[few], found[few], counts[few]
        return np.repeat(found, counts), flat_positions(first, counts)

    def _numbers(self, wanted: NDArray[np.uint64]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Of the sorted digests that the segment has: where each stands among its digests, and among those wanted."""
        if not self.digests.size:
            return np.empty(0, np.intp), np.empty(0, np.intp)
        number = search_sorted(self.digests, wanted)
        found = np.flatnonzero(self.digests[np.minimum(number, self.digests.size - 1)] == wanted)
        return number[found], found

    def count(self, wanted: NDArray[np.uint64]) -> NDArray[np.int64]:
        """How many subjects carry each of the sorted digests here, and in no older segment."""
        out = np.zeros(wanted.size, np.int64)
        number, found = self._numbers(wanted)
        first, counts = self._carriers.of(number)
        if self.again.size:
            counts = counts - (np.searchsorted(self.again, first + counts) - np.searchsorted(self.again, first))
        out[found] = counts
        return out

    def carriers(self, start: int, stop: int) -> tuple[NDArray[np.uint64], NDArray[np.int64], int]:
        """A stretch of the digests, how many carry each, and the place of the first of those."""
        return np.asarray(self.digests[start:stop]), *self._carriers.between(start, stop)

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
        yield self.others
        yield np.arange(self.info.first, self.info.first + self.info.new, dtype=np.uint32)

    def bucket(self, number: int, bounds: NDArray[np.intp], wanted: NDArray[np.bool_] | None) -> Records:
        """The fingerprints of a bucket, of all subjects or of those that are wanted."""
        digests, counts, first = self.carriers(int(bounds[number]), int(bounds[number + 1]))
        holders = self.holders.between(first, first + int(counts.sum()))
        mine = wanted[holders] if wanted is not None else np.ones(holders.size, np.bool_)
        places = np.flatnonzero(mine) + first
        again = np.isin(places, self.again, assume_unique=True) if self.again.size else np.zeros(places.size, np.bool_)
        since, until = self.intervals(places)
        return Records(np.repeat(digests, counts)[mine], holders[mine], since, until, again)

    def bounds(self) -> NDArray[np.intp]:
        """Where each bucket begins among the digests."""
        return bucket_bounds(self.digests)


def _map_intervals(folder: Path, intervals: int, veil: Veil) -> VeiledArray | None:
    """Which interval each fingerprint has, or itself where there are too many; no file says so where there is one."""
    if intervals == 1:
        return None
    kinds = (("u32", np.uint32), ("u8", np.uint8), ("u16", np.uint16))
    name, dtype = kinds[0 if not intervals else 1 if intervals <= MAX_SHORT else 2]
    return VeiledArray(folder / f"intervals.{name}", dtype, veil)
