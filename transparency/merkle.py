"""Merkle trees as RFC 6962 (and RFC 9162) define them: hashes, roots, proofs, and how proofs are checked.

A leaf is hashed behind the byte 0x00 and an inner node behind 0x01, so that no node can pass for a leaf. Everything
here takes leaf *hashes*; `leaf_hash` makes one out of an entry.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """The hash of an entry."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash over two subtrees."""
    return sha256(b"\x01" + left + right).digest()


class GrowingTree:
    """A tree to which leaves are only added: it keeps the root of each full subtree, one a bit of its size."""

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        """An empty tree, or one to go on from: its size and `peaks`."""
        self.size = size
        self._full: list[bytes] = list(peaks)

    @property
    def peaks(self) -> list[bytes]:
        """The roots of its full subtrees, the largest first: all that is needed to go on."""
        return list(self._full)

    def add(self, leaf: bytes) -> None:
        """Add the hash of one leaf."""
        size, full = self.size, self._full
        while size & 1:
            leaf = sha256(b"\x01" + full.pop() + leaf).digest()
            size >>= 1
        full.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """The root over all leaves so far."""
        if not self._full:
            return EMPTY_ROOT
        root = self._full[-1]
        for left in self._full[-2::-1]:
            root = node_hash(left, root)
        return root


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over some leaf hashes."""
    tree = GrowingTree()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root()


def inclusion_path(leaves: Sequence[bytes], position: int) -> list[bytes]:
    """The hashes that lead from one leaf to the root, from the bottom up (RFC 6962, 2.1.1).

    Raises:
        IndexError: There is no such leaf.
    """
    if not 0 <= position < len(leaves):
        raise IndexError(f"there is no leaf {position} among {len(leaves)}")
    return _path(leaves, position, 0, len(leaves))


def consistency_path(leaves: Sequence[bytes], first: int) -> list[bytes]:
    """The hashes that show that the tree over the first leaves is the beginning of the tree over all (2.1.2).

    Raises:
        IndexError: There are not so many leaves.
    """
    if not 0 <= first <= len(leaves):
        raise IndexError(f"there are no {first} leaves among {len(leaves)}")
    if first in {0, len(leaves)}:
        return []
    return _subproof(leaves, first, 0, len(leaves), is_whole=True)


def root_from_inclusion(leaf: bytes, position: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that an inclusion path leads to (RFC 9162, 2.1.3.2); None when it cannot be a path of that tree."""
    if not 0 <= position < size:
        return None
    at, last, root = position, size - 1, leaf
    for step in path:
        if last == 0:
            return None
        if at & 1 or at == last:
            root = node_hash(step, root)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            root = node_hash(root, step)
        at, last = at >> 1, last >> 1
    return root if last == 0 else None


def is_consistent(first: int, first_root: bytes, second: int, second_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether a path shows that the smaller tree is the beginning of the larger one (RFC 9162, 2.1.4.2)."""
    if first == second:
        return not path and first_root == second_root
    if not 0 < first < second or not path:
        return False
    steps = [first_root, *path] if first & (first - 1) == 0 else list(path)
    at, last = first - 1, second - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            new = node_hash(new, step)
        at, last = at >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root


def _split(size: int) -> int:
    """The largest power of two below ``size``: how many leaves stand on the left."""
    return 1 << (size - 1).bit_length() - 1


def _root(leaves: Sequence[bytes], start: int, end: int) -> bytes:
    return root_of(leaves[at] for at in range(start, end))


def _path(leaves: Sequence[bytes], position: int, start: int, end: int) -> list[bytes]:
    if end - start == 1:
        return []
    middle = start + _split(end - start)
    if position < middle:
        return [*_path(leaves, position, start, middle), _root(leaves, middle, end)]
    return [*_path(leaves, position, middle, end), _root(leaves, start, middle)]


def _subproof(leaves: Sequence[bytes], first: int, start: int, end: int, *, is_whole: bool) -> list[bytes]:
    """``is_whole`` says that the subtree stands in the smaller tree as it is, so that its root is known."""
    if first == end:
        return [] if is_whole else [_root(leaves, start, end)]
    middle = start + _split(end - start)
    if first <= middle:
        return [*_subproof(leaves, first, start, middle, is_whole=is_whole), _root(leaves, middle, end)]
    return [*_subproof(leaves, first, middle, end, is_whole=False), _root(leaves, start, middle)]
