"""Where an enrolment's rows wait on disk until all are read: fingerprints in buckets, fields in the order of rows.

Memory is some forty bytes for each row.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import numpy as np

from fingerprints.building.prints import UNKNOWN, sketched_kinds
from fingerprints.index.ragged import RaggedWriter
from fingerprints.index.records import BUCKET_BITS, BUCKETS, ROW_DTYPE, sort_unique
from fingerprints.secrets.veil import Veil, new_secret

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from fingerprints.building.prints import Prints


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
        self._buckets = [self._open.enter_context(self.veil.writer(folder / f"{n}.rows")) for n in range(BUCKETS)]
        self._sketches = {kind: self._ragged(f"sketch-{kind}") for kind in sketched_kinds()}
        self._sealed = self._ragged("sealed")
        self._checks = self._open.enter_context(self.veil.writer(folder / "checks.u16"))
        self._keys: list[NDArray[np.uint64]] = [np.empty(0, np.uint64)]
        self._known: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
        self._row_digests: list[NDArray[np.uint64]] = [np.empty(0, np.uint64)]
        self._unchanged: list[NDArray[np.uint32]] = [np.empty(0, np.uint32)]

    def _ragged(self, name: str) -> RaggedWriter:
        return self._open.enter_context(RaggedWriter(self.folder, name, self.veil))

    def add(self, prints: Prints) -> None:
        """Take the fingerprints of some rows."""
        self._unchanged.append(prints.unchanged)
        size = prints.subject_keys.size
        if not size:
            return
        self._keys.append(prints.subject_keys)
        self._known.append(prints.known)
        self._row_digests.append(prints.rows)
        self._add_records(prints, size)
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

    @property
    def row_digests(self) -> NDArray[np.uint64]:
        """The digest of each row that waits here."""
        return np.concatenate(self._row_digests)

    def number_subjects(self, before: int) -> tuple[NDArray[np.uint32], NDArray[np.uint64]]:
        """The subject of each row, new ones numbered as they appear after the ``before`` known; and the new keys."""
        known = np.concatenate(self._known)
        self._known.clear()
        keys = np.concatenate(self._keys)
        self._keys.clear()
        subjects = known.astype(np.uint32)
        new_rows = np.flatnonzero(known == UNKNOWN).astype(np.uint32)
        del known
        keys = keys[new_rows]
        order = np.argsort(keys, kind="stable").astype(np.uint32)  # the first row of each key comes first
        keys = keys[order]
        begins = np.ones(keys.size, np.bool_)
        begins[1:] = keys[1:] != keys[:-1]
        by_row = np.argsort(order[begins])
        rank = np.empty(by_row.size, np.uint32)
        rank[by_row] = np.arange(before, before + by_row.size, dtype=np.uint32)
        new_keys = keys[begins][by_row]
        del keys
        subjects[new_rows[order]] = rank[np.cumsum(begins, dtype=np.uint32) - np.uint32(1)]
        return subjects, new_keys

    def bucket(self, number: int, subject_of_row: NDArray[np.uint32]) -> tuple[NDArray[np.uint64], NDArray[np.uint32]]:
        """The fingerprints of a bucket, each once, sorted; its file goes."""
        path = self.folder / f"{number}.rows"
        packed = np.frombuffer(self.veil.read(path), ROW_DTYPE)
        path.unlink()
        return sort_unique(packed["digest"].astype(np.uint64), subject_of_row[packed["row"]])

    def _add_records(self, prints: Prints, size: int) -> None:
        rows = np.arange(self.rows, self.rows + size, dtype=np.uint32)
        columns = [*prints.digests.values(), *prints.more]
        digests = np.concatenate(columns)
        row = np.tile(rows, len(columns))
        there = digests != 0
        digests, row = digests[there], row[there]
        bucket = (digests >> np.uint64(64 - BUCKET_BITS)).astype(np.uint8)
        order = np.argsort(bucket, kind="stable")
        packed = np.empty(digests.size, ROW_DTYPE)
        packed["digest"], packed["row"] = digests[order], row[order]
        bounds = np.searchsorted(bucket[order], np.arange(BUCKETS + 1))
        for number in range(BUCKETS):
            self._buckets[number].write(packed[bounds[number] : bounds[number + 1]].view(np.uint8))
