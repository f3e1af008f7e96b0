"""What a verdict depends on beside the document: the program that gives it, and the generation of the index.

A version number would not do: a patched file, or a checkout, gives other verdicts under the same number.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from fingerprints.index.manifest import MANIFEST_FILE

ROOMS: Final = ("cluster", "core", "fingerprints", "judging", "matcher")
"""Whose files decide what a verdict is."""
SUFFIXES: Final = (".py", ".toml", ".json", ".txt", ".csv")


@dataclass(frozen=True, slots=True)
class Stand:
    """What somebody would judge with: which key, which generation, which program."""

    key_id: str
    generation: str
    manifest: str
    code: str


def stand_of(generation: Path, key_id: str) -> Stand:
    """What is judged with under a generation's folder.

    Raises:
        OSError: There is no such generation.
    """
    manifest = hashlib.sha256((generation / MANIFEST_FILE).read_bytes()).hexdigest()
    return Stand(key_id, generation.name, manifest, code_digest())


@cache
def code_digest() -> str:
    """SHA-256 over the files of the program that a verdict depends on."""
    root = Path(__file__).parent.parent
    digest = hashlib.sha256()
    for room in ROOMS:
        for file in sorted((root / room).rglob("*")):
            if file.suffix in SUFFIXES and file.is_file():
                digest.update(f"{file.relative_to(root)}\0{file.stat().st_size}\0".encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()
