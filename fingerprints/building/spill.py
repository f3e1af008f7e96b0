"""Where an enrolment's rows wait on disk until all are read: digests in buckets, fields in the order of rows.

Memory is a dozen bytes for each row, and twice that while subjects are numbered.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Final

import numpy as np

from fingerprints.building.numbering import number_in_order
from fingerprints.building.prints import UNKNOWN, sketched_kinds
from fingerprints.index.ragged import RaggedWriter
from fingerprints.index.records import BUCKET_BITS, ROW_DTYPE, sort_unique
from fingerprints.index.veiled import VeiledArray
from fingerprints.secrets.veil import Veil, new_secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import TypeAlias

    from numpy.typing import NDArray

    from fingerprints.building.prints import Prints

    _Sorted: TypeAlias = tuple[NDArray[np.uint64], NDArray[np.uint32]]
    """Digests, and whose each is."""

PARTS: Final = 2
"""Files of a bucket: each is worked on by itself, in half the memory."""
HALVES: Final = 2
"""Of a file of a long list, worked on one after the other."""
_MANY_ROWS: Final = 30_000_000
"""Rows from which a list is long, and one part alone is sorted ahead: of them a file takes a quarter of a gibibyte."""
_ROW_BITS: Final = 4
"""Upper bits of rows' digests that are in one file."""


class _Sorter:
    """Digests and the rows they are of, in files by their upper bits."""

    def __init__(self, folder: Path, name: str, bits: int, veil: Veil) -> None:
        self.files = [folder / f"{name}-{number}" for number in range(1 << bits)]
        self._shift = np.uint64(64 - bits)
        self._veil = veil
        self._writers = [veil.writer(path) for path in self.files]

    def add(self, digests: NDArray[np.uint64], rows: NDArray[np.uint32]) -> None:
        """Put away some more, which are not 0."""
        part = (digests >> self._shift).astype(np.uint8)
        order = np.argsort(part, kind="stable")
        packed = np.empty(digests.size, ROW_DTYPE)
        packed["digest"], packed["row"] = digests[order], rows[order]
        bounds = np.searchsorted(part[order], np.arange(len(self.files) + 1))
        for number, writer in enumerate(self._writers):
            writer.write(packed[bounds[number] : bounds[number + 1]].view(np.uint8))

    def take(self, number: int) -> tuple[NDArray[np.uint64], NDArray[np.uint32]]:
        """What a file has, as it came; the file goes."""
        packed = self.packed(number)
        return packed["digest"].astype(np.uint64), packed["row"].astype(np.uint32)

    def packed(self, number: int) -> NDArray[np.void]:
        """The same, digests and rows beside each other."""
        packed = np.frombuffer(self._veil.read(self.files[number]), ROW_DTYPE)
        self.files[number].unlink()
        return packed

    def is_upper(self, digests: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Which digests of one file are in the upper half of those that it is for."""
        upper: NDArray[np.bool_] = (digests >> (self._shift - np.uint64(1)) & np.uint64(1)) == 1
        return upper

    def close(self) -> None:
        """Hand everything to the operating system."""
        with ExitStack() as files:  # all are closed, even if one cannot be written
            for writer in self._writers:
                files.callback(writer.close)


class Spill:
    """Rows that may have changed, and the subjects of those that have not.

    They wait under a veil whose secret is nowhere but in this process: of a run that is killed nothing can be read.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self.veil = Veil(new_secret())
        self.rows = 0
        self._open = ExitStack()
        self._records = _Sorter(folder, "records", BUCKET_BITS + PARTS.bit_length() - 1, self.veil)
        self._row_digests = _Sorter(folder, "rows", _ROW_BITS, self.veil)
        self._open.callback(self._records.close)
        self._open.callback(self._row_digests.close)
        self._sketches = {kind: self._ragged(f"sketch-{kind}") for kind in sketched_kinds()}
        self._sealed = self._ragged("sealed")
        self._checks = self._open.enter_context(self.veil.writer(folder / "checks.u16"))
        self._keys = self._open.enter_context(self.veil.writer(folder / "keys.u64"))
        self._known: list[NDArray[np.int32]] = [np.empty(0, np.int32)]
        self._unchanged: list[NDArray[np.uint32]] = [np.empty(0, np.uint32)]

    def _ragged(self, name: str) -> RaggedWriter:
        return self._open.enter_context(RaggedWriter(self.folder, name, self.veil))

    def add(self, prints: Prints) -> None:
        """Take the fingerprints of some rows."""
        self._unchanged.append(prints.unchanged)
        size = prints.subject_keys.size
        if not size:
            return
        self._known.append(prints.known.astype(np.int32))
        self._keys.write(prints.subject_keys.astype("<u8"))
        rows = np.arange(self.rows, self.rows + size, dtype=np.uint32)
        _add_filled(self._records, [*prints.digests.values(), *prints.more], rows)
        _add_filled(self._row_digests, [prints.rows], rows)
        for kind, writer in self._sketches.items():
            nothing = (np.zeros(size, np.uint32), np.empty(0, np.uint16))
            writer.add(*prints.sketches.get(kind, nothing))
        self._sealed.add(*prints.sealed)
        self._checks.write(prints.checks.astype("<u2"))
        self.rows += size

    def close(self) -> None:
        """Hand everything to the operating system."""
        self._open.close()

    @property
    def unchanged(self) -> NDArray[np.uint32]:
        """The subjects of rows that are in the index as they are."""
        return np.concatenate(self._unchanged)

    def number_subjects(self, before: int) -> tuple[NDArray[np.uint32], NDArray[np.uint64]]:
        """The subject of each row, new ones numbered as they appear after the ``before`` known; and the new keys."""
        known = np.concatenate(self._known)
        self._known.clear()
        keys = VeiledArray(self.folder / "keys.u64", np.uint64, self.veil).whole()
        is_new = known == UNKNOWN
        if not is_new.all():
            keys = keys[is_new]
        numbers, new_keys = number_in_order(keys, before)
        subjects = known.view(np.uint32)
        subjects[is_new] = numbers
        return subjects, new_keys

    @property
    def parts_of_bucket(self) -> int:
        """In how many parts a bucket is worked on."""
        return PARTS * HALVES if self._is_long else PARTS

    @property
    def _is_long(self) -> bool:
        return self.rows > _MANY_ROWS

    def parts(self, subject_of_row: NDArray[np.uint32]) -> Iterator[_Sorted]:
        """The fingerprints of each part of a bucket, each once, sorted; those that come are sorted meanwhile."""
        ahead, works = 1 if self._is_long else 2, self._works(subject_of_row)
        with ThreadPoolExecutor(ahead) as beside:
            coming = deque(beside.submit(work) for work in islice(works, ahead))
            while coming:
                part = coming.popleft().result()
                coming.extend(beside.submit(work) for work in islice(works, 1))
                yield part

    def _works(self, subject_of_row: NDArray[np.uint32]) -> Iterator[Callable[[], _Sorted]]:
        """What gives each part, in order; of a long list, to be called one after the other."""
        for number in range(len(self._records.files)):
            if self._is_long:
                halves = self._halves(number, subject_of_row)
                yield from (partial(next, halves) for _ in range(HALVES))
            else:
                yield partial(self._part, number, subject_of_row)

    def _part(self, number: int, subject_of_row: NDArray[np.uint32]) -> _Sorted:
        """The fingerprints of a file, which goes."""
        digest, row = self._records.take(number)
        return sort_unique(digest, subject_of_row[row])

    def _halves(self, number: int, subject_of_row: NDArray[np.uint32]) -> Iterator[_Sorted]:
        """The same half by half: the one that is not due stays packed, and takes half the room."""
        packed = self._records.packed(number)
        is_upper = self._records.is_upper(packed["digest"])
        halves = [packed[is_upper], packed[~is_upper]]
        del packed, is_upper
        while halves:
            half = halves.pop()
            yield sort_unique(half["digest"].astype(np.uint64), subject_of_row[half["row"]])

    def row_digests(self) -> Iterator[tuple[NDArray[np.uint64], NDArray[np.uint32]]]:
        """The digests of whole rows, sorted, some at a time, and the row of each."""
        for number in range(len(self._row_digests.files)):
            digest, row = self._row_digests.take(number)
            order = np.argsort(digest)
            yield digest[order], row[order]


def _add_filled(sorter: _Sorter, columns: list[NDArray[np.uint64]], rows: NDArray[np.uint32]) -> None:
    """Put away columns of digests of the same rows, those that are not 0."""
    digests = np.concatenate(columns)
    there = digests != 0
    sorter.add(digests[there], np.tile(rows, len(columns))[there])
