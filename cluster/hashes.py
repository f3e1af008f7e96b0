"""Hashes of files, each counted once: a file is asked about when it is looked ahead to, and when it is its turn."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from pathlib import Path

    _Stand: TypeAlias = tuple[int, int, int, int]


class FileHashes:
    """SHA-256 of files, known for as long as their system says that they are the same."""

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
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        self._known[path] = stand, digest
        return digest

    def read(self, path: Path) -> tuple[str, bytes]:
        """The hash of a file, and what it holds.

        Raises:
            OSError: It cannot be read.
        """
        stand = _stand(path)
        content = path.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        self._known[path] = stand, digest
        return digest, content

    def known(self, path: Path) -> str:
        """The hash, where it was counted and the file is still the same; else nothing.

        Raises:
            OSError: The file is gone.
        """
        stand, digest = self._known.get(path, (None, ""))
        return digest if digest and _stand(path) == stand else ""

    def forget(self, path: Path) -> None:
        """Its turn is over."""
        self._known.pop(path, None)


def _stand(path: Path) -> _Stand:
    told = path.stat()
    return told.st_dev, told.st_ino, told.st_size, told.st_mtime_ns
