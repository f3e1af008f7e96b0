"""Copies of a document's body outside of the archive: scans, files that are handed over, what is on its way."""

from __future__ import annotations

import hashlib
import os
import shutil
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

SCANS: Final = "scans"
PLACES: Final = (SCANS, "intake")
"""Folders of the home in which files wait or stay for a while as they came."""


def forget_copies(home: Path, contents: Sequence[tuple[str, int]]) -> int:
    """Delete every file in those folders whose content is one of these, by hash and size; how many went.

    A scan goes as a whole: what it says of its files is about a file that is no more.
    """
    wanted = {(size, sha256) for sha256, size in contents}
    sizes = {size for size, _ in wanted}
    gone = 0
    for path in list(_files(home)):
        try:
            size = path.stat().st_size
            if size not in sizes or (size, _hash(path)) not in wanted:
                continue
            path.unlink()
        except FileNotFoundError:
            continue
        gone += 1
        inside = path.relative_to(home).parts
        if inside[0] == SCANS and len(inside) > 1:
            shutil.rmtree(home / inside[0] / inside[1], ignore_errors=True)
    return gone


def _files(home: Path) -> Iterator[Path]:
    for place in PLACES:
        for folder, _, names in os.walk(home / place):
            yield from (type(home)(folder) / name for name in names)


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
