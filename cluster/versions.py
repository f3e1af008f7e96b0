"""What an answer depends on beside the question: the program that gives it, and the generation of the index.

A version number would not do: a patched file, or a checkout, gives other verdicts under the same number.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from fingerprints.index.manifest import MANIFEST_FILE

ROOMS: Final = ("cluster", "core", "custody", "fingerprints", "judging", "matcher", "trails")
"""Whose files decide what a verdict is, or what a customer's row or a log's line gives."""
SUFFIXES: Final = (".py", ".toml", ".json", ".txt", ".csv")


@dataclass(frozen=True, slots=True)
class Stand:
    """What somebody would work with: which key, which generation (empty: none yet), which program."""

    key_id: str
    generation: str
    manifest: str
    code: str


def stand_of(generation: Path | None, key_id: str) -> Stand:
    """What is worked with under a generation's folder, or before there is any.

    Raises:
        OSError: There is no such generation.
    """
    if generation is None:
        return Stand(key_id, "", "", code_digest())
    manifest = hashlib.sha256((generation / MANIFEST_FILE).read_bytes()).hexdigest()
    return Stand(key_id, generation.name, manifest, code_digest())


@cache
def code_digest() -> str:
    """SHA-256 over the files of the program that an answer depends on."""
    root = Path(__file__).parent.parent
    digest = hashlib.sha256()
    for room in ROOMS:
        for file in sorted((root / room).rglob("*")):
            if file.suffix in SUFFIXES and file.is_file():
                digest.update(f"{file.relative_to(root)}\0{file.stat().st_size}\0".encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()
