"""A Merkle tree (RFC 6962) on disk: the paths of any number of leaves, in the memory of one of them.

A node that has no neighbour at the right edge stands for itself on the next level, so that a path of RFC 6962 is the
neighbours of a leaf's place on each level, where there are any.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Final

from transparency.merkle import HASH_BYTES, node_hash

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_AT_ONCE: Final = 1 << 15
"""Nodes that are read at a time; an even number."""


class DiskTree:
    """All levels of a tree in one file, leaves first.

    Attributes:
        size: How many leaves there are.
    """

    def __init__(self, path: Path, leaves: Iterable[bytes]) -> None:
        self._file: BinaryIO = path.open("w+b")
        self.size = 0
        for leaf in leaves:
            self._file.write(leaf)
            self.size += 1
        self._levels = [(0, self.size)]
        while self._levels[-1][1] > 1:
            self._add_level()

    def root(self) -> bytes:
        """The root of the whole tree."""
        start, _ = self._levels[-1]
        return self._node(start)

    def path(self, position: int) -> list[bytes]:
        """What leads from a leaf to the root, from the bottom up.

        Raises:
            IndexError: There is no such leaf.
        """
        if not 0 <= position < self.size:
            raise IndexError(position)
        steps = []
        for start, length in self._levels[:-1]:
            if (position ^ 1) < length:
                steps.append(self._node(start + (position ^ 1)))
            position >>= 1
        return steps

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _add_level(self) -> None:
        start, length = self._levels[-1]
        above = start + length
        for at in range(0, length, _AT_ONCE):
            self._file.seek((start + at) * HASH_BYTES)
            read = self._file.read(min(_AT_ONCE, length - at) * HASH_BYTES)
            nodes = [read[place : place + HASH_BYTES] for place in range(0, len(read), HASH_BYTES)]
            pairs = [node_hash(*nodes[n : n + 2]) if n + 1 < len(nodes) else nodes[n] for n in range(0, len(nodes), 2)]
            self._file.seek((above + at // 2) * HASH_BYTES)
            self._file.write(b"".join(pairs))
        self._levels.append((above, (length + 1) // 2))

    def _node(self, number: int) -> bytes:
        self._file.seek(number * HASH_BYTES)
        return self._file.read(HASH_BYTES)
