"""How the tests look at a WARC file: with another tool's eyes, warcio's own reader and its `check` command."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from warcio.archiveiterator import ArchiveIterator

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Seen:
    """One record as a reader sees it."""

    kind: str
    address: str
    headers: tuple[tuple[str, str], ...]
    http_headers: list[tuple[str, str]]
    content: bytes

    def header(self, name: str) -> str:
        """The value of a WARC header."""
        return dict(self.headers)[name]


def records_of(path: Path) -> list[Seen]:
    """Every record of the file."""
    with path.open("rb") as file:
        return [
            Seen(
                record.rec_type,
                record.rec_headers.get_header("WARC-Target-URI") or "",
                tuple(record.rec_headers.headers),
                list(record.http_headers.headers) if record.http_headers else [],
                record.content_stream().read(),
            )
            for record in ArchiveIterator(file)
        ]


def check(path: Path) -> None:
    """`warcio check`: every digest agrees and the gzip members are records."""
    done = subprocess.run(
        [sys.executable, "-m", "warcio.cli", "check", "-v", str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "digest pass" in done.stdout
