"""Lines of logs as they were written, kept beside the records made of them: compressed, sealed, found by digest.

A file of lines belongs to one file of records and goes with it. It holds chunks of some thousand lines, each a
compressed table sealed with AES-GCM under a sub-key of the master key and bound to its import, month and place, and in
front of them 32 bits of each line's keyed digest, in the order of the lines. A line is found by the digest that its
record holds: the chunks that may hold it are opened, and only a line with that very digest is given.
"""

from __future__ import annotations

import io
import json
import os
import secrets
import struct
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from trails.errors import DamagedTrailError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from fingerprints.secrets.keys import Key
    from trails.records import Doorkeeper

SUFFIX: Final = ".lines"
MAGIC: Final = b"HINOMI-LINES-1\n\0"
CHUNK_LINES: Final = 16_384
NONCE_BYTES: Final = 12
PURPOSE: Final = "trail.lines"
_HEAD: Final = struct.Struct("<16sI")


def lines_path(part: Path) -> Path:
    """Where the lines of a file of records are."""
    return part.with_suffix(SUFFIX)


@dataclass(slots=True)
class _Month:
    lines: list[pl.Series]
    digests: list[NDArray[np.uint64]]
    waiting: int
    chunks: list[Future[bytes]]
    marks: list[NDArray[np.uint32]]
    number: int


class LineKeeper:
    """Collects the lines of one import by month; `write` puts those of a month into a file."""

    def __init__(self, key: Key) -> None:
        self._seal = AESGCM(key.derive(PURPOSE, 32))
        self._import_id = 0
        self._months: dict[str, _Month] = {}
        self._pool: ThreadPoolExecutor | None = None

    def begin(self, import_id: int) -> None:
        """Say whose lines they are."""
        self._import_id = import_id
        self._pool = ThreadPoolExecutor(1)  # packing goes on while the next lines are read

    def add(self, month: str, lines: pl.Series, digests: NDArray[np.uint64]) -> None:
        """Take lines of a month with their digests."""
        known = self._months.setdefault(month, _Month([], [], 0, [], [], 0))
        known.lines.append(lines)
        known.digests.append(digests)
        known.waiting += len(lines)
        while known.waiting >= CHUNK_LINES:
            self._pack(month, known)

    def write(self, month: str, part: Path) -> Path | None:
        """Write what came of a month since the last time beside a file of records; None if nothing did."""
        known = self._months.get(month)
        if known is None:
            return None
        if known.waiting:
            self._pack(month, known)
        if not known.chunks:
            return None
        chunks = [one.result() for one in known.chunks]
        marks = np.concatenate(known.marks)
        head = json.dumps(
            {
                "import": self._import_id, "month": month, "first": known.number - len(chunks),
                "sizes": [len(one) for one in chunks], "lines": [len(one) for one in known.marks],
            }
        ).encode()  # fmt: skip
        path = lines_path(part)
        with path.open("wb") as file:
            file.write(_HEAD.pack(MAGIC, len(head)) + head)
            file.write(marks.astype("<u4").tobytes())
            file.writelines(chunks)
            file.flush()
            os.fsync(file.fileno())
        known.chunks, known.marks = [], []
        return path

    def close(self) -> None:
        """Let go of the thread that packs."""
        if self._pool is not None:
            self._pool.shutdown()

    def _pack(self, month: str, known: _Month) -> None:
        lines, digests = pl.concat(known.lines), np.concatenate(known.digests)
        bound = _bound(self._import_id, month, known.number)
        assert self._pool is not None  # noqa: S101  # nothing is added before `begin`
        known.chunks.append(self._pool.submit(self._sealed, lines[:CHUNK_LINES], bound))
        known.marks.append(_mark(digests[:CHUNK_LINES]))
        known.number += 1
        known.lines, known.digests = [lines[CHUNK_LINES:]], [digests[CHUNK_LINES:]]
        known.waiting = len(known.lines[0])

    def _sealed(self, lines: pl.Series, bound: bytes) -> bytes:
        packed = io.BytesIO()
        # In Arrow's older form a text is no longer than itself: it packs to a seventh less.
        lines.rename("line").to_frame().write_ipc(packed, compression="zstd", compat_level=pl.CompatLevel.oldest())
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._seal.encrypt(nonce, packed.getvalue(), bound)


def read_line(part: Path, digest: int, *, key: Key, door: Doorkeeper) -> str | None:
    """The line with a digest; None where the file's lines were not kept.

    Raises:
        DamagedTrailError: They were, and cannot be opened any more, or this one is not among them.
    """
    path = lines_path(part)
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return None
    with file:
        try:
            magic, length = _HEAD.unpack(file.read(_HEAD.size))
            head = json.loads(file.read(length))
            sizes, lines = list(map(int, head["sizes"])), list(map(int, head["lines"]))
            marks = np.frombuffer(file.read(4 * sum(lines)), "<u4")
            bound = [_bound(head["import"], head["month"], head["first"] + at) for at in range(len(sizes))]
        except (struct.error, ValueError, KeyError, TypeError):
            raise _damaged(path) from None
        if magic != MAGIC or len(marks) != sum(lines):
            raise _damaged(path)
        begin, ends = file.tell(), np.cumsum(lines)
        seal = AESGCM(key.derive(PURPOSE, 32))
        for place in np.flatnonzero(marks == _mark(np.array([digest], np.uint64))[0]).tolist():
            chunk = int(np.searchsorted(ends, place, side="right"))
            file.seek(begin + sum(sizes[:chunk]))
            text = _opened(seal, file.read(sizes[chunk]), bound[chunk], path)[place - int(ends[chunk]) + lines[chunk]]
            if int(door.lines([text])[0]) == digest:
                return str(text)
    raise _damaged(path)


def _opened(seal: AESGCM, sealed: bytes, bound: bytes, path: Path) -> pl.Series:
    try:
        packed = seal.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound)
    except (InvalidTag, ValueError):
        raise _damaged(path) from None
    return pl.read_ipc(io.BytesIO(packed)).to_series()


def _bound(import_id: int, month: str, number: int) -> bytes:
    return f"{PURPOSE}/{import_id}/{month}/{number}".encode()


def _mark(digests: NDArray[np.uint64]) -> NDArray[np.uint32]:
    return (digests >> np.uint64(16)).astype(np.uint32)


def _damaged(path: Path) -> DamagedTrailError:
    return DamagedTrailError(
        f"the kept lines in {path.name} are not as they were written, or were sealed under another key",
        hint="Restore the trails folder from a backup, or look in the log itself: hinomi trails line HASH --file FILE",
    )
