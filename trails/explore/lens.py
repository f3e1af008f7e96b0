"""A lens: a file beside each file of records, in which most questions are answered without decoding the records.

It is derived from the records and nothing else, names their file's SHA-256, and may be removed at any time: what is
missing or belongs to another file is made anew. It holds plain arrays, mapped into memory, in the order of the rows:
``second`` is when, in seconds since 1970 (u32), 0 for records without a time; ``mix`` which of the file's few
combinations of action, outcome and host (u16, or u32 where there are many); ``run`` the first row of each run of rows
with the same holders and extract (u32), who they are in a table beside; ``subject`` the customers, sorted (u64), nobody
(0) left out, and ``at`` the row of each (u32); ``session`` the CRC-32 of the sessions in each run, sorted (u32), which
says where to look, since two may share one, and ``within`` the run that each stands in (u32). ``by_slot`` and
``by_mix`` count all rows by quarter of an hour and by combination, for questions that every row of the file fits.
"""

from __future__ import annotations

import io
import json
import mmap
import os
import struct
import zlib
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from trails.store.runs import KEYS, find_runs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import IO

    from numpy.typing import NDArray

SUFFIX: Final = ".lens"
MAGIC: Final = b"HINOMI-LENS-1\n\0\0"
MIXED: Final = ("action", "outcome", "host")
"""Fields with few values each, of which there are few combinations."""
ALIGNED: Final = 64
SLOT_S: Final = 900
"""Zones differ from UTC by whole quarters of an hour: all clocks are told in these."""
NEEDED: Final = ("when", *MIXED, *KEYS, "session", "subject")
"""The columns that a lens is made from."""


@dataclass(frozen=True, slots=True)
class LensHead:
    """What is known of a lens without its arrays: the runs and combinations as tables, and where arrays stand."""

    rows: int
    first: int
    last: int
    undated: int
    arrays: dict[str, tuple[str, int, int]]
    runs: pl.DataFrame
    """`KEYS` of each run, as categories, and its first row ``start``."""
    mixes: pl.DataFrame


def lens_path(part: Path) -> Path:
    """Where the lens of a file of records is."""
    return part.with_suffix(SUFFIX)


def make_lens(frame: pl.DataFrame) -> bytearray:
    """The lens of records as they stand in their file, without the name of that file (`write_lens`)."""
    runs = find_runs(frame, KEYS)
    starts = runs["start"].to_numpy()
    combined = frame.select(pl.struct(MIXED).rank("dense") - 1).to_series().to_numpy()
    mixes = frame.select(*MIXED, mix=pl.Series(combined)).unique("mix").sort("mix").select(MIXED)
    stamps = frame["when"].dt.epoch("s")
    second = stamps.fill_null(0).to_numpy().astype(np.uint32)
    dated = second[second > 0]
    subject = frame["subject"].to_numpy()
    at = np.argsort(subject).astype(np.uint32)
    at = at[np.searchsorted(subject[at], 1) :]
    hashes, within = _sessions(frame, starts)
    slots = dated // np.uint32(SLOT_S) - (dated.min() // np.uint32(SLOT_S) if len(dated) else np.uint32(0))
    arrays = {
        "by_slot": np.bincount(slots).astype(np.uint32),
        "by_mix": np.bincount(combined, minlength=len(mixes)).astype(np.uint32),
        "second": second,
        "mix": combined.astype(np.uint16 if len(mixes) <= 1 << 16 else np.uint32),
        "run": starts,
        "subject": subject[at],
        "at": at,
        "session": hashes,
        "within": within,
        "runs": _packed(runs.select(KEYS)),
        "mixes": _packed(mixes),
    }
    bounds = (int(dated.min()), int(dated.max())) if len(dated) else (0, 0)
    return _laid_out(arrays, len(frame), bounds, len(frame) - len(dated))


def _sessions(frame: pl.DataFrame, starts: NDArray[np.uint32]) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """The sessions' hashes and the run of each, sorted by hash; a session in two runs is there twice."""
    run = np.zeros(len(frame), np.uint32)
    run[starts[1:]] = 1
    each = frame.select("session", run=pl.Series(np.cumsum(run, dtype=np.uint32))).drop_nulls("session").unique()
    hashes = np.fromiter((session_hash(name) for name in each["session"].to_list()), np.uint32, len(each))
    order = np.argsort(hashes, kind="stable")
    return hashes[order], each["run"].to_numpy()[order]


def session_hash(name: str) -> int:
    """What a session is looked up by."""
    return zlib.crc32(name.encode())


def _packed(frame: pl.DataFrame) -> NDArray[np.uint8]:
    out = io.BytesIO()
    frame.write_ipc(out, compression="zstd")
    return np.frombuffer(out.getvalue(), np.uint8)


def _laid_out(arrays: dict[str, NDArray[Any]], rows: int, bounds: tuple[int, int], undated: int) -> bytearray:
    offset, places = 0, {}
    for name, array in arrays.items():
        places[name] = (array.dtype.str, offset, len(array))
        offset += -(-array.nbytes // ALIGNED) * ALIGNED
    head = {"rows": rows, "first": bounds[0], "last": bounds[1], "undated": undated, "arrays": places}
    text = json.dumps(head).encode()
    begin = -(-(_HEAD.size + len(text)) // ALIGNED) * ALIGNED
    laid = bytearray(begin + offset)
    _HEAD.pack_into(laid, 0, MAGIC, b"\0" * 32, len(text), begin)
    laid[_HEAD.size : _HEAD.size + len(text)] = text
    for name, array in arrays.items():
        at = begin + places[name][1]
        laid[at : at + array.nbytes] = array.tobytes()
    return laid


_HEAD: Final = struct.Struct("<16s32sII")


def write_lens(made: bytearray, path: Path, part_sha256: str) -> None:
    """Write a lens for the file of records with this hash, beside and renamed into place."""
    made[16:48] = bytes.fromhex(part_sha256)
    beside = path.with_suffix(f".{os.getpid()}.new")
    beside.write_bytes(made)
    beside.replace(path)


def read_head(path: Path, part_sha256: str, *, with_runs: bool = True) -> LensHead | None:
    """The head of a lens; None where it is missing, cut off, or that of another file.

    Without its runs it is read several times as fast.
    """
    try:
        with path.open("rb") as file:
            magic, sha256, length, begin = _HEAD.unpack(file.read(_HEAD.size))
            if magic != MAGIC or sha256.hex() != part_sha256:
                return None
            head = json.loads(file.read(length))
            places = {name: (kind, begin + offset, count) for name, (kind, offset, count) in head["arrays"].items()}
            ends = [offset + np.dtype(kind).itemsize * count for kind, offset, count in places.values()]
            if os.fstat(file.fileno()).st_size < max(ends):
                return None
            mixes = _table(file, places["mixes"])
            runs = pl.DataFrame()
            if with_runs:
                _, offset, count = places["run"]
                file.seek(offset)
                starts = np.frombuffer(file.read(4 * count), np.uint32)
                runs = _table(file, places["runs"]).with_columns(start=pl.Series(starts, dtype=pl.UInt32))
    except (OSError, struct.error, ValueError, KeyError, pl.exceptions.PolarsError):
        return None
    return LensHead(head["rows"], head["first"], head["last"], head["undated"], places, runs, mixes)


def _table(file: IO[bytes], place: tuple[str, int, int]) -> pl.DataFrame:
    _, offset, count = place
    file.seek(offset)
    return pl.read_ipc(io.BytesIO(file.read(count)))


class LensArrays:
    """The arrays of a lens, mapped."""

    def __init__(self, mapped: mmap.mmap, head: LensHead) -> None:
        self._mapped = mapped
        self._arrays = head.arrays

    def __getitem__(self, name: str) -> NDArray[Any]:
        kind, offset, count = self._arrays[name]
        return np.frombuffer(self._mapped, np.dtype(kind), count, offset)

    def whole(self, name: str) -> NDArray[Any]:
        """An array that is read from end to end: the system is told, and reads it at once where it is on disk."""
        kind, offset, count = self._arrays[name]
        begin = offset - offset % mmap.PAGESIZE
        length = offset + np.dtype(kind).itemsize * count - begin
        if length:
            self._mapped.madvise(mmap.MADV_WILLNEED, begin, length)
        return self[name]


@contextmanager
def mapped(path: Path, head: LensHead) -> Iterator[LensArrays]:
    """The arrays of a lens while they are needed; none of them may outlive that."""
    with path.open("rb") as file:
        held = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    try:
        yield LensArrays(held, head)
    finally:
        with suppress(BufferError):  # an error on its way out still holds an array: the memory goes with it
            held.close()
