"""A lock as pip reads it: ``name==version`` with a marker where there is one, and the hashes of its files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.markers import Marker
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(?P<version>[^\s;\\]+)(?:\s*;\s*(?P<marker>[^\\]+))?")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Pinned:
    """One package of a lock; ``marker`` says where it is needed, empty for everywhere."""

    name: str
    version: str
    marker: str
    sha256: tuple[str, ...]

    @property
    def purl(self) -> str:
        """Its package URL."""
        return f"pkg:pypi/{self.name}@{self.version}"

    def is_needed_here(self) -> bool:
        """Whether this Python on this machine needs it."""
        return not self.marker or Marker(self.marker).evaluate()


def read_lock(path: Path) -> list[Pinned]:
    """Every package of a lock, in its order.

    Raises:
        ValueError: A line that is neither a package nor a hash, or a package without any hash.
    """
    return [_pinned(entry, path) for entry in _entries(path.read_text(encoding="utf-8"))]


def _entries(text: str) -> Iterator[str]:
    """The lock's logical lines: a backslash at the end goes on."""
    for entry in text.replace("\\\n", " ").splitlines():
        if entry.strip() and not entry.lstrip().startswith("#"):
            yield entry


def _pinned(entry: str, path: Path) -> Pinned:
    found, hashes = _PINNED.match(entry), tuple(_HASH.findall(entry))
    if found is None or not hashes:
        raise ValueError(f"{path}: {entry[:80]!r} pins no version with hashes")
    marker = (found["marker"] or "").split("--hash")[0].strip()
    return Pinned(canonicalize_name(found["name"]), found["version"], marker, hashes)
