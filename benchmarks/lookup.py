"""Lookups by the size of the index: the digest part alone, on disk, up to 100 million fingerprints.

python -m benchmarks lookup [FINGERPRINTS ...] [--folder DIR]       default 1,000,000 and 4,000,000

For each size: batches of strangers and of hits, and one page's candidates; and a page whose files were dropped from
memory before.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pyroaring import BitMap

from benchmarks.enrol import rate_of
from fingerprints.building.tables import RecordWriter, write_filter, write_rows
from fingerprints.index.folder import new_folder, switch_to, writing_lock
from fingerprints.index.generation import Index
from fingerprints.index.manifest import Manifest, SegmentInfo, write_manifest
from fingerprints.index.ragged import RaggedWriter
from fingerprints.index.records import BUCKET_BITS, BUCKETS, CURRENT_DAY, Records
from fingerprints.secrets.digests import codes
from fingerprints.secrets.keys import Key
from fingerprints.secrets.veil import Veil, new_secret

if TYPE_CHECKING:
    from collections.abc import Sequence

SIZES = (1_000_000, 4_000_000)
BATCH = 1_000_000
PAGE, PAGE_HITS, PAGES = 2_000, 200, 50
KEY = Key(b"b" * 32)


def build(folder: Path, size: int) -> Index:
    """An index of one segment with so many phones' fingerprints, and nothing kept of their subjects."""
    with writing_lock(folder):
        part = new_folder(folder)
        segment = part / "s000001"
        segment.mkdir()
        draw = np.random.default_rng(size)
        veil = Veil(new_secret())
        veil.seal(part, KEY)
        with RecordWriter(segment, veil) as writer:
            for bucket in range(BUCKETS):
                writer.add(_records(draw, bucket, size // BUCKETS))
            table = writer.close()
        for name in ("keys.u64", "others.u32", "checks.u16"):
            veil.write(segment / name, b"")
        with RaggedWriter(segment, "sealed", veil):
            write_rows(segment, (), veil)
        veil.write(segment / "changed.roaring", BitMap().serialize())
        filtered = write_filter(segment)
        info = SegmentInfo("s000001", 0, 0, table.records, 0, filtered, table.intervals)
        manifest = Manifest(1, 1, KEY.id, size, codes(), (), (), (), (info,), ())
        write_manifest(part, manifest, veil)
        switch_to(part)
    return Index.open(folder, KEY)


def _records(draw: np.random.Generator, bucket: int, size: int) -> Records:
    low = draw.integers(0, 1 << (64 - BUCKET_BITS), size, np.uint64) & ~np.uint64(63) | np.uint64(codes()["phone"])
    digest = np.sort(low | np.uint64(bucket) << np.uint64(64 - BUCKET_BITS))
    subject = draw.integers(0, 1 << 31, size).astype(np.uint32)
    since, until = np.full(size, 20_000, np.uint16), np.full(size, CURRENT_DAY, np.uint16)
    return Records(digest, subject, since, until, np.zeros(size, np.bool_))


def page_ms(index: Index, draw: np.random.Generator, *, cold: bool) -> float:
    """Milliseconds for the candidates of one page, a tenth of them hits; the median of some pages."""
    table = index.segments[0].digests
    times = []
    for _ in range(PAGES):
        strangers = draw.integers(1, 1 << 63, PAGE - PAGE_HITS, np.uint64)
        page = np.concatenate((strangers, np.asarray(table[draw.integers(0, table.size, PAGE_HITS)])))
        if cold:
            _drop(index)
        started = time.perf_counter()
        index.lookup(page)
        times.append(time.perf_counter() - started)
    return float(np.median(times)) * 1000


def _drop(index: Index) -> None:
    """Let the system forget what it keeps in memory of the segment's files."""
    for path in index.segments[0].folder.iterdir():
        descriptor = os.open(path, os.O_RDONLY)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(descriptor)


def main(argv: Sequence[str]) -> int:
    """Run the benchmark and print its figures."""
    parser = argparse.ArgumentParser(prog="bench lookup", description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=list(SIZES))
    parser.add_argument("--folder", type=Path)
    chosen = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as temporary:
        for size in chosen.sizes:
            _measure((chosen.folder or Path(temporary)) / str(size), size)
    return 0


def _measure(folder: Path, size: int) -> None:
    started = time.perf_counter()
    index = build(folder, size)
    built = time.perf_counter() - started
    draw = np.random.default_rng(7)
    strangers = draw.integers(1, 1 << 63, BATCH, np.uint64)
    table = index.segments[0].digests
    known = np.asarray(table[draw.integers(0, table.size, BATCH)])
    print(
        f"{size:>11} fingerprints: built in {built:.1f} s, {index.size_bytes >> 20} MiB; "
        f"{rate_of(index.lookup, strangers) / 1e6:.1f} million/s strangers, "
        f"{rate_of(index.lookup, known) / 1e6:.1f} million/s hits; a page of {PAGE} candidates "
        f"{page_ms(index, draw, cold=False):.2f} ms, {page_ms(index, draw, cold=True):.2f} ms with nothing in memory",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
