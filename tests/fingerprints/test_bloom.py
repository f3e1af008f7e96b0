"""The filter file: bloom-filter2 and NumPy read and write the same bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fingerprints.index.bloom import ERROR_RATE, BloomReader, open_bloom, write_bloom

if TYPE_CHECKING:
    from pathlib import Path

DRAW = np.random.default_rng(4)
KNOWN = np.sort(DRAW.integers(1, 1 << 63, 5_000, np.uint64) * np.uint64(2))
STRANGERS = DRAW.integers(1, 1 << 63, 5_000, np.uint64) * np.uint64(2) + np.uint64(1)


def test_what_numpy_writes_bloom_filter2_reads(tmp_path: Path) -> None:
    write_bloom(tmp_path / "bloom", KNOWN.size, [KNOWN[:1234], KNOWN[1234:1235], KNOWN[1235:]])
    reader = BloomReader(tmp_path / "bloom", KNOWN.size)
    with open_bloom(tmp_path / "bloom", KNOWN.size) as bloom:
        assert all(digest in bloom for digest in KNOWN.tolist())
        assert [digest in bloom for digest in STRANGERS.tolist()] == reader.might_hold(STRANGERS).tolist()
    assert reader.might_hold(KNOWN).all()
    assert reader.might_hold(STRANGERS).mean() < 2.5 * ERROR_RATE
    assert (tmp_path / "bloom").stat().st_size == reader.size_bytes


def test_what_bloom_filter2_writes_numpy_reads(tmp_path: Path) -> None:
    with open_bloom(tmp_path / "one", KNOWN.size) as bloom:
        for digest in KNOWN.tolist():
            bloom.add(digest)
        bloom.backend.mmap.flush()
    write_bloom(tmp_path / "other", KNOWN.size, [KNOWN])
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()
    assert BloomReader(tmp_path / "one", KNOWN.size).might_hold(KNOWN).all()


def test_no_value_is_never_held(tmp_path: Path) -> None:
    write_bloom(tmp_path / "bloom", 0, [])
    assert not BloomReader(tmp_path / "bloom", 0).might_hold(np.zeros(3, np.uint64)).any()
    assert not BloomReader(tmp_path / "bloom", 0).might_hold(STRANGERS).any()
