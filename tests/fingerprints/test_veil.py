"""What is veiled comes back wherever it is looked at, and without the key it is noise."""

from __future__ import annotations

import tempfile
from collections import Counter
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fingerprints.building.builder import build_index
from fingerprints.errors import DamagedIndexError
from fingerprints.index.carriers import Carriers, CarrierWriter
from fingerprints.index.generation import Index
from fingerprints.index.manifest import read_manifest, write_manifest
from fingerprints.index.veiled import VeiledArray
from fingerprints.secrets.keys import Key
from fingerprints.secrets.veil import NONCE_BYTES, Veil, new_secret
from tests.fingerprints.lifted import IN_THE_OPEN, NO_CONTENT
from tests.fingerprints.people import customers

if TYPE_CHECKING:
    from collections.abc import Sequence

VEIL = Veil(b"v" * 32)
KEY = Key(b"k" * 32)
DTYPES = (np.uint8, np.uint16, np.uint32, np.uint64)


@given(
    values=st.lists(st.integers(0, 255), min_size=1, max_size=200),
    cuts=st.lists(st.integers(0, 200), max_size=4),
    dtype=st.sampled_from(DTYPES),
    data=st.data(),
)
def test_values_come_back_from_any_places(
    values: list[int], cuts: list[int], dtype: type[np.unsignedinteger], data: st.DataObject
) -> None:
    plain = np.array(values, dtype)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        with VEIL.writer(path) as file:  # in any pieces
            for part in np.split(plain, sorted(min(cut, plain.size) for cut in cuts)):
                file.write(part)
        veiled = VeiledArray(path, dtype, VEIL)
        places = np.array(data.draw(st.lists(st.integers(0, plain.size - 1))), np.int64)
        start, stop = sorted(data.draw(st.tuples(st.integers(0, plain.size), st.integers(0, plain.size))))
        assert veiled.whole().tolist() == values
        assert veiled[places].tolist() == plain[places].tolist()
        assert veiled[start:stop].tolist() == plain[start:stop].tolist()
        assert veiled[plain > 7].tolist() == plain[plain > 7].tolist()
        assert VEIL.read(path) == plain.tobytes()


@given(batches=st.lists(st.lists(st.sampled_from([1, 1, 1, 2, 3, 254, 255, 256, 70_000]), max_size=40), max_size=4))
def test_places_and_counts_of_digests_are_those_that_were_written(batches: Sequence[list[int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        writer = CarrierWriter(Path(folder), VEIL)
        for batch in batches:
            writer.add(np.array(batch, np.int64))
        writer.close()
        counts = np.array([one for batch in batches for one in batch], np.int64)
        places = np.cumsum(counts) - counts
        carriers = Carriers(Path(folder), VEIL)
        order = np.random.default_rng(counts.size).permutation(counts.size)
        first, many = carriers.of(order)
        assert first.tolist() == places[order].tolist()
        assert many.tolist() == counts[order].tolist()
        for start in range(0, counts.size, 7):
            found, begins = carriers.between(start, counts.size)
            assert found.tolist() == counts[start:].tolist()
            assert begins == places[start]


def test_equal_content_is_veiled_in_two_ways(tmp_path: Path) -> None:
    for name in ("one", "other"):
        VEIL.write(tmp_path / name, bytes(4096))
    one, other = ((tmp_path / name).read_bytes() for name in ("one", "other"))
    assert one[NONCE_BYTES:] != other[NONCE_BYTES:]
    blocks = Counter(one[at : at + 16] for at in range(NONCE_BYTES, len(one), 16))
    assert max(blocks.values()) == 1


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An index of some customers, of whom many share names, towns and days."""
    people = {kind: values * 3 for kind, values in customers(range(200)).items()}
    people["customer_number"] = [f"K{n:06d}" for n in range(600)]
    build_index(tmp_path / "index", KEY, "all", people, as_of=date(2026, 4, 1))
    return tmp_path / "index"


def test_no_byte_of_a_veiled_file_is_commoner_than_chance_makes_it(folder: Path) -> None:
    for path in (folder / "g000001").rglob("*"):
        if path.is_file() and path.name not in IN_THE_OPEN | NO_CONTENT and path.stat().st_size > 2048:
            counts = np.bincount(np.frombuffer(path.read_bytes(), np.uint8), minlength=256)
            expected = counts.sum() / 256
            deviation = float(((counts - expected) ** 2 / expected).sum())
            assert deviation < 400, path.name  # chi-squared of 255 degrees: one in ten million is above


def test_a_digest_stands_once_however_many_carry_it(folder: Path) -> None:
    digests = np.fromfile(folder / "g000001" / "s000001" / "digests.u64", "<u8")
    assert np.unique(digests).size == digests.size
    index = Index.open(folder, KEY)
    assert int(index.count(digests).max()) >= 600 // 8  # and the index knows how many


def test_a_veil_opens_under_its_own_key_alone(folder: Path) -> None:
    with pytest.raises(DamagedIndexError, match="does not open"):
        Veil.open(folder / "g000001", Key(b"o" * 32))
    (folder / "g000001" / "veil.sealed").unlink()
    with pytest.raises(DamagedIndexError, match="missing"):
        Veil.open(folder / "g000001", KEY)


def test_a_manifest_that_somebody_else_wrote_is_refused(folder: Path) -> None:
    generation = folder / "g000001"
    write_manifest(generation, read_manifest(generation), Veil(new_secret()))
    with pytest.raises(DamagedIndexError, match="authentication code"):
        Index.open(folder, KEY)


def test_swapped_memberships_are_refused(folder: Path) -> None:
    build_index(folder, KEY, "some", customers(range(5)), as_of=date(2026, 4, 2))
    generation = folder / "g000002"
    names = sorted(path.name for path in generation.glob("members-*"))
    one, other = (generation / name for name in names)
    first, second = one.read_bytes(), other.read_bytes()
    one.unlink()
    other.unlink()
    one.write_bytes(second)
    other.write_bytes(first)
    with pytest.raises(DamagedIndexError):
        Index.open(folder, KEY, check=True)
