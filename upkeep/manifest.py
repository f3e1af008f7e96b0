"""What a backup says of itself: every file with size and SHA-256, versions, where the record stood, what is not in it.

The manifest is written last, and the folder gets its name after that: a backup that was cut off has neither. A second
file holds the manifest's own SHA-256, so that a byte that flipped in it is found like any other.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from core.files import write_safely
from upkeep.errors import BackupError, BackupFailedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from archive.objects import StoragePlace

FORMAT: Final = 1
MANIFEST_FILE: Final = "manifest.json"
SUM_FILE: Final = "manifest.sha256"
BLOCK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class BackedUpFile:
    """One file of a backup, or one WARC file that it only refers to.

    Attributes:
        size_bytes: How long it is; of a WARC file that is still written, how long it was.
        sha256: Of those bytes.
    """

    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class BackupManifest:
    """One backup.

    Attributes:
        made_at: When, as ISO 8601 in UTC.
        program: The release that made it.
        database: ``sqlite`` or ``postgresql``.
        schema: The revision of the database's schema.
        key_id: Of the master key that the index was made under; empty without an index or a key.
        generation: The folder of the index generation that is in it.
        head: The signed tree head that the record had then, as a note; empty where none was signed.
        files: Everything in the folder, by its path there.
        archive: Every WARC file of the home, by its name in the archive.
        has_archive: Whether those are in the backup too.
        tables: Rows of each table (PostgreSQL).
        left_out: What is in the home and not in the backup, on purpose.
    """

    made_at: str
    program: str
    database: str
    schema: str
    key_id: str
    generation: str
    head: str
    files: dict[str, BackedUpFile]
    archive: dict[str, BackedUpFile]
    has_archive: bool
    tables: dict[str, int] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class Difference:
    """One file that is not as the manifest says.

    Attributes:
        file: Its path in the backup.
        what: ``missing``, ``altered`` or ``unknown``.
    """

    file: str
    what: str


def measure(path: StoragePlace, most_bytes: int | None = None) -> BackedUpFile:
    """Read a file through, or its beginning."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(BLOCK if most_bytes is None else min(BLOCK, most_bytes - size)):
            digest.update(block)
            size += len(block)
    return BackedUpFile(size, digest.hexdigest())


def write_backup_manifest(folder: Path, manifest: BackupManifest) -> None:
    """Write it and its sum."""
    content = json.dumps(asdict(manifest), ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"
    write_safely(folder / MANIFEST_FILE, content)
    write_safely(folder / SUM_FILE, hashlib.sha256(content).hexdigest().encode() + b"\n")


def read_backup_manifest(folder: Path) -> BackupManifest:
    """Read what a backup says of itself.

    Raises:
        BackupError: It is no backup of ours, or of another format.
        BackupFailedError: The manifest is not as it was written.
    """
    path = folder / MANIFEST_FILE
    if not path.is_file():
        raise BackupError("no_backup", folder=folder, file=MANIFEST_FILE)
    content = path.read_bytes()
    stated = (folder / SUM_FILE).read_bytes() if (folder / SUM_FILE).is_file() else b""
    if stated != hashlib.sha256(content).hexdigest().encode() + b"\n":
        raise BackupFailedError("damaged", folder=folder, count=1, first=f"{MANIFEST_FILE} ({SUM_FILE})")
    body: dict[str, Any] = json.loads(content)
    if body["format"] != FORMAT:
        raise BackupError("other_format", folder=folder, got=body["format"], expected=FORMAT, program=body["program"])
    for name in ("files", "archive"):
        body[name] = {path: BackedUpFile(**one) for path, one in body[name].items()}
    return BackupManifest(**{**body, "left_out": tuple(body["left_out"])})


def find_differences(folder: Path, manifest: BackupManifest) -> Iterator[Difference]:
    """Every file that is missing, altered, or not of this backup."""
    for name, stated in manifest.files.items():
        path = folder / name
        if path.is_symlink() or not path.is_file():
            yield Difference(name, "missing")
        elif path.stat().st_size != stated.size_bytes or measure(path) != stated:
            yield Difference(name, "altered")
    own = {MANIFEST_FILE, SUM_FILE}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if (path.is_symlink() or not path.is_dir()) and name not in manifest.files and name not in own:
            yield Difference(name, "unknown")
