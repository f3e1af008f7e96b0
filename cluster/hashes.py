"""Hashes of contents by BLAKE3: a folder's files are read by whoever asks and by whoever judges, at 7 GB/s.

Nothing is kept under them but the names of units; evidence is named by SHA-256 (`archive`). A file's is counted once,
though it is asked about when it is looked ahead to, and when it is its turn.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, TypeAlias

from blake3 import blake3

if TYPE_CHECKING:
    from pathlib import Path

    _Stand: TypeAlias = tuple[int, int, int, int]


def hash_of(content: bytes) -> str:
    """The hash of a content."""
    return blake3(content).hexdigest()


class FileHashes:
    """Hashes of files, known for as long as their system says that they are the same."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[_Stand, str]] = {}

    def of(self, path: Path) -> str:
        """The hash of a file, which is read where it is not known.

        Raises:
            OSError: It cannot be read.
        """
        if known := self.known(path):
            return known
        stand = _stand(path)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, blake3).hexdigest()  # type: ignore[arg-type]  # as all of hashlib's
        self._known[path] = stand, digest
        return digest

    def read(self, path: Path) -> tuple[str, bytes]:
        """The hash of a file, and what it holds.

        Raises:
            OSError: It cannot be read.
        """
        stand = _stand(path)
        content = path.read_bytes()
        digest = hash_of(content)
        self._known[path] = stand, digest
        return digest, content

    def known(self, path: Path) -> str:
        """The hash, where it was counted and the file is still the same; else nothing.

        Raises:
            OSError: The file is gone.
        """
        stand, digest = self._known.get(path, (None, ""))
        return digest if digest and _stand(path) == stand else ""

    def is_still(self, path: Path, digest: str) -> bool:
        """Whether it is the file that was hashed: what was read of it since may be of another content otherwise."""
        try:
            return self.known(path) == digest
        except OSError:
            return False

    def forget(self, path: Path) -> None:
        """Its turn is over."""
        self._known.pop(path, None)


def _stand(path: Path) -> _Stand:
    told = path.stat()
    return told.st_dev, told.st_ino, told.st_size, told.st_mtime_ns
