"""Rows of unequal length are read back as they were written, in any batches."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fingerprints.index.ragged import Ragged, RaggedWriter
from fingerprints.secrets.veil import Veil

VEIL = Veil(b"v" * 32)


@given(batches=st.lists(st.lists(st.lists(st.integers(0, 65535), max_size=4), max_size=5), max_size=5))
def test_rows_come_back(batches: list[list[list[int]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _write(Path(folder), batches)
        rows = [row for batch in batches for row in batch]
        ragged = Ragged(Path(folder), "r", np.uint16, VEIL)
        assert len(ragged) == len(rows)
        wanted = np.array([*range(len(rows)), *range(len(rows))][::-1], np.int64)
        lengths, values = ragged.take(wanted)
        assert lengths.tolist() == [len(rows[n]) for n in wanted]
        assert values.tolist() == [value for n in wanted for value in rows[n]]


def test_rows_come_back_across_blocks(tmp_path: Path) -> None:
    lengths = np.arange(200_000) % 3
    values = np.arange(int(lengths.sum()), dtype=np.uint64).astype(np.uint16)
    with RaggedWriter(tmp_path, "r", VEIL) as writer:
        cut = int(lengths[:70_001].sum())
        writer.add(lengths[:70_001], values[:cut])
        writer.add(lengths[70_001:], values[cut:])
    got_lengths, got = Ragged(tmp_path, "r", np.uint16, VEIL).take(np.arange(200_000))
    assert (got_lengths == lengths).all()
    assert (got == values).all()


def _write(folder: Path, batches: list[list[list[int]]]) -> None:
    with RaggedWriter(folder, "r", VEIL) as writer:
        for batch in batches:
            flat = [value for row in batch for value in row]
            writer.add(np.array([len(row) for row in batch], np.int64), np.array(flat, np.uint16))
