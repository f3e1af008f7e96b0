"""The files of a generation as they are under the veil: what somebody with the key could read in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fingerprints.secrets.veil import Veil

if TYPE_CHECKING:
    from pathlib import Path

    from fingerprints.secrets.keys import Key

IN_THE_OPEN: Final = frozenset({"digests.u64", "rows.u64", "bloom.bin", "former.u64", "former-now.u64"})
NO_CONTENT: Final = frozenset({"manifest.json", "veil.sealed", "veil-former.sealed"})


def lifted(generation: Path, key: Key) -> dict[str, bytes]:
    """The content of every file but the manifest and the sealed secrets, by its path."""
    veil = Veil.open(generation, key)
    files = {path.relative_to(generation).as_posix(): path for path in generation.rglob("*") if path.is_file()}
    return {
        name: path.read_bytes() if path.name in IN_THE_OPEN else veil.read(path)
        for name, path in sorted(files.items())
        if path.name not in NO_CONTENT
    }
