"""Files of plain arrays: mapped for reading, checksummed, and shared between generations by their links."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from numpy.typing import NDArray

_CHUNK_BYTES: Final = 4 << 20


def map_array(path: Path, dtype: Any) -> NDArray[Any]:
    """The file as a read-only array, mapped: any number of processes share one copy in memory."""
    little = np.dtype(dtype).newbyteorder("<")
    if path.stat().st_size == 0:  # an empty file cannot be mapped
        return np.empty(0, little)
    return np.memmap(path, little, "r")


def checksum(path: Path) -> str:
    """BLAKE2b-128 of a file's bytes."""
    hasher = hashlib.blake2b(digest_size=16)
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            hasher.update(chunk)
    return hasher.hexdigest()


def link_files(source: Path, target: Path, without: Collection[str] = ()) -> None:
    """Give a generation's files, but its manifest and some folders, a second name in another; nothing is copied."""
    for path in sorted(source.rglob("*")):
        inside = path.relative_to(source)
        if inside.parts[0] in without or path.name == "manifest.json":
            continue
        if path.is_dir():
            (target / inside).mkdir(mode=0o700)
        else:
            os.link(path, target / inside)
