"""The tree, against the reference vectors of Certificate Transparency, and its laws for every size."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transparency.merkle import (
    GrowingTree,
    consistency_path,
    inclusion_path,
    is_consistent,
    leaf_hash,
    root_from_inclusion,
    root_of,
)

# The reference vectors of the Certificate Transparency project (merkle_tree_test), made after RFC 6962.
ENTRIES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
LEAVES = [leaf_hash(bytes.fromhex(entry)) for entry in ENTRIES]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
B_1 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
N_23 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
N_4567 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
B_4 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
N_67 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
N_45 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_the_reference(size: int) -> None:
    assert root_of(LEAVES[:size]).hex() == ROOTS[size]


@pytest.mark.parametrize(
    ("position", "size", "path"),
    [
        (0, 1, []),
        (0, 8, [B_1, N_23, N_4567]),
        (5, 8, [B_4, N_67, ROOTS[4]]),
        (2, 3, [ROOTS[2]]),
        (1, 5, [ROOTS[1], N_23, B_4]),
    ],
)
def test_inclusion_paths_are_those_of_the_reference(position: int, size: int, path: list[str]) -> None:
    assert [step.hex() for step in inclusion_path(LEAVES[:size], position)] == path


@pytest.mark.parametrize(
    ("first", "second", "path"),
    [(1, 1, []), (1, 8, [B_1, N_23, N_4567]), (6, 8, [N_45, N_67, ROOTS[4]]), (2, 5, [N_23, B_4])],
)
def test_consistency_paths_are_those_of_the_reference(first: int, second: int, path: list[str]) -> None:
    assert [step.hex() for step in consistency_path(LEAVES[:second], first)] == path


def leaves_of(size: int) -> list[bytes]:
    return [leaf_hash(str(number).encode()) for number in range(size)]


def naive_root(leaves: list[bytes]) -> bytes:
    """The definition of RFC 6962, section 2.1, word for word."""
    if len(leaves) <= 1:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


@given(size=st.integers(0, 200))
def test_a_growing_tree_has_at_every_size_the_root_of_the_definition(size: int) -> None:
    tree, leaves = GrowingTree(), leaves_of(size)
    for count, leaf in enumerate(leaves):
        if count % 17 == 0:
            assert tree.root() == naive_root(leaves[:count])
        tree.add(leaf)
    assert (tree.root(), tree.size) == (naive_root(leaves), size)


@pytest.mark.parametrize("size", range(1, 34))
def test_every_leaf_of_every_small_tree_is_proved(size: int) -> None:
    leaves = leaves_of(size)
    for position, leaf in enumerate(leaves):
        path = inclusion_path(leaves, position)
        assert root_from_inclusion(leaf, position, size, path) == naive_root(leaves)


@pytest.mark.parametrize("second", range(1, 34))
def test_every_small_tree_is_proved_to_begin_every_larger_one(second: int) -> None:
    leaves = leaves_of(second)
    for first in range(1, second + 1):
        path = consistency_path(leaves, first)
        assert is_consistent(first, naive_root(leaves[:first]), second, naive_root(leaves), path)


@given(data=st.data(), size=st.integers(1, 300))
def test_any_flipped_bit_of_an_inclusion_proof_fails(data: st.DataObject, size: int) -> None:
    leaves = leaves_of(size)
    position = data.draw(st.integers(0, size - 1))
    path, root = inclusion_path(leaves, position), root_of(leaves)
    assert root_from_inclusion(leaves[position], position, size, path) == root
    parts = [leaves[position], *path]
    changed = flipped(parts, data.draw(st.integers(0, len(parts) * 256 - 1)))
    assert root_from_inclusion(changed[0], position, size, changed[1:]) != root
    assert root_from_inclusion(leaves[position], position, size, [*path, root]) != root
    if path:
        assert root_from_inclusion(leaves[position], position, size, path[:-1]) != root


@given(data=st.data(), second=st.integers(2, 300))
def test_any_flipped_bit_of_a_consistency_proof_fails(data: st.DataObject, second: int) -> None:
    leaves = leaves_of(second)
    first = data.draw(st.integers(1, second - 1))
    path, roots = consistency_path(leaves, first), (root_of(leaves[:first]), root_of(leaves))
    assert is_consistent(first, roots[0], second, roots[1], path)
    parts = [*roots, *path]
    changed = flipped(parts, data.draw(st.integers(0, len(parts) * 256 - 1)))
    assert not is_consistent(first, changed[0], second, changed[1], changed[2:])
    assert not is_consistent(first, roots[0], second, roots[1], path[:-1])
    assert not is_consistent(first, roots[0], second, roots[1], [*path, roots[0]])


def flipped(parts: list[bytes], bit: int) -> list[bytes]:
    part, at = divmod(bit, 256)
    number = int.from_bytes(parts[part], "big") ^ (1 << at)
    return [*parts[:part], number.to_bytes(32, "big"), *parts[part + 1 :]]


def test_a_leaf_that_is_not_there_has_no_proof() -> None:
    with pytest.raises(IndexError):
        inclusion_path(LEAVES, 8)
    with pytest.raises(IndexError):
        consistency_path(LEAVES, 9)
    assert root_from_inclusion(LEAVES[0], 8, 8, []) is None
    assert not is_consistent(3, LEAVES[0], 2, LEAVES[0], [])
