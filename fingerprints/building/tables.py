"""Writes the fingerprints of a segment: sorted, bucket by bucket, with the filter in front of them."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

import numpy as np

from fingerprints.index.bloom import write_bloom
from fingerprints.index.carriers import CarrierWriter
from fingerprints.index.segments import MAX_SHORT
from fingerprints.index.veiled import VeiledArray
from fingerprints.secrets.digests import SUBJECT_CODE, code_of, posted_codes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from types import TracebackType

    from numpy.typing import NDArray

    from fingerprints.index.records import Records
    from fingerprints.secrets.veil import Veil

MAX_INTERVALS: Final = 65536
"""Different intervals that two bytes can number; a segment with more of them writes each out in four."""
_CHUNK: Final = 1 << 20


class IntervalTable:
    """Numbers for the pairs of since and until that occur, so that a fingerprint holds two bytes instead of four."""

    def __init__(self) -> None:
        self._ids: dict[int, int] = {}

    @property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """All intervals, by number."""
        return tuple((both >> 16, both & 0xFFFF) for both in self._ids)

    def is_full(self) -> bool:
        """Whether there are more than two bytes can number."""
        return len(self._ids) > MAX_INTERVALS

    def number(self, both: NDArray[np.uint32]) -> NDArray[np.uint32]:
        """The number of each interval, given as ``since << 16 | until``; new ones are added."""
        if both.size and (both == both[0]).all():  # a first list has but one
            return np.full(both.size, self._ids.setdefault(int(both[0]), len(self._ids)), np.uint32)
        unique, inverse = np.unique(both, return_inverse=True)
        ids = [self._ids.setdefault(value, len(self._ids)) for value in unique.tolist()]
        return np.array(ids, np.uint32)[inverse]


@dataclass(frozen=True, slots=True)
class Written:
    """What a segment's table holds: how many fingerprints, how many subjects without a number, and the intervals."""

    records: int
    unnumbered: int
    intervals: tuple[tuple[int, int], ...]


class RecordWriter:
    """Writes sorted fingerprints, one bucket after the other: each digest once, and veiled who carries it."""

    def __init__(self, folder: Path, veil: Veil) -> None:
        self._folder = folder
        self._veil = veil
        self._table = IntervalTable()
        self._records = 0
        self._unnumbered = 0
        self._open = ExitStack()
        self._digests = self._open.enter_context((folder / "digests.u64").open("wb"))
        self._carriers = CarrierWriter(folder, veil)
        self._open.callback(self._carriers.close)
        self._holders, self._again, self._intervals = (
            self._open.enter_context(veil.writer(folder / name))
            for name in ("holders.u32", "again.u64", "intervals.u16")
        )

    def add(self, records: Records) -> None:
        """Write some more; they come after all before, and have no digest in common with them."""
        places = np.flatnonzero(records.again) + self._records
        self._again.write(places.astype("<u8"))
        first = np.flatnonzero(np.append(True, records.digest[1:] != records.digest[:-1])[: records.digest.size])
        self._digests.write(records.digest[first].astype("<u8").data)
        self._carriers.add(np.diff(np.append(first, records.digest.size)))
        self._holders.write(records.subject.astype("<u4"))
        self._add_intervals(records.since.astype(np.uint32) << np.uint32(16) | records.until)
        self._records += int(records.digest.size)
        self._unnumbered += int(((code_of(records.digest) == SUBJECT_CODE) & ~records.again).sum())

    def close(self) -> Written:
        """Close the files; what they hold."""
        self._open.close()
        pairs = () if self._table.is_full() else self._table.pairs
        narrow = self._folder / "intervals.u16"
        if len(pairs) == 1:  # it holds for all: there is nothing to say of each
            narrow.unlink()
        elif pairs and len(pairs) <= MAX_SHORT:
            self._shorten(narrow)
        elif not pairs and not self._table.is_full():  # nothing was written: an empty file of either kind will do
            narrow.rename(self._folder / "intervals.u32")
        return Written(self._records, self._unnumbered, pairs)

    def _shorten(self, narrow: Path) -> None:
        """One byte for each where that is enough."""
        numbers = VeiledArray(narrow, np.uint16, self._veil)
        with self._veil.writer(self._folder / "intervals.u8") as file:
            for start in range(0, numbers.size, _CHUNK):
                file.write(numbers[start : start + _CHUNK].astype(np.uint8))
        narrow.unlink()

    def _add_intervals(self, both: NDArray[np.uint32]) -> None:
        if not self._table.is_full():
            numbers = self._table.number(both)
            if not self._table.is_full():
                self._intervals.write(numbers.astype("<u2"))
                return
            self._widen()
        self._intervals.write(both.astype("<u4"))

    def _widen(self) -> None:
        """Write out what was numbered so far."""
        self._intervals.close()
        narrow = self._folder / "intervals.u16"
        pairs = np.array(self._table.pairs[:MAX_INTERVALS], np.uint32)
        table = pairs[:, 0] << np.uint32(16) | pairs[:, 1]
        numbers = VeiledArray(narrow, np.uint16, self._veil)
        self._intervals = self._open.enter_context(self._veil.writer(self._folder / "intervals.u32"))
        for start in range(0, numbers.size, _CHUNK):
            self._intervals.write(table[numbers[start : start + _CHUNK]].astype("<u4"))
        narrow.unlink()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()


def write_filter(folder: Path) -> int:
    """Write the filter in front of a folder's fingerprints, those that are posted; how many it was made for."""
    posted = posted_codes()

    def batches() -> Iterator[NDArray[np.uint64]]:
        with (folder / "digests.u64").open("rb") as file:  # read, not mapped: a mapped file would count as our memory
            while (part := np.fromfile(file, "<u8", _CHUNK)).size:
                yield part[posted[code_of(part)]]

    filtered = sum(batch.size for batch in batches())
    write_bloom(folder / "bloom.bin", filtered, batches())
    return filtered


def write_rows(folder: Path, parts: Iterable[tuple[NDArray[np.uint64], NDArray[np.uint32]]], veil: Veil) -> None:
    """Write the digests of whole rows, sorted from part to part, and whose they are."""
    with (folder / "rows.u64").open("wb") as rows, veil.writer(folder / "row-subjects.u32") as whose:
        for digests, subjects in parts:
            rows.write(digests.astype("<u8").data)
            whose.write(subjects.astype("<u4"))
