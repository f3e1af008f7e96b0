"""The manifest of a generation: what its files are, what they hold, and under which key and formats they were made."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Final

from fingerprints.digests import DIGEST_VERSION
from fingerprints.errors import DamagedIndexError, OtherVersionError
from fingerprints.files import checksum, write_safely
from fingerprints.sketches import SKETCH_VERSION

if TYPE_CHECKING:
    from pathlib import Path

INDEX_VERSION: Final = 1
MANIFEST_FILE: Final = "manifest.json"


@dataclass(frozen=True, slots=True)
class ExtractInfo:
    """What the index knows of an enrolled extract.

    Attributes:
        name: The extract's name.
        columns: Kinds of identifiers it has.
        size: How many subjects are in it.
        as_of: The day its values were current, counted from 1970-01-01.
        rows: How many rows were read.
        sha256: Of the file it came from.
    """

    name: str
    columns: tuple[str, ...]
    size: int
    as_of: int
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class FileInfo:
    """Size and checksum of one file."""

    size_bytes: int
    blake2b: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """One generation of the index."""

    generation: int
    key_id: str
    subjects: int
    unnumbered: int
    records: int
    filtered: int
    intervals: tuple[tuple[int, int], ...]
    codes: dict[str, int]
    sketches: tuple[str, ...]
    checks: tuple[str, ...]
    number_patterns: tuple[str, ...]
    extracts: tuple[ExtractInfo, ...]
    files: dict[str, FileInfo] = field(default_factory=dict)
    index_version: int = INDEX_VERSION
    digest_version: int = DIGEST_VERSION
    sketch_version: int = SKETCH_VERSION


def write_manifest(folder: Path, manifest: Manifest) -> Manifest:
    """Take stock of the folder's files and write the manifest beside them."""
    files = {
        path.name: FileInfo(path.stat().st_size, checksum(path))
        for path in sorted(folder.iterdir())
        if path.name != MANIFEST_FILE
    }
    manifest = replace(manifest, files=files)
    body = asdict(manifest)
    write_safely(folder / MANIFEST_FILE, json.dumps({**body, "checksum": _sum(body)}, ensure_ascii=False).encode())
    return manifest


def read_manifest(folder: Path) -> Manifest:
    """Read a generation's manifest and check it against itself.

    Raises:
        DamagedIndexError: It is not as it was written.
        OtherVersionError: Another version of the program wrote it.
    """
    path = folder / MANIFEST_FILE
    try:
        body = json.loads(path.read_bytes())
        stated = body.pop("checksum")
    except (ValueError, KeyError, AttributeError) as error:
        raise DamagedIndexError(str(path), f"it cannot be read ({type(error).__name__})") from None
    if stated != _sum(body):
        raise DamagedIndexError(str(path), f"its checksum is {_sum(body)}, written was {stated}")
    for name, expected in (
        ("index_version", INDEX_VERSION), ("digest_version", DIGEST_VERSION), ("sketch_version", SKETCH_VERSION),
    ):  # fmt: skip
        if body[name] != expected:
            raise OtherVersionError(f"{path} ({name})", body[name], expected)
    body["extracts"] = tuple(ExtractInfo(**{**e, "columns": tuple(e["columns"])}) for e in body["extracts"])
    body["files"] = {name: FileInfo(**info) for name, info in body["files"].items()}
    body["intervals"] = tuple((since, until) for since, until in body["intervals"])
    for name in ("sketches", "checks", "number_patterns"):
        body[name] = tuple(body[name])
    return Manifest(**body)


def check_files(folder: Path, manifest: Manifest, *, contents: bool) -> None:
    """Compare the files with the manifest: their sizes, and with ``contents`` every byte.

    Raises:
        DamagedIndexError: The first file that differs.
    """
    for name, info in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise DamagedIndexError(str(path), "it is missing")
        size_bytes = path.stat().st_size
        if size_bytes != info.size_bytes:
            raise DamagedIndexError(str(path), f"it has {size_bytes} bytes, written were {info.size_bytes}")
        if contents and (got := checksum(path)) != info.blake2b:
            raise DamagedIndexError(str(path), f"its checksum is {got}, written was {info.blake2b}")


def _sum(body: dict[str, object]) -> str:
    return hashlib.blake2b(json.dumps(body, sort_keys=True).encode(), digest_size=16).hexdigest()
